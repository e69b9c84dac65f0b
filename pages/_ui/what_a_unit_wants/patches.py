"""The real patches that excite a channel most, from a set of images that the user chooses."""

import html
import os
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from pages._ui.results import downloads, picture, snippets
from pages._ui.server import work
from pages._ui.shell import sets
from pages._ui.shell.chosen import as_given
from pages._ui.shell.context import Context
from pages._ui.widgets.text import plain
from pages._ui.widgets.tiles import data_uri
from vislib.activations.patches import TopPatches, top_patches, window_px
from vislib.errors import VislibError
from vislib.images.sets import ImageSet
from vislib.language import sentences, short_number, text, tr
from vislib.layers import receptive_fields
from vislib.output import export

_N = 9


@dataclass(frozen=True, eq=False)
class ChosenImages:
    """The set of images that was chosen, its code in a script, and the folder that keeps what is found in a large
    one."""

    images: ImageSet
    code: str
    keep_in: Path | None


def show(context: Context, layer: str, channel: int) -> None:
    """Widgets for the images; searches them once for all channels of the layer, and shows the patches."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = images_control(context)
    if chosen is not None:
        show_in(context, chosen, layer, channel)


def images_control(context: Context) -> ChosenImages | None:
    """Widgets for the images, for a row of settings; None, and a sentence, where there are none."""
    chosen = sets.set_control("patches_of")
    if chosen is None:
        sets.show_missing("patches_of")
        return None
    try:
        return ChosenImages(chosen.images(context), chosen.as_set(context), _kept(chosen))
    except VislibError as error:
        st.error(plain(tr(error)))
        return None


def show_in(context: Context, chosen: ChosenImages, layer: str, channel: int) -> None:
    """Searches the images once for all channels of the layer, and shows the patches of one."""
    found = chosen.images
    try:
        top = work.run(
            (context.classifier.key, "top patches", found.digest, layer),
            text("Looking for patches in {n:,} images", n=len(found)),
            lambda progress: top_patches(
                context.classifier, found, layer, _N, keep_in=chosen.keep_in, progress=progress
            ),
            resume_label=text("Go on"),
        )
    except VislibError as error:
        st.error(plain(tr(error)))
        return
    if top is not None:
        _strip(context, chosen, top, channel)


def _strip(context: Context, chosen: ChosenImages, top: TopPatches, channel: int) -> None:
    found = chosen.images
    most_px = window_px(context.classifier.input_size)
    field = receptive_fields(context.classifier.network.graph)[top.layer].size
    is_cut = max(field) > most_px
    cut = top.patches(context.classifier, found, channel, most_px if is_cut else None)
    patches = [as_given(context.classifier, patch) for patch in cut]
    height, width = patches[0].shape[:2]
    window = f", most_px={most_px}" if is_cut else ""
    about = text(
        "With their activation, one patch per image: the {width} × {height} pixels that the unit sees.",
        width=width,
        height=height,
    )
    if is_cut:
        about = text(
            "With their activation, one patch per image: the {width} × {height} pixels around the unit's place; it can "
            "see {seen_width} × {seen_height}.",
            width=width,
            height=height,
            seen_width=field[1],
            seen_height=field[0],
        )
    unread = text("{n} could not be read.", n=len(top.unreadable)) if len(top.unreadable) else ""
    cells = "".join(
        f"<figure><img src='{data_uri(export.as_image(patch, 160), 160)}' style='image-rendering:auto' "
        f"alt='{html.escape(_alt(rank + 1, top.values[channel, rank]), quote=True)}'>"
        f"<figcaption>{short_number(top.values[channel, rank])}</figcaption></figure>"
        for rank, patch in enumerate(patches)
    )
    st.html(f"<div class='v-strip v-wrap'>{cells}</div>")
    picture.caption(
        tr("The {n} strongest of {all:,} images", n=len(patches), all=top.done), tr(sentences(about, unread))
    )
    downloads.show(
        f"patches {top.layer} {channel} {found.digest}",
        downloads.file_stem(context.model_name, top.layer, str(channel), "patches"),
        {"csv": lambda: export.table_bytes(_rows(found, top, channel), ".csv")},
        f"{snippets.classifier_lines(context)}\n"
        f"images = {chosen.code}\n"
        f"top = vislib.top_patches(classifier, images, {top.layer!r}, {_N})\n"
        f"patches = top.patches(classifier, images, {channel}{window})  # {len(patches)} of ({height}, {width}, 3)\n"
        f"vislib.figures.pictures(patches, [f'{{one:.3g}}' for one in top.values[{channel}]]).savefig('patches.png')\n",
    )


def _alt(rank: int, activation: float) -> str:
    return tr("Patch {n}, activation {value:.3g}", n=rank, value=activation)


def _rows(found: ImageSet, top: TopPatches, channel: int) -> list[dict]:
    columns = zip(*(array[channel] for array in (top.values, top.numbers, top.rows, top.columns)), strict=True)
    return [
        {"activation": float(value), "image": found.title(int(number)), "row": int(row), "column": int(column)}
        for value, number, row, column in columns
    ]


def _kept(chosen: sets.Chosen) -> Path | None:
    """The folder that caches the results of the large sets; results of uploaded images are not cached."""
    if chosen.data is None:
        return None
    folder = Path(os.environ.get("VISLIB_CACHE_DIR") or Path.home() / ".cache" / "vislib") / "top_patches"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # a read-only server cannot cache
        return None
    return folder if os.access(folder, os.W_OK) else None

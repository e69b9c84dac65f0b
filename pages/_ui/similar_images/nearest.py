"""The nearest images of a set, the nearest of another class, and the nearest that the network gets wrong."""

import numpy as np
import streamlit as st
from PIL import Image

import vislib
from pages._ui.results import downloads, picture, snippets
from pages._ui.server import work
from pages._ui.shell import images
from pages._ui.shell.context import Context
from pages._ui.shell.labelled_sets import Chosen
from pages._ui.widgets.bars import short_number, whole_percent
from pages._ui.widgets.text import plain
from pages._ui.widgets.tiles import Group, Tile, data_uri, tiles
from vislib.batch.sources import Source
from vislib.neighbours import KINDS, ImageIndex, Neighbour, Neighbours
from vislib.output import export

_SIDE = 160
_FIRST = 5
_SAME = 1e-6


def show(context: Context, chosen: Chosen | None, n: int) -> None:
    """Looks at all images of the set once, at once or after a click, and shows those that are near."""
    if chosen is None:
        st.caption("Choose a zip of pictures above.")
        return
    try:
        index = _index(context, chosen)
        if index is None:
            return
        key = context.key("similar", index.set_digest, n)
        found = work.stored(key, lambda: vislib.neighbours.search(context.classifier, index, context.image, n))
        source = chosen.source(context)
    except vislib.VislibError as error:
        st.error(plain(str(error)))
        return
    _tiles(context, source, found)
    with st.container(horizontal=True, wrap=False, vertical_alignment="top", gap="xsmall"):
        picture.caption(f"Among {len(index):,} images: {found.set_name}", _in_words(index, found))
        downloads.show(
            "similar",
            downloads.file_stem(context.image_name, "similar", chosen.title),
            {
                "csv": lambda: export.table_bytes(found.rows(), ".csv"),
                "json": lambda: export.table_bytes(found.rows(), ".json"),
            },
            snippets.neighbours(context, chosen.code(context), n),
        )


def _index(context: Context, chosen: Chosen) -> ImageIndex | None:
    asked: set[tuple] = st.session_state.setdefault("similar asked", set())
    key = (context.classifier.key, "similar index", chosen.identity)
    if chosen.is_large and work.found(key) is None and key not in asked:
        st.button(
            f"Look among {chosen.title}",
            key="look among",
            icon=":material/play_arrow:",
            on_click=asked.add,
            args=(key,),
        )
        st.caption("Each image goes once through the network. The result stays on this server for a while.")
        return None
    return work.run(
        key,
        f"Looking at {chosen.title}",
        lambda progress: vislib.neighbours.index_of(context.classifier, chosen.source(context), progress=progress),
        kind="similar images",
        progress_text="{} of {} images".format,
    )


def _tiles(context: Context, source: Source, found: Neighbours) -> None:
    """The images; a click makes one the image of every page."""

    def use(tile: str) -> None:
        images.use_of_set(source, int(tile.split()[-1]))

    groups = [
        Group(title, "", [_tile(source, kind, each) for each in getattr(found, kind)])
        for kind, title in KINDS.items()
        if getattr(found, kind)
    ]
    tiles(groups, key="similar", layout="large", on_click=use, name="Similar images")


def _tile(source: Source, kind: str, each: Neighbour) -> Tile:
    drawn = Image.fromarray(source[each.number])
    if max(drawn.size) < _SIDE:  # the pixels of a small picture stay sharp
        drawn = export.as_image(source[each.number], _SIDE)
    names = [name for name in (each.label, each.predicted if each.predicted != each.label else None) if name]
    answer = " → ".join(names)
    is_wrong = f", which is {each.label}, taken for {each.predicted}" if each.wrong else ""
    known = is_wrong or (f", {answer}" if answer else "")
    return Tile(
        f"{kind} {each.number}",
        data_uri(drawn, _SIDE),
        f"{answer or each.title} · {'the same' if each.distance < _SAME else short_number(round(each.distance, 3))}",
        f"{each.title}{known}; distance {each.distance:.3f}. Use it on every page.",
    )


def _in_words(index: ImageIndex, found: Neighbours) -> str:
    distance = found.nearest[0].distance
    sentences = [
        "Under each picture: its true class where it is known, → the network's answer where that differs, and the "
        f"distance of its features from those of this image (1 − cosine), in {found.layer}."
    ]
    if distance < _SAME:
        sentences.append("The nearest has the same features: it seems to be this very image.")
    elif not np.isnan(found.strangeness):
        nearer = f"{whole_percent(found.strangeness)} of the images of the set have another one nearer than that"
        strange = "; this image is strange to the set" if found.strangeness > 0.95 else ""
        sentences.append(f"The nearest is at {short_number(round(distance, 3))}; {nearer}{strange}.")
    n_known = int((index.label >= 0).sum())
    if n_known > _FIRST:
        share = work.stored(
            (index.model, "same class", index.set_digest), lambda: vislib.neighbours.same_class_share(index, _FIRST)
        )
        sentences.append(
            f"For images of this set, {whole_percent(share)} of the first {_FIRST} neighbours share the true class."
        )
    return " ".join([*sentences, *found.notes, "Click a picture to use it on every page."])

"""The nearest images of a set, the nearest of another class, and the nearest that the network gets wrong."""

import numpy as np
import streamlit as st
from PIL import Image

import vislib
from pages._ui.results import downloads, picture, snippets
from pages._ui.server import work
from pages._ui.shell import images, page_buttons, sets
from pages._ui.shell.context import Context
from pages._ui.shell.sets import Chosen
from pages._ui.shell.stored_batch import opened
from pages._ui.widgets.text import plain
from pages._ui.widgets.tiles import Group, Tile, data_uri, tiles
from vislib.batch import Batch
from vislib.images.sources import Source
from vislib.language import Text, sentences, text, tr, whole_percent, with_unit
from vislib.neighbours import KINDS, ImageIndex, Neighbour, Neighbours
from vislib.output import export

_SIDE = 160
_FIRST = 5
_SAME = 1e-6
_NO_IMAGES = text("A batch holds no images, only these small pictures, as the network saw them.")


def show(context: Context, chosen: Chosen | None, n: int) -> None:
    """Looks at all images of the set once, at once or after a click, and shows those that are near."""
    if chosen is None:
        sets.show_missing("similar_among")
        return
    try:
        index = _index(context, chosen)
        if index is None:
            return
        key = context.key("similar", index.set_digest, n)
        found = work.stored(key, lambda: vislib.neighbours.search(context.classifier, index, context.image, n))
        source = None if chosen.is_batch else chosen.images(context)
        pictures = _small_pictures(opened(chosen), found) if source is None else source
    except vislib.VislibError as error:
        st.error(plain(str(error)))
        return
    _tiles(source, pictures, found)
    page_buttons.links(bool(context.classifier.network.map_layers))
    with st.container(horizontal=True, wrap=False, vertical_alignment="top", gap="xsmall"):
        clicks = text("Click a picture to use it on every page.") if source is not None else _NO_IMAGES
        picture.caption(
            tr("Among {n:,} images: {set}", n=len(index), set=found.set_name),
            tr(sentences(*_in_words(index, found), clicks)),
        )
        downloads.show(
            "similar",
            downloads.file_stem(context.image_name, "similar", chosen.title),
            {
                "csv": lambda: export.table_bytes(found.rows(), ".csv"),
                "json": lambda: export.table_bytes(found.rows(), ".json"),
            },
            snippets.neighbours(context, chosen.code(context, labelled=True), n),
        )


def _index(context: Context, chosen: Chosen) -> ImageIndex | None:
    asked: set[tuple] = st.session_state.setdefault("similar asked", set())
    key = (context.classifier.key, "similar index", chosen.identity)
    if chosen.is_large and not chosen.is_batch and work.found(key) is None and key not in asked:
        st.button(
            tr("Look among {set}", set=chosen.title),
            key="look among",
            icon=":material/play_arrow:",
            on_click=asked.add,
            args=(key,),
        )
        st.caption(tr("Each image goes once through the network. The result stays on this server for a while."))
        return None
    return work.run(
        key,
        text("Looking at {set}", set=chosen.title),
        lambda progress: vislib.neighbours.index_of(
            context.classifier, opened(chosen) if chosen.is_batch else chosen.images(context), progress=progress
        ),
        kind="similar images",
        progress_text=lambda done, total: tr("{done} of {total} images", done=done, total=total),
    )


def _small_pictures(batch: Batch, found: Neighbours) -> dict[int, np.ndarray]:
    """By number, what a batch keeps of its images; grey for one without a picture."""
    numbers = sorted({each.number for kind in KINDS for each in getattr(found, kind)})
    nothing = np.full((_SIDE, _SIDE, 3), 128, np.uint8)
    thumbnails = batch.thumbnails(numbers)
    return {
        number: nothing if one is None else np.asarray(one) for number, one in zip(numbers, thumbnails, strict=True)
    }


def _tiles(source: Source | None, pictures: Source | dict[int, np.ndarray], found: Neighbours) -> None:
    """The images; where they are at hand, a click makes one the image of every page."""

    def use(tile: str) -> None:
        assert source is not None  # otherwise the tiles are no buttons
        images.use_of_set(source, int(tile.split()[-1]))
        page_buttons.remember()

    def of_kind(kind: str) -> list[Tile]:
        return [_tile(pictures[each.number], kind, each, source is not None) for each in getattr(found, kind)]

    groups = [Group(tr(title), "", of_kind(kind)) for kind, title in KINDS.items() if getattr(found, kind)]
    on_click = None if source is None else use
    tiles(groups, key="similar", layout="large", on_click=on_click, name=tr("Similar images"))


def _tile(pixels: np.ndarray, kind: str, each: Neighbour, can_use: bool) -> Tile:
    drawn = Image.fromarray(pixels)
    if max(drawn.size) < _SIDE:  # the pixels of a small picture stay sharp
        drawn = export.as_image(pixels, _SIDE)
    names = [name for name in (each.label, each.predicted if each.predicted != each.label else None) if name]
    answer = " → ".join(names)
    return Tile(
        f"{kind} {each.number}",
        data_uri(drawn, _SIDE),
        tr("{name} · the same", name=answer or each.title)
        if each.distance < _SAME
        else f"{answer or each.title} · {with_unit(round(each.distance, 3))}",
        tr(sentences(_described(each, answer), text("Use it on every page.") if can_use else "")),
    )


def _described(each: Neighbour, answer: str) -> Text:
    image, distance = each.title, each.distance
    if each.wrong:
        return text(
            "{image}: true {label}, predicted {predicted}; distance {distance:.3f}.",
            image=image,
            label=each.label,
            predicted=each.predicted,
            distance=distance,
        )
    if answer:
        return text("{image}, {answer}; distance {distance:.3f}.", image=image, answer=answer, distance=distance)
    return text("{image}; distance {distance:.3f}.", image=image, distance=distance)


def _in_words(index: ImageIndex, found: Neighbours) -> list[str]:
    """Sentences on the distances."""
    distance = found.nearest[0].distance
    said: list[str] = [
        text(
            "Under each picture: its true class where it is known, → the network's answer where that differs, and the "
            "distance of its features from those of this image (1 − cosine), in {layer}.",
            layer=found.layer,
        )
    ]
    if distance < _SAME:
        said.append(text("The nearest has the same features: it seems to be this very image."))
    elif not np.isnan(found.strangeness):
        numbers = {"distance": with_unit(round(distance, 3)), "share": whole_percent(found.strangeness)}
        said.append(
            text(
                "The nearest is at {distance}; {share} of the images of the set have another one nearer than that; "
                "this image is strange to the set.",
                **numbers,
            )
            if found.strangeness > 0.95
            else text(
                "The nearest is at {distance}; {share} of the images of the set have another one nearer than that.",
                **numbers,
            )
        )
    n_known = int((index.label >= 0).sum())
    if n_known > _FIRST:
        share = work.stored(
            (index.model, "same class", index.set_digest), lambda: vislib.neighbours.same_class_share(index, _FIRST)
        )
        said.append(
            text(
                "For images of this set, {share} of the first {n} neighbours share the true class.",
                share=whole_percent(share),
                n=_FIRST,
            )
        )
    return [*said, *found.notes]

"""Verdicts that rest on several images, after a click."""

from collections.abc import Sequence
from html import escape

import numpy as np
import pandas as pd
import streamlit as st

import vislib
from pages._ui.compare_and_trust.fills_control import Fills
from pages._ui.compare_and_trust.verdict_html import verdict_html
from pages._ui.results import downloads, picture, snippets
from pages._ui.server import work
from pages._ui.shell import images, sets, style
from pages._ui.shell.context import Context, image_names
from pages._ui.shell.tasks import words
from pages._ui.widgets.tables import three_decimals, typeset
from pages._ui.widgets.text import plain
from vislib import trust
from vislib.images.reading import image_digest
from vislib.images.sets import ImageSet, some_of
from vislib.language import sentences, text, tr
from vislib.output import export
from vislib.progress import Progress

_COLUMNS = {
    "insertion": text("Insertion ↑"),
    "deletion": text("Deletion ↓"),
    "road": text("ROAD ↓"),
    "max_sensitivity": text("Under noise ↓"),
    "randomized": text("Random weights ↓"),
    "random_logit": text("Another class ↓"),
}
_TOO_FEW = text("Upload further images at the top: the verdicts then rest on all of them.")


def show(here: Context, explainers: Sequence[vislib.Explainer], fills: Fills) -> None:
    """The choice of images and a button; after a click one verdict for each method, and the means of its measures."""
    st.header(tr("Do the verdicts hold on other images?"), anchor=False)
    with style.settings_row("_several"):
        chosen = _choose(here)
        most = int(st.number_input(tr("At most"), 2, 200, 10, key="several_most", bind="query-params", width=110))
        is_further = st.toggle(
            tr("ROAD and random logit"),
            key="several_further",
            bind="query-params",
            help=tr("They take seconds more for each map."),
        )
    further = {"road": True, "random_logit": True} if is_further else {}
    try:
        every = _images(here, chosen)
        if every is None:
            st.caption(tr("Choose a zip of pictures above.") if here.classifier.takes_pictures else tr(_TOO_FEW))
            return
        found = _found(here, explainers, fills, every, most, further)
    except vislib.VislibError as error:
        st.error(plain(str(error)))
        return
    if found is not None:
        over, unread = found
        name = text("the images at the top") if isinstance(every, list) else every.name
        code = chosen.code(here) if chosen else "'a_folder'"
        _result(here, over, unread, name)
        downloads.show(
            "verdicts over images",
            downloads.file_stem(name, here.model_name, "verdicts"),
            {
                "csv": lambda: export.table_bytes(_rows(over), ".csv"),
                "json": lambda: export.table_bytes(_rows(over), ".json"),
            },
            snippets.verdicts_over_images(here, explainers, code, most, **fills.changed, **further),
        )


def _choose(here: Context) -> sets.Chosen | None:
    """None for a network of bands, for which the images at the top of the page are taken, or until there is a zip."""
    if not here.classifier.takes_pictures:
        return None
    has_own = len(image_names(here)) > len(images.samples_for(here.model_name, here.classifier))
    default = sets.LISTED if has_own else sets.SAMPLES
    return sets.set_control("several_of", default=default, further=(sets.LISTED,) if has_own else ())


def _images(here: Context, chosen: sets.Chosen | None) -> ImageSet | list[np.ndarray] | None:
    """The images; None while there are none."""
    if here.classifier.takes_pictures:
        return None if chosen is None else chosen.images(here)
    names = image_names(here)
    return [images.image_named(name, here.classifier.channels) for name in names] if len(names) > 1 else None


def _found(here: Context, explainers, fills: Fills, every, most: int, further: dict) -> tuple | None:
    """The verdicts, and how many images could not be read; None before the click.

    Not the set's name: other people with the same images take the same result from the store.
    """
    if isinstance(every, list):
        some: ImageSet | list[np.ndarray] = every[:most]
        identity = " ".join(map(image_digest, every[:most]))
    else:
        some = some_of(every, most)
        identity = some.digest
    target = None if here.classifier.task.has_classes else here.target
    asked_of = None if target is None else here.target_key
    key = (here.classifier.key, "verdicts over images", tuple(explainers), identity, asked_of, fills, *further)
    requested: set[tuple] = st.session_state.setdefault("requested", set())
    if key not in requested and work.found(key) is None:
        st.button(
            tr("Measure on {n} images", n=len(some)),
            key="several",
            icon=":material/play_arrow:",
            on_click=requested.add,
            args=(key,),
        )
        return None

    def compute(progress: Progress) -> tuple:
        unread: list[int] = []
        settings = {"unread": unread, "progress": progress, **fills.given, **further}
        measured = trust.measure_each(explainers, here.classifier, some, target, **settings)
        return trust.over_images(measured), len(unread)

    return work.run(
        key,
        text("Measuring on several images"),
        compute,
        kind="trust over images",
        progress_text=lambda done, total: tr("{done} of {total} images", done=done, total=total),
    )


def _result(here: Context, over: Sequence[trust.VerdictOverImages], unread: int, name: str) -> None:
    places = style.grid("several")
    for one in over:
        if one.name not in trust.BASELINES:
            with places.container(gap="xsmall"):
                st.html(f"<p class='v-caption'><b>{escape(tr(one.title))}</b></p>{verdict_html(one.text, one.reasons)}")
    method, columns = tr("Method"), {measure: tr(title) for measure, title in _COLUMNS.items()}
    rows = [
        {method: tr(one.title)} | {title: one.means.get(measure) for measure, title in columns.items()} for one in over
    ]
    table = pd.DataFrame(rows).dropna(axis="columns", how="all").sort_values(columns["insertion"], ascending=False)
    shown = typeset(table, dict.fromkeys(columns.values(), three_decimals), "–")
    st.dataframe(shown, hide_index=True, height="content", column_config={method: {"pinned": True}})
    each = (
        text(
            "Each is explained for its own {thing}, the one that the network finds.",
            thing=words(here.classifier.task).one,
        )
        if here.classifier.task.has_classes
        else text("On each, {subject} is explained.", subject=here.subject)
    )
    counts = text("A reason counts if it holds on at least half of the images.")
    left_out = text("{n:,} more could not be read or have no such value.", n=unread) if unread else ""
    picture.caption(
        tr("Means over {n} images ({set})", n=max(one.n_images for one in over), set=name),
        tr(sentences(each, counts, left_out)),
    )


def _rows(over: Sequence[trust.VerdictOverImages]) -> list[dict]:
    measures = list(dict.fromkeys(measure for one in over for measure in one.means))
    return [
        {"name": one.name, "title": one.title, "n_images": one.n_images, "verdict": one.text}
        | {measure: one.means.get(measure) for measure in measures}
        for one in over
    ]

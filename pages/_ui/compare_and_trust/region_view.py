"""Localisation: a person draws or types where the thing is, and the page shows how much of each map lies there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from pages._ui.results import explain, picture
from pages._ui.shell.context import Context
from pages._ui.widgets.bars import bars
from pages._ui.widgets.region_picker import Points, region_picker
from pages._ui.widgets.text import plain
from vislib import ParameterError, trust
from vislib.language import text, tr, whole_percent

_BOX, _OUTLINE = text("A box"), text("An outline")
_SIDES = (text("Left (px)"), text("Top (px)"), text("Right (px)"), text("Bottom (px)"))
_KEYS = ("box_left", "box_top", "box_right", "box_bottom")
_KIND, _TEXT, _OF = "region_kind", "outline", "region of"
_MOST_CORNERS = 24


@dataclass(frozen=True, eq=False)
class Region:
    """Where the thing is.

    Attributes:
        mask: (h, w) bool at the network's input size.
        code: The Python expression that makes the mask from `classifier` and `image`.
    """

    mask: np.ndarray
    code: str


def control(here: Context) -> Region | None:
    """Widgets to draw or type the region, below the picture; None while there is none."""
    _forget_another_image(here)
    name = here.image_name
    kind = st.segmented_control(
        tr("Draw"), (_BOX, _OUTLINE), default=_BOX, key=_KIND, bind="query-params", required=True, format_func=tr
    )
    shown = st.container()
    try:
        points = _box_fields(here) if kind == _BOX else _outline_field()
        region = _region(here, kind, points)
    except ParameterError as error:
        st.info(plain(str(error)))
        points, region = (), None
    with shown:
        about = (
            text("{image}, as the network sees it; draw a box around the thing, or use the fields below", image=name)
            if kind == _BOX
            else text(
                "{image}, as the network sees it; draw an outline around the thing, or use the fields below", image=name
            )
        )
        region_picker(
            explain.seen_picture(here, picture.SIDE),
            "drawn_region",
            tr(about),
            _as_shares(here, points),
            kind == _BOX,
            lambda corners: _keep(here, kind, corners),
        )
    return region


def localised(measured: Mapping[str, trust.Trust], region: Region | None) -> dict[str, trust.Trust]:
    """The measures with how much of each map lies in the region."""
    return {
        name: one if region is None else replace(one, localisation=trust.localisation(one.heatmap.values, region.mask))
        for name, one in measured.items()
    }


def show(measured: Mapping[str, trust.Trust]) -> None:
    """How much of each map lies inside, beside the picture."""
    found = [
        (one.title, one.localisation) for one in measured.values() if one.localisation is not None and not one.empty
    ]
    if not found:
        st.caption(
            tr(
                "Drag over the picture, or type the numbers: then this page shows how much of each map lies inside, "
                "and whether its highest place does."
            )
        )
        return
    found.sort(key=lambda each: -each[1].mass)
    chance = found[0][1].by_chance
    shares = [
        (
            tr("{method}: highest place inside", method=title)
            if one.hit
            else tr("{method}: highest place outside", method=title),
            one.mass,
        )
        for title, one in found
    ]
    st.html(bars(shares, tr("Share of each map inside"), whole_percent, mark=chance))
    picture.caption(
        tr("The share of each map inside"),
        tr(
            "By chance it is {share}, the line across each bar. The table above also has the rank: which share of a "
            "map's highest places lies inside, as many places as the region has (Arras et al. 2022). No verdict rests "
            "on this: a network may decide by something outside of what you drew, and a map that shows it is right.",
            share=whole_percent(chance),
        ),
    )


def _region(here: Context, kind: str, points: Points) -> Region | None:
    """Raises ParameterError if the region lies outside what the network sees."""
    if not points:
        return None
    if kind == _BOX:
        box = (*points[0], *points[2])
        return Region(trust.box_mask(here.classifier, here.image, box), f"trust.box_mask(classifier, image, {box})")
    code = f"trust.outline_mask(classifier, image, {list(points)})"
    return Region(trust.outline_mask(here.classifier, here.image, points), code)


def _box_fields(here: Context) -> Points:
    """The corners in pixels of the image; none while a number is missing."""
    height, width = here.image.shape[:2]
    sides = []
    row = st.container(horizontal=True, gap="small")
    for key, side, most in zip(_KEYS, _SIDES, (width, height, width, height), strict=True):
        if not 0 <= (st.session_state.get(key) or 0) <= most:
            st.session_state.pop(key, None)
        sides.append(
            row.number_input(tr(side), 0, most, None, key=key, bind="query-params", placeholder="–", width=165)
        )
    if None in sides:
        return ()
    left, top, right, bottom = map(int, sides)
    return (left, top), (right, top), (right, bottom), (left, bottom)


def _outline_field() -> Points:
    """The corners in pixels of the image; none while the field is empty.

    Raises:
        ParameterError: If the text is no list of points.
    """
    written = st.text_input(
        tr("Corners, x,y of each in pixels of the image"),
        key=_TEXT,
        bind="query-params",
        placeholder="40,30 120,30 80,90",
    )
    try:
        return [(int(x), int(y)) for x, y in (point.split(",") for point in written.split())]
    except ValueError:
        raise ParameterError(
            text(
                "An outline is x,y of each corner with spaces between, such as 40,30 120,30 80,90; not “{given}”.",
                given=written,
            )
        ) from None


def _keep(here: Context, kind: str, corners: Points) -> None:
    """Writes what was drawn, as shares of the picture, into the fields."""
    seen, (height, width) = here.classifier.box(here.image), here.image.shape[:2]
    x, y = np.array(corners).T
    x = np.rint(seen.left + x * seen.width).clip(0, width).astype(int)
    y = np.rint(seen.top + y * seen.height).clip(0, height).astype(int)
    if kind == _BOX:
        for key, value in zip(_KEYS, (x.min(), y.min(), x.max(), y.max()), strict=True):
            st.session_state[key] = int(value)
    else:
        st.session_state[_TEXT] = " ".join(f"{a},{b}" for a, b in _few(np.stack([x, y], axis=1)))


def _few(corners: np.ndarray) -> np.ndarray:
    """At most 24 of the corners (n, 2), by the algorithm of Douglas and Peucker."""
    from skimage.measure import approximate_polygon

    closed = np.concatenate([corners, corners[:1]])
    tolerance, kept = 0.0, closed
    while len(kept) > _MOST_CORNERS + 1:
        tolerance = max(1.4 * tolerance, 0.002 * float(np.ptp(corners, axis=0).max()))
        kept = approximate_polygon(closed, tolerance)
    return kept[:-1]


def _as_shares(here: Context, points: Points) -> list[tuple[float, float]]:
    seen = here.classifier.box(here.image)
    return [((x - seen.left) / seen.width, (y - seen.top) / seen.height) for x, y in points]


def _forget_another_image(here: Context) -> None:
    """Empties the fields if the region was drawn on another image."""
    if st.session_state.get(_OF, here.digest) != here.digest:
        for key in _KEYS:
            st.session_state[key] = None
        st.session_state[_TEXT] = ""
    st.session_state[_OF] = here.digest

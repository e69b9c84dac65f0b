"""The sliders of the page: edits of the whole image, made after the steps on the canvas."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from pages._ui.what_if import history
from pages._ui.what_if.history import History
from vislib.edits import BORDERS, Blur, Brightness, Contrast, Crop, Edit, Noise, Rotate, Scale, Shift
from vislib.language import Text, text, tr

_BORDER = "what_if.border"
_FULL = (0, 100)
_CSS = """
<style>
.st-key-what_if_sliders { display: grid !important; gap: .9rem 1.4rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 150px), 1fr)); }
.st-key-what_if_sliders > div { width: auto !important; min-width: 0; }
@media (max-width: 640px) { .st-key-settings_tools > div:first-child { grid-column: 1 / -1; } }
</style>
"""


@dataclass(frozen=True)
class Slider:
    """One slider.

    Attributes:
        key: Of the widget.
        label: Its name.
        low: The smallest value.
        high: The largest value.
        neutral: The value that changes nothing.
        step: Between two values.
        unit: Behind a value.
        make: The edit of a value, with what fills the places outside the image.
        code: The same in Python, of one value `x`, with the border as {border!r}.
    """

    key: str
    label: Text
    low: float
    high: float
    neutral: float
    step: float
    unit: str
    make: Callable[[float, str], Edit]
    code: str

    @property
    def title(self) -> str:
        """Its name with the unit, in the language in use."""
        return tr("{name} ({unit})", name=self.label, unit=self.unit) if self.unit else tr(self.label)


SLIDERS = (
    Slider(
        "rotate", text("Rotation"), -45.0, 45.0, 0.0, 1.0, "°", lambda x, border: Rotate(x, border), "Rotate(x, {!r})"
    ),
    Slider("scale", text("Scale"), 0.5, 2.0, 1.0, 0.05, "", lambda x, border: Scale(x, border), "Scale(x, {!r})"),
    Slider(
        "right",
        text("Shift right"),
        -0.5,
        0.5,
        0.0,
        0.01,
        "",
        lambda x, border: Shift(x, 0.0, border),
        "Shift(x, 0.0, {!r})",
    ),
    Slider(
        "down",
        text("Shift down"),
        -0.5,
        0.5,
        0.0,
        0.01,
        "",
        lambda x, border: Shift(0.0, x, border),
        "Shift(0.0, x, {!r})",
    ),
    Slider("blur", text("Blur"), 0.0, 0.05, 0.0, 0.001, "", lambda x, _: Blur(x), "Blur(x)"),
    Slider("brightness", text("Brightness"), 0.0, 2.0, 1.0, 0.05, "", lambda x, _: Brightness(x), "Brightness(x)"),
    Slider("contrast", text("Contrast"), 0.0, 2.0, 1.0, 0.05, "", lambda x, _: Contrast(x), "Contrast(x)"),
    Slider("noise", text("Noise"), 0.0, 0.5, 0.0, 0.01, "", lambda x, _: Noise(x), "Noise(x)"),
)
"""In the order in which the edits are made; the crop comes after the geometry."""
_GEOMETRY = ("rotate", "scale", "right", "down")
_CROPS = (("columns", text("Columns kept (%)")), ("rows", text("Rows kept (%)")))
_HELP = {
    "rotate": text("Degrees, anticlockwise."),
    "scale": text("Above 1 the image is larger."),
    "right": text("Share of the width."),
    "down": text("Share of the height."),
    "blur": text("Standard deviation as a share of the longer side."),
    "brightness": text("A factor; 1 changes nothing."),
    "contrast": text("A factor; 1 changes nothing."),
    "noise": text("Standard deviation; 1 is the distance from black to white."),
}


_BORDERS = {"reflect": text("reflect"), "edge": text("edge"), "black": text("black")}
assert set(_BORDERS) == set(BORDERS)


def key_of(name: str) -> str:
    """The key of a slider's widget."""
    return f"what_if.{name}"


NEUTRAL: dict[str, Any] = {
    **{key_of(slider.key): slider.neutral for slider in SLIDERS},
    **{key_of(name): _FULL for name, _ in _CROPS},
    _BORDER: BORDERS[0],
}


def controls(past: History) -> tuple[Edit, ...]:
    """Draws the sliders; the edits that they make."""
    moved = history.slider_moved(past)
    values: dict[str, Any] = {}
    st.html(_CSS)
    places = st.container(key="what_if_sliders")
    for slider in SLIDERS:
        values[slider.key] = places.slider(
            slider.title,
            slider.low,
            slider.high,
            slider.neutral,
            slider.step,
            key=key_of(slider.key),
            bind="query-params",
            help=tr(_HELP[slider.key]),
            on_change=moved,
        )
    for name, label in _CROPS:
        values[name] = places.slider(
            tr(label),
            0,
            100,
            _FULL,
            1,
            key=key_of(name),
            bind="query-params",
            on_change=moved,
            help=tr("The rest is cut off."),
        )
    border = places.selectbox(
        tr("Outside the image"),
        BORDERS,
        key=_BORDER,
        bind="query-params",
        on_change=moved,
        format_func=lambda name: tr(_BORDERS[name]),
        help=tr("What comes in at the border when the image is turned, shifted or made smaller."),
    )
    past.settings = {key: st.session_state[key] for key in NEUTRAL}
    edits = _edits(values, border)
    st.button(
        tr("Draw on the result"),
        icon=":material/brush:",
        key="what_if_fix",
        type="tertiary",
        disabled=not edits,
        help=tr(
            "The sliders change the image after all strokes. This makes steps of their edits and sets them back, so "
            "that the next strokes are drawn on the changed image."
        ),
        on_click=_fix,
        args=(past, edits),
    )
    return edits


def _fix(past: History, edits: tuple[Edit, ...]) -> None:
    before = past.steps
    history.add(past, edits)
    if past.steps != before:
        history.set_sliders(NEUTRAL)


def border() -> str:
    """What fills the places outside the image."""
    return st.session_state.get(_BORDER, BORDERS[0])


def without(past: History, edits: tuple[Edit, ...], slider: Slider) -> tuple[Edit, ...]:
    """All edits but that of one slider."""
    made, n = slider.make(st.session_state[key_of(slider.key)], border()), len(past.steps)
    return (*edits[:n], *(edit for edit in edits[n:] if edit != made))


def _edits(values: dict[str, Any], border: str) -> tuple[Edit, ...]:
    made = {
        slider.key: slider.make(values[slider.key], border)
        for slider in SLIDERS
        if values[slider.key] != slider.neutral
    }
    (left, right), (top, bottom) = ((low / 100, high / 100) for low, high in (values["columns"], values["rows"]))
    cropped = (left, top, right, bottom) != (0.0, 0.0, 1.0, 1.0)
    # A range of no width keeps one pixel.
    box = min(left, 0.99), min(top, 0.99), max(right, min(left, 0.99) + 0.01), max(bottom, min(top, 0.99) + 0.01)
    return (
        *(edit for key, edit in made.items() if key in _GEOMETRY),
        *((Crop(box),) if cropped else ()),
        *(edit for key, edit in made.items() if key not in _GEOMETRY),
    )

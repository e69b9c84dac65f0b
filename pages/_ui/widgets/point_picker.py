"""An image on which the user chooses a point by mouse, touch or arrow keys."""

from collections.abc import Callable

import streamlit as st
from PIL import Image

from pages._ui.widgets.tiles import data_uri

_CSS = """
button { all: unset; display: block; width: 100%; cursor: crosshair; border-radius: .5rem; }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
img { display: block; width: 100%; border-radius: .5rem; }
"""

_JS = """
export default function ({ parentElement, data, setTriggerValue }) {
  let button = parentElement.querySelector("button");
  if (!button) {
    button = document.createElement("button");
    button.type = "button";
    button.appendChild(document.createElement("img"));
    parentElement.appendChild(button);
  }
  const image = button.firstChild;
  image.src = data.src;
  image.alt = data.alt;
  const send = (x, y) => setTriggerValue("chosen", {
    x: Math.min(Math.max(x, 0), 0.9999), y: Math.min(Math.max(y, 0), 0.9999),
  });
  button.onclick = (event) => {
    if (event.detail === 0) return;  // Enter or Space: the event has no position
    const box = image.getBoundingClientRect();
    send((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  };
  button.onkeydown = (event) => {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!move) return;
    event.preventDefault();
    send(data.x + move[0] * data.step_x, data.y + move[1] * data.step_y);
  };
}
"""

_component = st.components.v2.component("vislib_point", css=_CSS, js=_JS)


def point_picker(
    picture: Image.Image,
    key: str,
    alt: str,
    at: tuple[float, float],
    step: tuple[float, float],
    on_choose: Callable[[float, float], None],
) -> None:
    """Draws the image; a click, a tap or an arrow key chooses a point.

    Args:
        picture: The image; it fills the width of its column.
        key: Key of the widget.
        alt: Description of the image and of the choice.
        at: The current point (x, y) as fractions of width and height.
        step: The step (x, y) of an arrow key, as fractions of width and height.
        on_choose: Called with the new (x, y) before the page runs again.
    """

    def chosen() -> None:
        if place := st.session_state[key].chosen:
            on_choose(float(place["x"]), float(place["y"]))

    _component(
        data={
            "src": data_uri(picture, max(picture.size)),
            "alt": alt,
            "x": at[0],
            "y": at[1],
            "step_x": step[0],
            "step_y": step[1],
        },
        key=key,
        on_chosen_change=chosen,
    )

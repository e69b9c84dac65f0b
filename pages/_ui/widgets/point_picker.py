"""An image on which the user chooses a point by mouse, touch or arrow keys."""

from collections.abc import Callable

import streamlit as st
from PIL import Image

from pages._ui.widgets.tiles import data_uri
from pages._ui.widgets.words import FILL_JS, spoken
from vislib.language import text

_CSS = """
button { all: unset; display: block; width: 100%; cursor: crosshair; border-radius: .5rem; }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
img { display: block; width: 100%; border-radius: .5rem; }
button { position: relative; }
i { position: absolute; width: 22px; height: 22px; margin: -11px 0 0 -11px; border-radius: 50%; pointer-events: none;
  border: 2px solid #fff; box-shadow: 0 0 0 2px #000, inset 0 0 0 1px #000; visibility: hidden; }
button:focus-visible i { visibility: visible; }
p { position: absolute; width: 1px; height: 1px; margin: 0; overflow: hidden; clip-path: inset(50%); }
"""

_JS = """
export default function ({ parentElement, data, setTriggerValue }) {
  let button = parentElement.querySelector("button");
  if (!button) {
    button = document.createElement("button");
    button.type = "button";
    button.append(document.createElement("img"), document.createElement("i"));
    const help = document.createElement("p"), said = document.createElement("p");
    help.id = "help";
    said.setAttribute("aria-live", "polite");
    parentElement.append(button, help, said);
    button.setAttribute("aria-describedby", "help");
  }
  const [image, cursor] = button.children, said = parentElement.querySelector("p[aria-live]");
  parentElement.querySelector("#help").textContent = data.words.help;
  image.src = data.src;
  image.alt = data.alt;
  button.setAttribute("aria-label", data.alt);
  const inside = (value) => Math.min(Math.max(value, 0), 0.9999);
  const place = (x, y) => {
    button.at = [inside(x), inside(y)];
    cursor.style.left = `${100 * button.at[0]}%`;
    cursor.style.top = `${100 * button.at[1]}%`;
  };
  const given = `${data.x} ${data.y}`;
  if (button.given !== given) place(data.x, data.y);  // a rerun for another reason leaves the cursor where it is
  button.given = given;
  const send = (x, y) => setTriggerValue("chosen", {
    x: inside(x), y: inside(y),
  });
  button.onclick = (event) => {
    if (event.detail === 0) { send(...button.at); return; }  // Enter or Space: the event has no position
    const box = image.getBoundingClientRect();
    send((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  };
  button.onkeydown = (event) => {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!move) return;
    event.preventDefault();
    place(button.at[0] + move[0] * data.step_x, button.at[1] + move[1] * data.step_y);
    send(...button.at);
    const [across, down] = button.at.map((share) => Math.round(100 * share));
    said.textContent = fill(data.words.at, { across, down });
  };
}
"""

_WORDS = {
    "help": text("The arrow keys move the point and choose it; Enter chooses it once more."),
    "at": text("{across} % from the left, {down} % down"),
}

_component = st.components.v2.component("vislib_point", css=_CSS, js=FILL_JS + _JS)


def point_picker(
    picture: Image.Image,
    key: str,
    alt: str,
    at: tuple[float, float],
    step: tuple[float, float],
    on_choose: Callable[[float, float], None],
) -> None:
    """Draws the image; a click, a tap or an arrow key chooses a point; Enter chooses the cursor's place.

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
            "words": spoken(_WORDS),
        },
        key=key,
        on_chosen_change=chosen,
    )

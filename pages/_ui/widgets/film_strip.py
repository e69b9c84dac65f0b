"""Pictures in the order of time, one at a time; Play, a slider, two buttons and the arrow keys go through them."""

from collections.abc import Sequence

import streamlit as st
from PIL import Image

from pages._ui.widgets.tiles import data_uri
from pages._ui.widgets.words import FILL_JS, spoken
from vislib.language import current, text, tr

_CSS = """
.root { max-width: 420px; font: 400 .86rem/1.35 var(--st-font, sans-serif); color: var(--st-text-color, inherit); }
img { display: block; width: 100%; image-rendering: pixelated; border-radius: .4rem;
  border: 1px solid var(--st-border-color, #888); box-sizing: border-box; }
div.row { display: grid; grid-template-columns: 40px 40px 1fr 40px; gap: .6rem;
  align-items: center; margin-top: .4rem; }
button { all: unset; box-sizing: border-box; width: 40px; height: 40px; text-align: center; cursor: pointer;
  font-size: 1.2rem; border: 1px solid var(--st-border-color, #888); border-radius: .5rem; }
button:hover { border-color: var(--st-primary-color); }
button:focus-visible, input:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
input { width: 100%; min-height: 40px; margin: 0; accent-color: var(--st-primary-color); cursor: pointer; }
output { display: block; font-variant-numeric: tabular-nums; }
"""

_JS = """
export default function ({ parentElement, data }) {
  let root = parentElement.querySelector(".root");
  if (!root) {
    root = document.createElement("div");
    root.className = "root";
    root.innerHTML = `<img><div class="row"><button type="button" class="play"></button>
      <button type="button">‹</button><input type="range" min="0" step="1"><button type="button">›</button></div>
      <output></output>`;
    parentElement.appendChild(root);
    const slider = root.querySelector("input"), [play, back, forward] = root.querySelectorAll("button");
    root.show = () => {
      const [source, when] = root.frames[slider.value];
      const image = root.querySelector("img");
      image.src = source;
      image.alt = fill(root.words.shown, { what: root.what, when });
      slider.setAttribute("aria-valuetext", when);
      const values = { when, n: Number(slider.value) + 1, all: root.frames.length };
      root.querySelector("output").textContent = fill(root.words.place, values);
    };
    const step = (by) => { slider.value = Number(slider.value) + by; root.show(); };
    root.say = () => {
      play.textContent = root.timer ? "❚❚" : "▶\ufe0e";
      play.setAttribute("aria-label", root.timer ? root.words.pause : root.words.play);
      back.setAttribute("aria-label", root.words.back);
      forward.setAttribute("aria-label", root.words.forward);
    };
    const stop = () => {
      clearInterval(root.timer);
      root.timer = null;
      root.say();
    };
    play.onclick = () => {
      if (root.timer) { stop(); return; }
      if (slider.value === slider.max) { slider.value = 0; root.show(); }
      root.timer = setInterval(() => {
        if (!root.isConnected || slider.value === slider.max) { stop(); return; }
        step(1);
      }, Math.max(120, Math.min(900, 6000 / root.frames.length)));
      root.say();
    };
    slider.oninput = () => { stop(); root.show(); };
    back.onclick = () => { stop(); step(-1); };
    forward.onclick = () => { stop(); step(1); };
  }
  const fresh = root.id !== data.id, spoken = root.words && root.words.language;
  root.words = data.words;
  root.say();
  if (fresh || spoken !== data.words.language) {
    root.id = data.id;
    root.frames = data.frames;
    root.what = data.what;
    const slider = root.querySelector("input");
    slider.max = data.frames.length - 1;
    if (fresh) slider.value = data.frames.length - 1;
    slider.setAttribute("aria-label", data.label);
    root.show();
  }
}
"""

_WORDS = {
    "play": text("Play"),
    "pause": text("Pause"),
    "back": text("Step back"),
    "forward": text("Step forward"),
    "shown": text("{what}, {when}"),
    "place": text("{when} ({n} of {all})"),
}

_component = st.components.v2.component("vislib_film_strip", css=_CSS, js=FILL_JS + _JS)


def film_strip(frames: Sequence[tuple[str, Image.Image]], key: str, what: str) -> None:
    """Draws the last picture, and the slider to the ones before it.

    Args:
        frames: When, in words, and the picture then; at least one.
        key: Key of the component; another one starts at its last picture.
        what: What the pictures show.
    """
    sources = [(data_uri(picture, max(picture.size)), when) for when, picture in frames]
    label = tr("{what}: step of the training", what=what)
    words = {**spoken(_WORDS), "language": current()}
    _component(data={"id": key, "frames": sources, "what": what, "label": label, "words": words}, key=key)

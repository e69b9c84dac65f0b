"""A photograph and the same photograph with a map over it; a slider goes from one to the other in the browser."""

import streamlit as st
from PIL import Image

from pages._ui.widgets.inline_image import jpeg_uri
from pages._ui.widgets.words import FILL_JS
from vislib.language import tr

_CSS = """
.root { font: 400 .86rem/1.35 var(--st-font, sans-serif); color: var(--st-text-color, inherit); }
.stack { position: relative; border-radius: .5rem; overflow: hidden; }
.stack img { display: block; width: 100%; }
.stack img + img { position: absolute; inset: 0; height: 100%; }
label { display: grid; grid-template-columns: auto 1fr auto; gap: .8rem; align-items: center; min-height: 40px; }
input { width: 100%; min-height: 40px; accent-color: var(--st-primary-color); cursor: pointer; margin: 0; }
input:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
"""

_JS = """
export default function ({ parentElement, data }) {
  let root = parentElement.querySelector(".root");
  if (!root) {
    root = document.createElement("div");
    root.className = "root";
    root.innerHTML = `<div class="stack"><img><img></div>
      <label><span></span><input type="range" min="0" max="100" value="75"><span></span></label>`;
    parentElement.appendChild(root);
    const slider = root.querySelector("input");
    const fade = () => {
      root.querySelectorAll("img")[1].style.opacity = slider.value / 100;
      slider.setAttribute("aria-valuetext", fill(root.share, { share: slider.value }));
    };
    slider.oninput = fade;
    root.fade = fade;
  }
  const [photograph, map] = root.querySelectorAll("img");
  photograph.src = data.photograph;
  map.src = data.map;
  photograph.alt = data.photograph_alt;
  map.alt = data.map_alt;
  const [left, right] = root.querySelectorAll("label span"), slider = root.querySelector("input");
  left.textContent = data.left;
  right.textContent = data.right;
  root.share = data.share;
  slider.setAttribute("aria-label", data.label);
  root.fade();
}
"""

_component = st.components.v2.component("vislib_fade", css=_CSS, js=FILL_JS + _JS)


def fade_slider(
    photograph: Image.Image, with_map: Image.Image, key: str, title: str, photograph_alt: str, map_alt: str
) -> None:
    """Draws both pictures, one over the other, and the slider below them.

    Args:
        photograph: The photograph.
        with_map: The photograph with the map over it, of the same size.
        key: Key of the component.
        title: Name of the map, at the slider's right end.
        photograph_alt: Description of the photograph.
        map_alt: Description of the map.
    """
    _component(
        data={
            "photograph": jpeg_uri(photograph),
            "map": jpeg_uri(with_map),
            "left": tr("Photograph"),
            "right": title,
            "label": tr("From {photograph} to {map}", photograph=tr("Photograph"), map=title),
            "share": tr("{share} % {map}", share="{share}", map=title),
            "photograph_alt": photograph_alt,
            "map_alt": map_alt,
        },
        key=key,
    )

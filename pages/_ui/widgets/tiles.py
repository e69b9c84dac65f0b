"""A set of small clickable images: the channels of a layer, the kernels of a convolution, a whole network."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
import streamlit as st
from PIL import Image

from vislib.output import export, render
from vislib.output.render import Scale

_LARGEST_PX = 64


@dataclass(frozen=True)
class Tile:
    """One image: its identifier, a data URI, a short label, and a description for people who cannot see it."""

    id: str
    src: str
    label: str
    alt: str


@dataclass(frozen=True)
class Group:
    """Images under one heading; `html_bars` are names with a share in 0..1 (None: no bar) and a value as text."""

    title: str
    note: str
    tiles: Sequence[Tile]
    html_bars: Sequence[tuple[str, float | None, str]] = ()


_CSS = """
:host, .root { display: block; }
.root { font: 400 0.8rem/1.3 var(--st-font, sans-serif); color: var(--st-text-color, inherit); }
.columns { display: flex; gap: 14px; overflow-x: auto; padding-bottom: 6px; align-items: flex-start; }
.columns .group { flex: 1 0 76px; min-width: 76px; max-width: 150px; }
.columns .group.wide { flex: 1.6 0 150px; max-width: 230px; }
.columns .tiles { display: flex; flex-direction: column; gap: 6px; }
.grid .tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(64px, 1fr)); gap: 8px; }
.large .tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(104px, 1fr)); gap: 10px; }
.head { margin: 0 0 6px; min-height: 3.9em; }
.grid .head, .large .head { min-height: 0; }
.head b { font-weight: 600; display: block; }
.head span { opacity: .7; overflow-wrap: anywhere; }
button { all: unset; box-sizing: border-box; cursor: pointer; display: block; width: 100%; border-radius: 5px; }
button img { display: block; width: 100%; aspect-ratio: 1; object-fit: fill; image-rendering: pixelated;
  border-radius: 4px; border: 1px solid rgba(128,128,128,.35); box-sizing: border-box; }
button span { display: block; font-size: .72rem; opacity: .75; text-align: center; overflow: hidden;
  text-overflow: ellipsis; white-space: nowrap; font-variant-numeric: tabular-nums; }
button:hover img { border-color: var(--st-primary-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
button[aria-pressed=true] img { outline: 3px solid var(--st-primary-color); outline-offset: -1px; }
.bar { display: grid; grid-template-columns: 1fr auto; column-gap: 6px; margin-bottom: 7px; }
.bar i { grid-column: 1 / -1; height: 5px; border-radius: 2px; background: rgba(128,128,128,.2); }
.bar i u { display: block; height: 100%; border-radius: 2px; background: var(--st-primary-color); }
"""

_JS = """
export default function ({ parentElement, data, setTriggerValue }) {
  const make = (tag, parent, text, className) => {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (className) element.className = className;
    parent.appendChild(element);
    return element;
  };
  let root = parentElement.querySelector(".root");
  if (!root) root = make("div", parentElement, undefined, "root");
  const left = root.firstChild ? root.firstChild.scrollLeft : 0;
  root.replaceChildren();
  const groups = make("div", root, undefined, data.layout);
  for (const group of data.groups) {
    const box = make("div", groups, undefined, group.html_bars.length ? "group wide" : "group");
    if (group.title || group.note) {
      const head = make("div", box, undefined, "head");
      make("b", head, group.title);
      make("span", head, group.note);
    }
    const tiles = make("div", box, undefined, "tiles");
    for (const tile of group.tiles) {
      const button = make("button", tiles);
      button.type = "button";
      button.setAttribute("aria-pressed", String(tile.id === data.selected));
      button.title = tile.alt;
      const image = make("img", button);
      image.src = tile.src;
      image.alt = tile.alt;
      if (tile.label) make("span", button, tile.label);
      button.onclick = () => setTriggerValue("clicked", tile.id);
    }
    for (const [name, share, value] of group.html_bars) {
      const bar = make("div", box, undefined, "bar");
      make("span", bar, name);
      make("span", bar, value);
      if (share !== null) make("u", make("i", bar)).style.width = (share * 100).toFixed(1) + "%";
    }
  }
  groups.scrollLeft = left;
}
"""

_component = st.components.v2.component("vislib_tiles", css=_CSS, js=_JS)


def tiles(
    groups: Sequence[Group],
    key: str,
    layout: Literal["grid", "large", "columns"] = "grid",
    selected: str = "",
    on_click: Callable[[str], None] | None = None,
) -> str | None:
    """Draws the images; returns the id of the image clicked in this run, or None.

    `on_click` is called with that id before the page runs again, so it may set the state of other widgets.
    """

    def clicked() -> None:
        chosen = st.session_state[key].clicked
        if chosen and on_click is not None:
            on_click(chosen)

    result = _component(
        data={"groups": [asdict(group) for group in groups], "layout": layout, "selected": selected},
        key=key,
        on_clicked_change=clicked,
    )
    return result.clicked


def map_tile(id: str, values: np.ndarray, scale: Scale | None, signed: bool, label: str, alt: str) -> Tile:
    """A map (h, w) as a tile; on its own scale if `scale` is None."""
    return Tile(id, data_uri(render.map_image(values, signed=signed, scale=scale)), label, alt)


def data_uri(picture: Image.Image, largest_px: int = _LARGEST_PX) -> str:
    """An image as a data URI, reduced to at most `largest_px` pixels."""
    if max(picture.size) > largest_px:
        picture = picture.copy()
        picture.thumbnail((largest_px, largest_px), Image.Resampling.BOX)
    return "data:image/png;base64," + base64.b64encode(export.png_bytes(picture)).decode()

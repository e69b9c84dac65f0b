"""A set of small clickable images: the channels of a layer, the kernels of a convolution, a whole network."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
import streamlit as st
from PIL import Image

from vislib.language import tr
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


@dataclass(frozen=True)
class Line:
    """A line between two images, or to a bar: their ids, its width as a share of the widest, and whether it is red.

    The id of a bar is "bar 0" for the first one.
    """

    start: str
    end: str
    width: float
    positive: bool


_CSS = """
:host, .root { display: block; }
.root { font: 400 0.8rem/1.3 var(--st-font, sans-serif); color: var(--st-text-color, inherit); }
.columns { position: relative; display: flex; gap: clamp(14px, 2vw, 30px); overflow-x: auto; padding-bottom: 6px;
  align-items: flex-start; }
.columns .group { flex: 1 0 76px; min-width: 76px; max-width: 150px; }
.columns .group.wide { flex: 1.6 0 136px; max-width: 230px; }
.columns .tiles { display: flex; flex-direction: column; gap: 6px; }
.grid .tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(64px, 1fr)); gap: 8px; }
.large .tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(104px, 1fr)); gap: 10px; }
.icons .tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(76px, 1fr)); gap: 10px; }
.icons .tile img { image-rendering: auto; }
.icons .tile { max-width: 112px; }
.head { margin: 0 0 6px; min-height: 3.9em; }
.grid .head, .large .head, .icons .head { min-height: 0; }
.head b { font-weight: 600; display: block; }
.head span { opacity: .7; overflow-wrap: anywhere; }
.tile { all: unset; box-sizing: border-box; display: block; width: 100%; border-radius: 5px; }
button.tile { cursor: pointer; }
.tile img { display: block; width: 100%; aspect-ratio: 1; object-fit: fill; image-rendering: pixelated;
  border-radius: 4px; border: 1px solid rgba(128,128,128,.35); box-sizing: border-box; }
.tile span { display: block; font-size: .72rem; opacity: .8; text-align: center; overflow: hidden;
  text-overflow: ellipsis; white-space: nowrap; font-variant-numeric: tabular-nums; }
button.tile:hover img { border-color: var(--st-primary-color); }
.tile:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
.tile[aria-pressed=true] img { outline: 3px solid var(--st-primary-color); outline-offset: -1px; }
.tile[aria-pressed=true]:focus-visible { outline-offset: 4px; }
svg.lines { position: absolute; left: 0; top: 0; pointer-events: none; overflow: visible; }
svg.lines path { fill: none; opacity: .75; }
svg.lines .raises { stroke: #c92a2a; }
svg.lines .lowers { stroke: #1c7ed6; }
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
  if (!root) {
    root = make("div", parentElement, undefined, "root");
    root.setAttribute("role", "group");
    root.onkeydown = (event) => {
      const from = event.target.closest(".tile");
      if (!from || event.ctrlKey || event.altKey || event.metaKey) return;
      const to = neighbour(from, event.key);
      if (!to) return;
      event.preventDefault();
      to.focus();
    };
    root.addEventListener("focusin", (event) => {
      const tile = event.target.closest(".tile");
      if (tile) stop(tile);
    });
  }
  root.send = (id) => {
    root.clicked = id;
    setTriggerValue("clicked", id);
    show();
  };
  // Once the clicked image is the chosen one, the page is moved to what is shown of it if that lies below.
  const show = () => {
    if (!data.shown_in || root.clicked !== data.selected) return;
    root.clicked = null;
    const place = document.querySelector(`.st-key-${data.shown_in}`);
    if (!place || place.getBoundingClientRect().top < root.getBoundingClientRect().bottom) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    place.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  };
  root.setAttribute("aria-label", data.name);
  const every = () => [...root.querySelectorAll("button.tile")];
  const stop = (tile) => every().forEach((one) => { one.tabIndex = one === tile ? 0 : -1; });
  // The nearest tile in the key's direction; where there is none, the one before or after, so that all are reached.
  const neighbour = (from, key) => {
    const tiles = every(), place = tiles.indexOf(from);
    if (key === "Home") return tiles[0];
    if (key === "End") return tiles[tiles.length - 1];
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
    if (!way) return null;
    const here = from.getBoundingClientRect();
    let best = null, least = Infinity;
    for (const tile of tiles) {
      const box = tile.getBoundingClientRect();
      const x = (box.left + box.right - here.left - here.right) / 2;
      const y = (box.top + box.bottom - here.top - here.bottom) / 2;
      const ahead = way[0] * x + way[1] * y, aside = Math.abs(way[0] ? y : x);
      const reach = (way[0] ? here.width : here.height) / 2;
      if (ahead < reach || ahead + 3 * aside >= least) continue;
      if (data.layout !== "columns" && aside > (way[0] ? here.height : here.width) / 2) continue;
      best = tile;
      least = ahead + 3 * aside;
    }
    return best || tiles[place + way[0] + way[1]] || null;
  };
  // Elements stay and are changed in place: one that is taken out of the page loses the keyboard's focus.
  const held = root.getRootNode().activeElement, focused = held && root.contains(held) ? held : null;
  const at = every().indexOf(focused);
  const children = (parent, wanted) => {
    wanted.forEach((element, k) => {
      if (parent.children[k] !== element) parent.insertBefore(element, parent.children[k] || null);
    });
    while (parent.children.length > wanted.length) parent.lastChild.remove();
  };
  const part = (parent, className, tag) => {
    const there = [...parent.children].find((child) => child.classList.contains(className));
    return there || make(tag || "div", parent, undefined, className);
  };
  const set = (element, name, value) => { if (element[name] !== value) element[name] = value; };
  const seen = {}, old = {};
  root.querySelectorAll(".tile").forEach((tile) => { old[tile.dataset.key] = tile; });
  const picture = (tile) => {
    seen[tile.id] = (seen[tile.id] || 0) + 1;
    const key = `${tile.id} ${seen[tile.id]}`, tag = data.clickable ? "BUTTON" : "DIV";
    let element = old[key];
    if (!element || element.tagName !== tag) {
      element = document.createElement(tag);
      element.className = "tile";
      element.dataset.key = key;
      make("img", element);
      make("span", element).setAttribute("aria-hidden", "true");
      if (data.clickable) {
        element.type = "button";
        element.tabIndex = -1;
        element.onclick = () => root.send(element.dataset.id);
      }
    }
    const [image, label] = element.children;
    element.dataset.id = tile.id;
    set(element, "title", tile.alt);
    if (image.getAttribute("src") !== tile.src) image.src = tile.src;
    set(image, "alt", tile.alt);
    set(label, "textContent", tile.label);
    label.hidden = !tile.label;
    if (data.clickable && data.selected) element.setAttribute("aria-pressed", String(tile.id === data.selected));
    else element.removeAttribute("aria-pressed");
    return element;
  };
  const groups = root.firstChild || make("div", root);
  groups.className = data.layout;
  children(groups, data.groups.map((group, k) => {
    const box = groups.children[k] || document.createElement("div");
    box.className = group.html_bars.length ? "group wide" : "group";
    const parts = [];
    if (group.title || group.note) {
      const head = part(box, "head");
      set(part(head, "title", "b"), "textContent", group.title);
      set(part(head, "note", "span"), "textContent", group.note);
      parts.push(head);
    }
    const tiles = part(box, "tiles");
    children(tiles, group.tiles.map(picture));
    parts.push(tiles);
    const bars = document.createElement("div");
    for (const [name, share, value] of group.html_bars) {
      const bar = make("div", bars, undefined, "bar");
      make("span", bar, name);
      make("span", bar, value);
      if (share !== null) make("u", make("i", bar)).style.width = (share * 100).toFixed(1) + "%";
    }
    children(box, [...parts, ...bars.children]);
    return box;
  }));
  // Lines are drawn behind the pictures, from the right edge of one to the left edge of the other.
  const drawLines = () => {
    let svg = groups.querySelector("svg.lines");
    if (!data.lines.length) { if (svg) svg.remove(); return; }
    if (!svg) {
      svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      svg.setAttribute("class", "lines");
      svg.setAttribute("aria-hidden", "true");
    }
    groups.appendChild(svg);
    const frame = groups.getBoundingClientRect(), bars = [...groups.querySelectorAll(".bar")];
    svg.style.width = groups.scrollWidth + "px";
    svg.style.height = groups.scrollHeight + "px";
    const place = (id) => id.startsWith("bar ") ? bars[Number(id.slice(4))]
      : [...groups.querySelectorAll(".tile")].find((tile) => tile.dataset.id === id);
    svg.replaceChildren(...data.lines.flatMap((line) => {
      const start = place(line.start), end = place(line.end);
      if (!start || !end) return [];
      const from = (start.querySelector("img") || start).getBoundingClientRect();
      const to = (end.querySelector("img") || end).getBoundingClientRect();
      const x = from.right - frame.left + groups.scrollLeft, y = (from.top + from.bottom) / 2 - frame.top;
      const u = to.left - frame.left + groups.scrollLeft, v = (to.top + to.bottom) / 2 - frame.top;
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      const bend = Math.max(10, (u - x) / 2);
      path.setAttribute("d", `M${x},${y}C${x + bend},${y} ${u - bend},${v} ${u},${v}`);
      path.setAttribute("stroke-width", (1 + 6 * line.width).toFixed(1));
      path.setAttribute("class", line.positive ? "raises" : "lowers");
      return [path];
    }));
  };
  root.drawLines = drawLines;
  drawLines();
  root.querySelectorAll("img").forEach((image) => { if (!image.complete) image.onload = () => root.drawLines(); });
  if (!root.watched) {
    root.watched = new ResizeObserver(() => root.drawLines());
    root.watched.observe(root);
  }
  if (!data.clickable) return;
  const tiles = every();
  const stays = focused && root.contains(focused);
  const next = stays ? focused : at >= 0 ? tiles[Math.min(at, tiles.length - 1)] : null;
  if (next && root.getRootNode().activeElement !== next) next.focus({ preventScroll: true });
  const kept = next || tiles.find((tile) => tile.tabIndex === 0);
  stop(kept || tiles.find((tile) => tile.getAttribute("aria-pressed") === "true") || tiles[0]);
  show();
}
"""

_component = st.components.v2.component("vislib_tiles", css=_CSS, js=_JS)


def tiles(
    groups: Sequence[Group],
    key: str,
    layout: Literal["grid", "large", "icons", "columns"] = "grid",
    selected: str = "",
    on_click: Callable[[str], None] | None = None,
    name: str = "",
    lines: Sequence[Line] = (),
    shown_in: str = "",
) -> None:
    """Draws the images. They are one stop of the Tab key; the arrow keys go from one to the next.

    Args:
        groups: The images.
        key: Key of the widget.
        layout: A grid of small or of large images, or of icons, which are smoothed; or a column for each group.
        selected: The id of the chosen image; "" where nothing is chosen.
        on_click: Called with the id of a clicked image before the page runs again, so it may set the state of other
            widgets. Without it the images are no buttons.
        name: What the images are, for people who cannot see them; "" for "Pictures".
        lines: Lines between images of the layout "columns".
        shown_in: Key of the container that shows the chosen image; a click moves the page there if it lies below, as on
            a phone.
    """

    def clicked() -> None:
        chosen = st.session_state[key].clicked
        if chosen and on_click is not None:
            on_click(chosen)

    _component(
        data={
            "groups": [asdict(group) for group in groups],
            "layout": layout,
            "selected": selected,
            "clickable": on_click is not None,
            "lines": [asdict(line) for line in lines],
            "shown_in": shown_in,
            "name": _name(name or tr("Pictures"), on_click is not None),
        },
        key=key,
        on_clicked_change=clicked,
    )


def _name(name: str, clickable: bool) -> str:
    return tr("{pictures}; arrow keys go from one to the next", pictures=name) if clickable else name


def map_tile(id: str, values: np.ndarray, scale: Scale | None, signed: bool, label: str, alt: str) -> Tile:
    """A map (h, w) as a tile; on its own scale if `scale` is None."""
    return Tile(id, data_uri(render.map_image(values, signed=signed, scale=scale)), label, alt)


def data_uri(picture: Image.Image, largest_px: int = _LARGEST_PX) -> str:
    """An image as a data URI, reduced to at most `largest_px` pixels."""
    if max(picture.size) > largest_px:
        picture = picture.copy()
        picture.thumbnail((largest_px, largest_px), Image.Resampling.BOX)
    return "data:image/png;base64," + base64.b64encode(export.png_bytes(picture)).decode()

"""A network as an interactive graph, with zoom, drag, blocks to open and layers to choose, or a part of it as a
picture."""

from collections.abc import Callable, Collection

import streamlit as st

from vislib import diagram
from vislib.language import tr

_CSS = """
:host, .root { display: block; }
.root { --line: color-mix(in srgb, var(--st-text-color) 55%, var(--st-background-color));
  font: 400 .86rem/1.3 var(--st-font, sans-serif); color: var(--st-text-color); }
.bar { display: flex; gap: 6px; justify-content: flex-end; align-items: center; margin-bottom: 6px; }
.bar output { opacity: .72; font-variant-numeric: tabular-nums; min-width: 3.2em; text-align: right; }
.bar button { font: inherit; min-width: 40px; height: 40px; padding: 0 .7rem; cursor: pointer; color: inherit;
  background: var(--st-background-color); border: 1px solid var(--st-border-color, rgba(128,128,128,.5));
  border-radius: .4rem; }
.bar button:hover { border-color: var(--st-primary-color); }
.bar button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
.view { overflow: auto; max-height: min(640px, 75vh); cursor: grab; touch-action: pan-x pan-y;
  border: 1px solid rgba(128,128,128,.35); border-radius: .5rem; background: var(--st-background-color); }
.view.dragged { cursor: grabbing; user-select: none; }
.view svg { display: block; margin: 0 auto; font-family: var(--st-font, sans-serif); }
.view svg > rect { fill: none; }
.view g > rect { fill: color-mix(in srgb, var(--hue) 22%, var(--st-background-color)); stroke: var(--line); }
.view g[data-level=stage] > rect { fill: var(--st-secondary-background-color); }
.view g[data-level=layer] > rect { fill: var(--st-background-color); }
.view g { --hue: #8a8f98; }
.view g[data-kind=residual] { --hue: #0072b2; }
.view g[data-kind=inception] { --hue: #e69f00; }
.view g[data-kind=dense] { --hue: #009e73; }
.view g[data-kind=gated] { --hue: #cc79a7; }
.view g[data-kind=branches] { --hue: #e3d000; }
.view text { fill: var(--st-text-color); }
.view text + text { fill: color-mix(in srgb, var(--st-text-color) 78%, var(--st-background-color)); }
.view path[data-source] { stroke: var(--line); }
.view marker path { fill: var(--line); }
.view g[role=button] { cursor: pointer; outline: none; }
.view g[role=button]:hover > rect { stroke: var(--st-primary-color); stroke-width: 2; }
.view g.found > rect { stroke: #e8590c; stroke-width: 3; }
.view g.chosen > rect { stroke: var(--st-primary-color); stroke-width: 4; }
.view g[role=button]:focus-visible > rect { stroke: var(--st-primary-color); stroke-width: 4; stroke-dasharray: 7 3; }
"""

_JS = r"""
export default function ({ parentElement, data, setTriggerValue }) {
  let root = parentElement.querySelector(".root");
  if (!root) {
    root = document.createElement("div");
    root.className = "root";
    root.innerHTML = `<div class="bar"><output></output></div><div class="view" role="group"></div>`;
    parentElement.appendChild(root);
    const [bar, view] = root.children, said = bar.firstChild;
    const state = root.state = { zoom: 1, fit: "start", moved: false };
    const drawing = () => view.querySelector("svg");
    const sized = () => {
      drawing().setAttribute("width", state.width * state.zoom);
      drawing().setAttribute("height", state.height * state.zoom);
      said.textContent = `${Math.round(100 * state.zoom)} %`;
    };
    // Zooms so that the point (x, y) of the frame stays where it is.
    const zoomed = (zoom, x = view.clientWidth / 2, y = view.clientHeight / 2) => {
      const ratio = Math.min(Math.max(zoom, 0.08), 3) / state.zoom;
      const left = view.scrollLeft + x, top = view.scrollTop + y;
      state.zoom *= ratio;
      state.fit = "";
      sized();
      view.scrollLeft = left * ratio - x;
      view.scrollTop = top * ratio - y;
    };
    root.fitted = () => {
      if (!state.fit || !state.width || !view.clientWidth) return;
      const across = (view.clientWidth - 2) / state.width;
      if (state.fit === "all") {
        const most = parseFloat(getComputedStyle(view).maxHeight) || 640;
        state.zoom = Math.min(1, across, (most - 2) / state.height);
      } else state.zoom = Math.min(1, Math.max(across, 0.5));  // smaller than half, nothing could be read
      sized();
    };
    root.sized = sized;
    new ResizeObserver(() => root.fitted()).observe(view);
    for (const [text, label, act] of [
      ["−", "smaller", () => zoomed(state.zoom / 1.3)],
      ["+", "larger", () => zoomed(state.zoom * 1.3)],
      ["", "all", () => { state.fit = "all"; root.fitted(); }],
    ]) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.dataset.word = label;
      button.onclick = act;
      bar.appendChild(button);
    }
    const inside = (x, y) => {
      const box = view.getBoundingClientRect();
      return [x - box.left - view.clientLeft, y - box.top - view.clientTop];
    };
    view.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      zoomed(state.zoom * (event.deltaY < 0 ? 1.15 : 1 / 1.15), ...inside(event.clientX, event.clientY));
    }, { passive: false });
    const pinch = ([a, b]) => ({
      apart: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) || 1,
      at: inside((a.clientX + b.clientX) / 2, (a.clientY + b.clientY) / 2),
    });
    view.addEventListener("touchstart", (event) => {
      state.pinch = event.touches.length === 2 ? { from: pinch(event.touches).apart, zoom: state.zoom } : null;
    }, { passive: true });
    view.addEventListener("touchmove", (event) => {
      if (!state.pinch || event.touches.length !== 2) return;
      event.preventDefault();
      const now = pinch(event.touches);
      zoomed(state.pinch.zoom * now.apart / state.pinch.from, ...now.at);
    }, { passive: false });
    view.onpointerdown = (event) => {
      state.moved = false;
      if (event.pointerType !== "mouse") return;
      const from = [event.clientX, event.clientY, view.scrollLeft, view.scrollTop];
      const move = (event) => {
        if (Math.hypot(event.clientX - from[0], event.clientY - from[1]) > 4) {
          state.moved = true;
          view.classList.add("dragged");
        }
        view.scrollLeft = from[2] - (event.clientX - from[0]);
        view.scrollTop = from[3] - (event.clientY - from[1]);
      };
      window.addEventListener("pointermove", move);
      window.addEventListener("pointerup", () => {
        window.removeEventListener("pointermove", move);
        view.classList.remove("dragged");
      }, { once: true });
    };
    const boxes = () => [...view.querySelectorAll("g[role=button]")];
    root.stop = (box) => boxes().forEach((one) => one.setAttribute("tabindex", one === box ? "0" : "-1"));
    // The nearest box in the key's direction; an open block is where its title is.
    const neighbour = (from, key) => {
      const every = boxes(), place = every.indexOf(from);
      if (key === "Home") return every[0];
      if (key === "End") return every[every.length - 1];
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
      if (!way) return null;
      const at = (box) => {
        const { x, y, width, height } = box.querySelector("rect").getBBox();
        const open = box.getAttribute("aria-expanded") === "true";
        return [x + Math.min(width, 240) / 2, y + (open ? 17 : height / 2), Math.min(width, 240) / 2];
      };
      const here = at(from);
      let best = null, least = Infinity;
      for (const box of every) {
        const there = at(box), x = there[0] - here[0], y = there[1] - here[1];
        const ahead = way[0] * x + way[1] * y, aside = Math.abs(way[0] ? y : x);
        if (ahead < (way[0] ? here[2] : 5) || (way[1] && aside > 1.5 * here[2])) continue;
        if (ahead + 2 * aside < least) { best = box; least = ahead + 2 * aside; }
      }
      return best || every[place + way[0] + way[1]] || null;
    };
    view.addEventListener("focusin", (event) => {
      const box = event.target.closest("g[role=button]");
      if (box) root.stop(box);
    });
    const send = (box) => root.send({ key: box.dataset.key, level: box.dataset.level,
      layers: JSON.parse(box.dataset.layers), opens: JSON.parse(box.dataset.opens) });
    view.onclick = (event) => {
      const box = event.target.closest("g[role=button]");
      if (box && !state.moved) send(box);
    };
    view.onkeydown = (event) => {
      const box = event.target.closest("g[role=button]");
      if (!box || event.ctrlKey || event.altKey || event.metaKey) return;
      const to = neighbour(box, event.key);
      if (to) to.focus();
      else if (event.key === "Enter" || event.key === " ") send(box);
      else return;
      event.preventDefault();
    };
  }
  root.send = (box) => setTriggerValue("chosen", box);
  const view = root.querySelector(".view"), state = root.state;
  view.setAttribute("aria-label", data.alt);
  root.querySelector("output").setAttribute("aria-label", data.words.size);
  for (const button of root.querySelectorAll(".bar button")) {
    const word = data.words[button.dataset.word];
    button.setAttribute("aria-label", word);
    if (button.dataset.word === "all") button.textContent = word;
    else button.title = word;
  }
  if (state.svg !== data.svg) {
    const held = root.getRootNode().activeElement;
    const focused = held && view.contains(held) ? held.dataset : null;
    const stop = focused || view.querySelector("g[tabindex='0']")?.dataset;
    const left = view.scrollLeft, top = view.scrollTop;
    state.svg = data.svg;
    view.innerHTML = data.svg;
    const svg = view.querySelector("svg");
    svg.removeAttribute("role");
    svg.setAttribute("role", "presentation");
    svg.querySelector("title").remove();
    state.width = Number(svg.getAttribute("width"));
    state.height = Number(svg.getAttribute("height"));
    const boxes = [...svg.querySelectorAll("g[data-key]")].filter((box) => box.dataset.level !== "stage");
    for (const box of boxes) {
      box.setAttribute("role", "button");
      box.setAttribute("aria-label", box.querySelector("title").textContent);
      if (box.dataset.level === "block") box.setAttribute("aria-expanded", String(box.dataset.opens === "[]"));
    }
    // The focus goes on to the same box, or to the one that now holds its layers.
    const same = (was) => boxes.find((box) => box.dataset.key === was.key && box.dataset.level === was.level) ||
      boxes.find((box) => JSON.parse(box.dataset.layers).includes(JSON.parse(was.layers)[0]));
    const next = stop && same(stop);
    root.sized();
    root.fitted();
    view.scrollLeft = left;
    view.scrollTop = top;
    root.stop(next || boxes[0]);
    if (focused && next) {
      next.focus({ preventScroll: true });
      next.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  }
  const found = new Set(data.found);
  let first = null;
  view.querySelectorAll("g[role=button]").forEach((box) => {
    const layers = JSON.parse(box.dataset.layers), open = box.getAttribute("aria-expanded") === "true";
    const hit = !open && (layers.some((name) => found.has(name)) || found.has(box.dataset.key));
    const chosen = box.dataset.level === "layer" && box.dataset.key === data.chosen;
    box.classList.toggle("found", hit);
    box.classList.toggle("chosen", chosen);
    if (box.dataset.level === "layer") box.setAttribute("aria-pressed", String(chosen));
    if (!first && (data.found.length ? hit : chosen)) first = box;
  });
  const sought = JSON.stringify([data.found, data.chosen]);
  if (first && state.sought !== sought) {
    const box = first.getBoundingClientRect(), frame = view.getBoundingClientRect();
    const hidden = box.left < frame.left || box.right > frame.right || box.top < frame.top || box.bottom > frame.bottom;
    if (hidden) {
      view.scrollLeft += box.left - frame.left - (frame.width - box.width) / 2;
      view.scrollTop += box.top - frame.top - (frame.height - box.height) / 2;
    }
    if (!root.getRootNode().activeElement) root.stop(first);
  }
  state.sought = sought;
}
"""

_component = st.components.v2.component("vislib_graph", css=_CSS, js=_JS)


def graph_view(
    layout: diagram.Layout, key: str, alt: str, found: Collection[str], chosen: str, on_choose: Callable[[dict], None]
) -> None:
    """Draws the graph.

    Args:
        layout: Layout of the network.
        key: Key of the widget.
        alt: Description of the graph.
        found: Names of the layers to mark; the view scrolls to the first.
        chosen: Name of the chosen layer.
        on_choose: Called before the page runs again with the clicked box: its "key", "level", "layers" and "opens".
    """

    def clicked() -> None:
        if box := st.session_state[key].chosen:
            on_choose(dict(box))

    _component(
        data={
            "svg": diagram.svg(layout),
            "alt": alt,
            "found": list(found),
            "chosen": chosen,
            "words": {
                "size": tr("Size"),
                "smaller": tr("Zoom out"),
                "larger": tr("Zoom in"),
                "all": tr("Show all"),
            },
        },
        key=key,
        on_chosen_change=clicked,
    )


_PICTURE_JS = """
export default function ({ parentElement, data }) {
  const view = parentElement.querySelector(".view");
  view.innerHTML = data.svg;
  const drawing = view.firstElementChild;
  drawing.setAttribute("aria-label", data.alt);
  drawing.style.cssText = `max-width: min(100%, ${data.widest}px); height: auto; margin: 0`;
}
"""
_picture = st.components.v2.component(
    "vislib_graph_picture",
    html='<div class="root"><div class="view" style="border: 0; cursor: auto; max-height: none"></div></div>',
    css=_CSS,
    js=_PICTURE_JS,
)


def graph_picture(layout: diagram.Layout, alt: str, widest: int, key: str) -> None:
    """Draws a small graph in the theme's colours, without zoom and choice.

    Args:
        layout: Layout of the graph.
        alt: Description of the graph.
        widest: Its largest width, in pixels.
        key: Key of the widget.
    """
    _picture(data={"svg": diagram.svg(layout), "alt": alt, "widest": widest}, key=key)

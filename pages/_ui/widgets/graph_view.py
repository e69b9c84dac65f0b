"""A network as an interactive graph: zoom, drag, open a block, choose a layer."""

from collections.abc import Callable, Collection

import streamlit as st

from vislib import diagram

_CSS = """
.root { position: relative; border: 1px solid rgba(128,128,128,.35); border-radius: .5rem; overflow: hidden;
  background: #fff; }
.view { overflow: auto; height: 540px; cursor: grab; }
.view:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: -2px; }
.view.dragged { cursor: grabbing; user-select: none; }
.view svg { display: block; }
.view g[data-level=layer], .view g[data-level=block] { cursor: pointer; }
.view g:hover > rect { stroke: #0b7285; stroke-width: 2; }
.view g.found > rect { stroke: #e8590c; stroke-width: 3; }
.view g.chosen > rect { stroke: #0b7285; stroke-width: 4; }
.bar { position: absolute; right: 10px; top: 10px; display: flex; gap: 6px; }
.bar button { font: 600 1rem/1 sans-serif; width: 2.4rem; height: 2.4rem; color: #1c1e21; background: #fff;
  cursor: pointer; border: 1px solid #8a8f98; border-radius: .4rem; }
.bar button:hover { border-color: #0b7285; }
.bar button:focus-visible { outline: 2px solid #0b7285; outline-offset: 2px; }
"""

_JS = """
export default function ({ parentElement, data, setTriggerValue }) {
  let root = parentElement.querySelector(".root");
  if (!root) {
    root = document.createElement("div");
    root.className = "root";
    const view = document.createElement("div");
    view.className = "view";
    view.tabIndex = 0;
    root.appendChild(view);
    const bar = document.createElement("div");
    bar.className = "bar";
    root.appendChild(bar);
    parentElement.appendChild(root);
    root.state = { zoom: 1, moved: false };
    const zoomed = (factor) => {
      const svg = view.querySelector("svg");
      const before = root.state.zoom;
      root.state.zoom = Math.min(Math.max(before * factor, 0.08), 3);
      const ratio = root.state.zoom / before;
      const x = view.scrollLeft + view.clientWidth / 2, y = view.scrollTop + view.clientHeight / 2;
      root.size(svg);
      view.scrollLeft = x * ratio - view.clientWidth / 2;
      view.scrollTop = y * ratio - view.clientHeight / 2;
    };
    root.size = (svg) => {
      svg.setAttribute("width", root.state.width * root.state.zoom);
      svg.setAttribute("height", root.state.height * root.state.zoom);
    };
    root.fit = () => {
      root.state.zoom = Math.min(1, view.clientWidth / root.state.width, view.clientHeight / root.state.height);
      root.size(view.querySelector("svg"));
    };
    for (const [text, label, act] of [
      ["+", "Zoom in", () => zoomed(1.3)],
      ["−", "Zoom out", () => zoomed(1 / 1.3)],
      ["⤢", "Show all", () => root.fit()],
    ]) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.title = label;
      button.setAttribute("aria-label", label);
      button.onclick = act;
      bar.appendChild(button);
    }
    view.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      zoomed(event.deltaY < 0 ? 1.15 : 1 / 1.15);
    }, { passive: false });
    view.onpointerdown = (event) => {
      if (event.pointerType !== "mouse") return;
      root.state.from = [event.clientX, event.clientY, view.scrollLeft, view.scrollTop];
      root.state.moved = false;
    };
    view.onpointermove = (event) => {
      const from = root.state.from;
      if (!from || !event.buttons) return;
      if (Math.hypot(event.clientX - from[0], event.clientY - from[1]) > 4) {
        root.state.moved = true;
        view.classList.add("dragged");
      }
      view.scrollLeft = from[2] - (event.clientX - from[0]);
      view.scrollTop = from[3] - (event.clientY - from[1]);
    };
    window.addEventListener("pointerup", () => { root.state.from = null; view.classList.remove("dragged"); });
  }
  const view = root.querySelector(".view");
  view.setAttribute("aria-label", data.alt);
  if (root.state.svg !== data.svg) {
    const was = root.state.svg, left = view.scrollLeft, top = view.scrollTop;
    root.state.svg = data.svg;
    view.innerHTML = data.svg;
    const svg = view.querySelector("svg");
    root.state.width = Number(svg.getAttribute("width"));
    root.state.height = Number(svg.getAttribute("height"));
    root.size(svg);
    view.scrollLeft = was ? left : 0;
    view.scrollTop = was ? top : 0;
    svg.querySelectorAll("g[data-key]").forEach((group) => {
      const send = () => setTriggerValue("chosen", { key: group.dataset.key, level: group.dataset.level,
        layers: JSON.parse(group.dataset.layers), opens: JSON.parse(group.dataset.opens) });
      if (group.dataset.level === "stage") return;
      group.setAttribute("tabindex", "0");
      group.setAttribute("role", "button");
      group.onclick = () => { if (!root.state.moved) send(); };
      group.onkeydown = (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        send();
      };
    });
  }
  const found = new Set(data.found);
  let first = null;
  view.querySelectorAll("g[data-key]").forEach((group) => {
    const layers = JSON.parse(group.dataset.layers);
    const open = group.dataset.level === "stage" || (group.dataset.level === "block" && group.dataset.opens === "[]");
    const hit = !open && (layers.some((name) => found.has(name)) || found.has(group.dataset.key));
    group.classList.toggle("found", hit);
    group.classList.toggle("chosen", group.dataset.level === "layer" && group.dataset.key === data.chosen);
    if (!first && (data.found.length ? hit : group.classList.contains("chosen"))) first = group;
  });
  const sought = JSON.stringify([data.found, data.chosen]);
  if (first && root.state.sought !== sought) {
    const box = first.getBoundingClientRect(), frame = view.getBoundingClientRect();
    view.scrollLeft += box.left - frame.left - (frame.width - box.width) / 2;
    view.scrollTop += box.top - frame.top - (frame.height - box.height) / 2;
  }
  root.state.sought = sought;
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
        data={"svg": diagram.svg(layout), "alt": alt, "found": list(found), "chosen": chosen},
        key=key,
        on_chosen_change=clicked,
    )

"""Many thumbnails on a plane: pan, zoom, and a lasso that chooses some of them."""

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from pages._ui.widgets.words import FILL_JS, spoken
from vislib.language import text

COLOURS = (
    "#15aabf", "#f76707", "#7048e8", "#2f9e44", "#e03131", "#f59f00", "#1971c2", "#c2255c", "#66a80f", "#846358",
)  # fmt: skip
_GREY = "#9aa5b1"

_CSS = """
.root { font: 400 .82rem/1.35 var(--st-font, sans-serif); color: var(--st-text-color, inherit); }
.bar { display: flex; flex-wrap: wrap; gap: .4rem .5rem; align-items: center; margin-bottom: .4rem; }
button { font: inherit; color: inherit; background: transparent; min-height: 40px; min-width: 40px;
  padding: .1rem .7rem; border: 1px solid var(--st-border-color, #888); border-radius: .4rem; cursor: pointer; }
button[aria-pressed="true"] { border-color: var(--st-primary-color); color: var(--st-primary-color); font-weight: 600; }
button:focus-visible, canvas:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
canvas { display: block; width: 100%; border: 1px solid var(--st-border-color, #888); border-radius: .4rem;
  touch-action: none; cursor: grab; box-sizing: border-box; }
canvas.lasso { cursor: crosshair; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem .9rem; margin-top: .4rem; }
.legend i { display: inline-block; width: .75rem; height: .75rem; border-radius: 50%; margin-right: .35rem;
  vertical-align: -1px; }
"""

_JS = """
export default function ({ parentElement, data, setTriggerValue }) {
  let root = parentElement.querySelector(".root");
  if (!root) {
    root = document.createElement("div");
    root.className = "root";
    root.innerHTML = `<div class="bar"><button type="button" class="pan"></button><button type="button"
      class="draw"></button><button type="button">+</button><button type="button">−</button><button
      type="button"></button><button type="button" class="none"></button><span role="status"></span></div><canvas
      tabindex="0" role="img"></canvas><div class="legend"></div>`;
    parentElement.appendChild(root);
    Object.assign(root, { scale: 1, x: 0, y: 0, mode: "pan", path: [], fingers: new Map() });
    const canvas = root.querySelector("canvas"), pen = canvas.getContext("2d");
    const side = () => Math.min(canvas.clientWidth, canvas.clientHeight) - 76;  // room for half a picture on each side
    const place = (k) => [
      (root.data.x[k] / 10000 - 0.5) * side() * root.scale + root.x + canvas.clientWidth / 2,
      (root.data.y[k] / 10000 - 0.5) * side() * root.scale + root.y + canvas.clientHeight / 2,
    ];
    const size = () => Math.min(64, 4 + 260 * root.scale / Math.sqrt(root.data.x.length));
    root.place = place;
    root.draw = () => {
      if (root.asked) return;
      root.asked = true;
      requestAnimationFrame(() => { root.asked = false; paint(); });
    };
    const paint = () => {
      const d = root.data, wide = canvas.clientWidth, high = canvas.clientHeight, ratio = window.devicePixelRatio || 1;
      if (canvas.width !== Math.round(wide * ratio) || canvas.height !== Math.round(high * ratio)) {
        canvas.width = Math.round(wide * ratio);
        canvas.height = Math.round(high * ratio);
      }
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      pen.clearRect(0, 0, wide, high);
      const px = size(), pictures = px >= 14 && root.sprites && root.sprites.complete;
      const columns = Math.ceil(Math.sqrt(d.x.length));
      for (let k = 0; k < d.x.length; k++) {
        const [x, y] = place(k);
        if (x < -px || y < -px || x > wide + px || y > high + px) continue;
        pen.globalAlpha = root.chosen.size && !root.chosen.has(k) ? 0.22 : 1;
        pen.fillStyle = d.colours[d.of[k]];
        if (pictures) {
          pen.fillRect(x - px / 2 - 2, y - px / 2 - 2, px + 4, px + 4);
          const left = (k % columns) * d.side, top = Math.floor(k / columns) * d.side;
          pen.drawImage(root.sprites, left, top, d.side, d.side, x - px / 2, y - px / 2, px, px);
        } else {
          pen.fillRect(x - px / 4, y - px / 4, px / 2, px / 2);
        }
      }
      pen.globalAlpha = 1;
      if (root.middle) {  // where Enter chooses
        pen.strokeStyle = getComputedStyle(root).getPropertyValue("--st-primary-color") || "#0b7285";
        pen.lineWidth = 2;
        pen.strokeRect(wide / 2 - 12, high / 2 - 12, 24, 24);
      }
      if (root.path.length > 1) {
        pen.strokeStyle = getComputedStyle(root).getPropertyValue("--st-primary-color") || "#0b7285";
        pen.lineWidth = 2;
        pen.beginPath();
        root.path.forEach(([x, y], k) => (k ? pen.lineTo(x, y) : pen.moveTo(x, y)));
        pen.closePath();
        pen.stroke();
      }
    };
    const zoom = (by, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) => {
      const next = Math.min(60, Math.max(0.5, root.scale * by)), ratio = next / root.scale;
      root.x = (root.x - (x - canvas.clientWidth / 2)) * ratio + (x - canvas.clientWidth / 2);
      root.y = (root.y - (y - canvas.clientHeight / 2)) * ratio + (y - canvas.clientHeight / 2);
      root.scale = next;
      root.draw();
    };
    const inside = (x, y, path) => {
      let is = false;
      for (let k = 0, j = path.length - 1; k < path.length; j = k++) {
        const [a, b] = path[k], [c, d] = path[j];
        if (b > y !== d > y && x < ((c - a) * (y - b)) / (d - b) + a) is = !is;
      }
      return is;
    };
    root.choose = (numbers) => {
      root.chosen = new Set(numbers);
      root.say();
      root.draw();
      setTriggerValue("chosen", { numbers, n: ++root.sent });
    };
    const nearest = (x, y, least) => {
      let best = -1;
      for (let k = 0; k < root.data.x.length; k++) {
        const [a, b] = place(k), far = Math.max(Math.abs(a - x), Math.abs(b - y));
        if (far < least) [best, least] = [k, far];
      }
      return best < 0 ? [] : [best];
    };
    root.sent = 0;
    root.say = () => {
      root.querySelector("[role=status]").textContent = root.chosen.size
        ? fill(root.data.words.chosen, { n: root.chosen.size.toLocaleString("en") })
        : fill(root.data.words.images, { n: root.data.x.length.toLocaleString("en") });
    };
    const [pan, lasso, more, less, all, none] = root.querySelectorAll("button");
    const set = (mode) => {
      root.mode = mode;
      pan.setAttribute("aria-pressed", mode === "pan");
      lasso.setAttribute("aria-pressed", mode === "lasso");
      canvas.className = mode;
    };
    set("pan");
    pan.onclick = () => set("pan");
    lasso.onclick = () => set("lasso");
    more.onclick = () => zoom(1.5);
    less.onclick = () => zoom(1 / 1.5);
    all.onclick = () => { Object.assign(root, { scale: 1, x: 0, y: 0 }); root.draw(); };
    none.onclick = () => root.choose([]);
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    canvas.onpointerdown = (event) => {
      canvas.setPointerCapture(event.pointerId);
      root.fingers.set(event.pointerId, at(event));
      root.moved = 0;
      if (root.mode === "lasso" && root.fingers.size === 1) root.path = [at(event)];
    };
    canvas.onpointermove = (event) => {
      const before = root.fingers.get(event.pointerId);
      if (!before) return;
      const now = at(event);
      root.moved += Math.hypot(now[0] - before[0], now[1] - before[1]);
      if (root.fingers.size === 2) {
        const [other] = [...root.fingers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
        const far = (place) => Math.hypot(place[0] - other[0], place[1] - other[1]) || 1;
        root.path = [];
        zoom(far(now) / far(before), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
      } else if (root.mode === "lasso") {
        root.path.push(now);
        root.draw();
      } else {
        root.x += now[0] - before[0];
        root.y += now[1] - before[1];
        root.draw();
      }
      root.fingers.set(event.pointerId, now);
    };
    canvas.onpointerup = canvas.onpointercancel = (event) => {
      const one = root.fingers.size === 1;
      root.fingers.delete(event.pointerId);
      const path = root.path;
      root.path = [];
      if (!one || event.type === "pointercancel") return root.draw();
      const [x, y] = at(event), n = root.data.x.length, numbers = [];
      if (root.mode === "lasso" && path.length > 2 && root.moved > 12) {
        for (let k = 0; k < n; k++) if (inside(...place(k), path)) numbers.push(k);
        return root.choose(numbers);
      }
      if (root.moved > 6) return root.draw();
      root.choose(nearest(x, y, Math.max(12, size() / 2 + 4)));
    };
    canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && document.activeElement !== canvas && root.getRootNode().activeElement !== canvas) return;
      event.preventDefault();
      zoom(Math.exp(-event.deltaY / 400), ...at(event));
    }, { passive: false });
    canvas.onkeydown = (event) => {
      const move = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] }[event.key];
      if (move) { root.x += move[0]; root.y += move[1]; root.draw(); }
      else if (event.key === "+" || event.key === "=") zoom(1.3);
      else if (event.key === "-") zoom(1 / 1.3);
      else if (event.key === "Enter") root.choose(nearest(canvas.clientWidth / 2, canvas.clientHeight / 2, Infinity));
      else if (event.key === "Escape") root.choose([]);
      else return;
      event.preventDefault();
    };
    canvas.onfocus = canvas.onblur = () => {
      root.middle = canvas.matches(":focus-visible");
      root.draw();
    };
    new ResizeObserver(() => root.draw()).observe(canvas);
  }
  root.data = data;
  const words = data.words, canvas = root.querySelector("canvas");
  const [pan, lasso, more, less, all, none] = root.querySelectorAll("button");
  pan.textContent = words.pan;
  lasso.textContent = words.lasso;
  more.setAttribute("aria-label", words.more);
  less.setAttribute("aria-label", words.less);
  all.textContent = words.all;
  none.textContent = words.none;
  canvas.style.height = `${data.height}px`;
  canvas.setAttribute("aria-label", data.alt);
  if (root.of !== data.id) {  // another map: nothing is chosen
    root.of = data.id;
    root.chosen = new Set(data.chosen);
    root.sprites = new Image();
    root.sprites.onload = () => root.draw();
    root.sprites.src = data.sprites;
  }
  root.querySelector(".legend").replaceChildren(...data.names.map((name, k) => {
    const item = document.createElement("span"), dot = document.createElement("i");
    dot.style.background = data.colours[k];
    item.append(dot, name);
    return item;
  }));
  root.say();
  root.draw();
}
"""

_WORDS = {
    "pan": text("Move"),
    "lasso": text("Lasso"),
    "more": text("Zoom in"),
    "less": text("Zoom out"),
    "all": text("Whole map"),
    "none": text("Choose none"),
    "chosen": text("{n} chosen"),
    "images": text("{n} images"),
}

_component = st.components.v2.component("vislib_set_map", css=_CSS, js=FILL_JS + _JS)


def set_map(
    places: np.ndarray,
    sprites: str,
    side: int,
    names: Sequence[str],
    of: np.ndarray,
    key: str,
    alt: str,
    chosen: Sequence[int],
    on_choose: Callable[[list[int]], None],
    height: int = 520,
) -> None:
    """Draws the map.

    Args:
        places: (n, 2) in 0..1.
        sprites: All thumbnails in one picture as a data URI, see `vislib.neighbours.set_map.sprites`.
        side: The side of a thumbnail in it, in pixels.
        names: The groups, for the legend; the first ten have a colour each, all others are grey.
        of: (n,) int: the group of each image.
        key: Key of the widget.
        alt: What the map shows, for people who cannot see it.
        chosen: The images that are chosen when the map is drawn again, as after another page.
        on_choose: Called with the rows that the lasso or a click chose, before the page runs again.
        height: Of the map, in pixels.
    """

    # What is chosen later the map knows itself. If it were sent again, so would be all pictures, which are megabytes.
    first = f"{key} at first"
    if key not in st.session_state:
        st.session_state[first] = list(chosen)

    def changed() -> None:
        if given := st.session_state[key].chosen:
            n = len(places)
            on_choose([int(number) for number in given["numbers"] if 0 <= int(number) < n])

    scaled = np.rint(places * 10_000).astype(int)
    _component(
        data={
            "id": f"{key} {len(places)} {hash(sprites)}",
            "x": scaled[:, 0].tolist(),
            "y": (10_000 - scaled[:, 1]).tolist(),
            "sprites": sprites,
            "side": side,
            "of": of.tolist(),
            "names": list(names),
            "colours": [COLOURS[k] if k < len(COLOURS) else _GREY for k in range(len(names))],
            "alt": alt,
            "chosen": st.session_state[first],
            "height": height,
            "words": spoken(_WORDS),
        },
        key=key,
        on_chosen_change=changed,
    )

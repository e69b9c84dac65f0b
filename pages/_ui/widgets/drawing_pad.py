"""A square pad on which a person draws in white on black, with the mouse, a pen or a finger."""

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st
from PIL import Image, ImageDraw

from pages._ui.widgets.words import FILL_JS, spoken
from vislib.language import text

Stroke = Sequence[tuple[float, float]]
"""The points (x, y) of a stroke, as fractions of the pad's side."""

SIDE_PX = 336
_STROKE_SHARE = 26 / SIDE_PX
_MOST_STROKES = 100
_MOST_POINTS = 2000

_CSS = """
.root { width: min(100%, 336px); font: 400 .86rem/1.35 var(--st-font, sans-serif);
  color: var(--st-text-color, inherit); }
b { display: block; font-weight: 600; margin: 0 0 .4rem; }
canvas { display: block; box-sizing: border-box; width: 100%; aspect-ratio: 1; background: #000; cursor: crosshair;
  border: 2px solid var(--st-border-color, #888); border-radius: .5rem; touch-action: none; }
div.buttons { display: flex; gap: .5rem; margin: .5rem 0; }
button { all: unset; box-sizing: border-box; flex: 1; min-height: 40px; text-align: center; cursor: pointer;
  border: 1px solid var(--st-border-color, #888); border-radius: .5rem; color: var(--st-text-color, inherit); }
button:hover:not(:disabled) { border-color: var(--st-primary-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
button:disabled { opacity: .45; cursor: default; }
p { margin: 0; opacity: .8; }
"""

_JS = """
export default function ({ parentElement, data, setTriggerValue }) {
  let root = parentElement.querySelector(".root");
  if (!root) {
    root = document.createElement("div");
    root.className = "root";
    root.innerHTML = `<b></b><canvas width="672" height="672" role="img"></canvas>
      <div class="buttons"><button type="button"></button><button type="button"></button></div><p></p>`;
    parentElement.appendChild(root);
    root.strokes = data.strokes;
    root.sent = data.n;
    const canvas = root.querySelector("canvas");
    let stroke = null;
    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      const within = (value) => Math.round(Math.min(Math.max(value, 0), 1) * 1e4) / 1e4;
      return [within((event.clientX - box.left) / box.width), within((event.clientY - box.top) / box.height)];
    };
    const end = () => {
      if (!stroke) return;
      stroke = null;
      root.send();
    };
    canvas.onpointerdown = (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      canvas.setPointerCapture(event.pointerId);
      stroke = [place(event)];
      root.strokes = [...root.strokes, stroke];
      root.draw();
    };
    canvas.onpointermove = (event) => {
      if (!stroke) return;
      const [x, y] = place(event), [before_x, before_y] = stroke[stroke.length - 1];
      if (Math.hypot(x - before_x, y - before_y) < 0.004) return;
      stroke.push([x, y]);
      root.draw();
    };
    canvas.onpointerup = end;
    canvas.onpointercancel = end;
    const [undo, clear] = root.querySelectorAll("button");
    undo.onclick = () => { root.strokes = root.strokes.slice(0, -1); root.draw(); root.send(); };
    clear.onclick = () => { root.strokes = []; root.draw(); root.send(); };
    root.draw = () => {
      const pen = canvas.getContext("2d"), side = canvas.width;
      pen.clearRect(0, 0, side, side);
      pen.strokeStyle = pen.fillStyle = "#fff";
      pen.lineWidth = root.pen * side;
      pen.lineCap = pen.lineJoin = "round";
      for (const points of root.strokes) {
        pen.beginPath();
        pen.moveTo(points[0][0] * side, points[0][1] * side);
        for (const [x, y] of points) pen.lineTo(x * side, y * side);
        pen.stroke();
      }
      const n = root.strokes.length;
      canvas.setAttribute("aria-label", fill(n === 1 ? root.words.one : root.words.many, { label: root.label, n }));
      undo.textContent = root.words.undo;
      clear.textContent = root.words.clear;
      undo.disabled = clear.disabled = n === 0;
    };
  }
  root.send = () => setTriggerValue("drawn", { strokes: root.strokes, n: ++root.sent });
  root.pen = data.pen;
  root.label = data.label;
  root.words = data.words;
  root.querySelector("b").textContent = data.label;
  root.querySelector("p").textContent = data.hint;
  // The server may not have seen the latest strokes yet; they are not taken back.
  if (data.n >= root.sent) { root.strokes = data.strokes; root.sent = data.n; }
  root.draw();
}
"""

_WORDS = {
    "undo": text("Undo"),
    "clear": text("Clear"),
    "one": text("{label}: {n} stroke"),
    "many": text("{label}: {n} strokes"),
}

_component = st.components.v2.component("vislib_drawing_pad", css=_CSS, js=FILL_JS + _JS)


def drawing_pad(key: str, label: str, hint: str, memory: str, on_draw: Callable[[list[Stroke]], None]) -> None:
    """Draws the pad with the strokes of this session, also those drawn on another page.

    Args:
        key: Key of the widget.
        label: Stands above the pad.
        hint: Stands below its buttons.
        memory: Key of the strokes in the session; pads with the same key show the same drawing.
        on_draw: Called with all strokes before the page runs again, after a stroke, Undo or Clear.
    """
    # One number for all pads of this drawing, so that a pad knows which of its messages has arrived.
    kept = st.session_state.setdefault(memory, {"strokes": [], "n": 0})

    def drawn() -> None:
        sent = st.session_state[key].drawn
        if sent:
            st.session_state[memory] = {"strokes": checked(sent.get("strokes")), "n": int(sent.get("n", 0))}
            on_draw(st.session_state[memory]["strokes"])

    _component(
        data={
            "strokes": kept["strokes"],
            "n": kept["n"],
            "pen": _STROKE_SHARE,
            "label": label,
            "hint": hint,
            "words": spoken(_WORDS),
        },
        key=key,
        on_drawn_change=drawn,
    )


def strokes_of(memory: str) -> list[Stroke]:
    """The strokes that the session holds under this key."""
    return st.session_state.get(memory, {}).get("strokes", [])


def checked(strokes: object) -> list[Stroke]:
    """What a browser sent as strokes: finite points within the pad, and not more than a drawing needs."""
    kept: list[Stroke] = []
    for stroke in strokes[:_MOST_STROKES] if isinstance(strokes, list) else []:
        points = np.asarray(stroke[:_MOST_POINTS] if isinstance(stroke, list) else [], dtype=np.float64)
        if points.ndim == 2 and points.shape[1] == 2 and len(points) and np.isfinite(points).all():
            kept.append([(float(x), float(y)) for x, y in np.clip(points, 0, 1)])
    return kept


def written(strokes: Sequence[Stroke]) -> str:
    """The strokes as a text for an address: "300200699200" is a stroke from (0.3, 0.2) to (0.7, 0.2)."""
    return "-".join("".join(f"{round(part * 999):03d}" for point in stroke for part in point) for stroke in strokes)


def read(line: str) -> list[Stroke]:
    """The strokes of such a text; those that cannot be read are left out."""
    sent = []
    for stroke in line.split("-"):
        if stroke.isascii() and stroke.isdigit() and len(stroke) % 6 == 0:
            parts = [int(stroke[start : start + 3]) / 999 for start in range(0, len(stroke), 3)]
            sent.append([list(point) for point in zip(parts[::2], parts[1::2], strict=True)])
    return checked(sent)


def drawing(strokes: Sequence[Stroke]) -> np.ndarray:
    """The strokes as an image (336, 336) uint8, white on black."""
    image = Image.new("L", (SIDE_PX, SIDE_PX))
    pen = ImageDraw.Draw(image)
    radius = SIDE_PX * _STROKE_SHARE / 2
    for stroke in strokes:
        points = [(x * SIDE_PX, y * SIDE_PX) for x, y in stroke]
        pen.line(points, fill=255, width=round(2 * radius))
        for x, y in points:  # round ends and joints
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(image)

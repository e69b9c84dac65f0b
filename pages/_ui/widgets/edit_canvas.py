"""An image on which a person brushes, or takes a rectangle to another place, by mouse, touch or keyboard."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st
from PIL import Image

from pages._ui.widgets.inline_image import jpeg_uri
from pages._ui.widgets.words import FILL_JS, spoken
from vislib.language import text

_MOST_POINTS = 500
_MOST_ACTIONS = 50

_CSS = """
.root { font: 400 .86rem/1.35 var(--st-font, sans-serif); color: var(--st-text-color, inherit); }
.stage { position: relative; cursor: crosshair; touch-action: none; border-radius: .3rem; overflow: hidden; }
.stage:focus-visible { outline: 3px solid var(--st-primary-color); outline-offset: 2px; }
img { display: block; width: 100%; user-select: none; -webkit-user-drag: none; }
img.pixels { image-rendering: pixelated; }
canvas { position: absolute; inset: 0; width: 100%; height: 100%; pointer-events: none; }
p.help { margin: .35rem 0 0; opacity: .8; }
p.said { position: absolute; width: 1px; height: 1px; margin: 0; overflow: hidden; clip-path: inset(50%); }
"""

_JS = """
export default function ({ parentElement, data, setTriggerValue }) {
  let root = parentElement.querySelector(".root");
  if (!root) {
    root = document.createElement("div");
    root.className = "root";
    root.innerHTML = `<div class="stage" role="application" tabindex="0" aria-describedby="canvas-help">
      <img draggable="false"><canvas aria-hidden="true"></canvas></div>
      <p class="help" id="canvas-help"></p><p class="said" aria-live="polite"></p>`;
    parentElement.appendChild(root);
    Object.assign(root, { pending: [], sent: data.n, at: [0.5, 0.5], stroke: null, corner: null, box: null, grip: null,
      pointed: false });
    const stage = root.querySelector(".stage");
    const inside = (value) => Math.round(Math.min(Math.max(value, 0), 1) * 1e4) / 1e4;
    const place = (event) => {
      const frame = stage.getBoundingClientRect();
      return [inside((event.clientX - frame.left) / frame.width), inside((event.clientY - frame.top) / frame.height)];
    };
    const say = (text) => { root.querySelector(".said").textContent = text; };
    const where = () => ({ across: Math.round(100 * root.at[0]), down: Math.round(100 * root.at[1]) });
    const tell = (name, values) => say(fill(root.data.words[name], { ...values, ...where() }));
    const span = ([x, y], [u, v]) => [Math.min(x, u), Math.min(y, v), Math.max(x, u), Math.max(y, v)];
    const holds = ([l, t, r, b], [x, y]) => l <= x && x <= r && t <= y && y <= b;
    const rounded = (value) => Math.round(value * 1e4) / 1e4;
    const corner_at = () => [rounded(root.at[0] - root.grip[0]), rounded(root.at[1] - root.grip[1])];
    const take = () => { root.grip = [root.at[0] - root.box[0], root.at[1] - root.box[1]]; };
    const done = (action) => {
      root.pending = [...root.pending, { n: ++root.sent, whose: root.data.whose, ...action }];
      root.setTriggerValue("done", { actions: root.pending });
    };
    const drop = () => { done({ box: root.box, to: corner_at() }); root.box = root.grip = null; };
    const select = () => {
      const box = span(root.corner, root.at);
      root.corner = null;
      if (box[2] - box[0] > 0.01 && box[3] - box[1] > 0.01) { root.box = box; return true; }
      return false;
    };
    stage.onpointerdown = (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      stage.focus();
      stage.setPointerCapture(event.pointerId);
      root.at = place(event);
      root.pointed = true;
      if (root.data.brush) root.stroke = [root.at];
      else if (root.box && holds(root.box, root.at)) take();
      else { root.box = root.grip = null; root.corner = root.at; }
      root.draw();
    };
    stage.onpointermove = (event) => {
      root.at = place(event);
      root.pointed = true;
      if (root.stroke) {
        const [x, y] = root.stroke[root.stroke.length - 1];
        if (Math.hypot(root.at[0] - x, root.at[1] - y) > 0.004) root.stroke.push(root.at);
      }
      root.draw();
    };
    stage.onpointerup = stage.onpointercancel = () => {
      if (root.stroke) { done({ points: root.stroke }); root.stroke = null; }
      else if (root.grip) drop();
      else if (root.corner) select();
      root.draw();
    };
    stage.onpointerleave = () => { root.pointed = false; root.draw(); };
    stage.onfocus = stage.onblur = () => root.draw();
    stage.onkeydown = (event) => {
      const arrow = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (arrow) {
        const step = event.shiftKey ? 0.005 : 0.025;
        root.at = [inside(root.at[0] + arrow[0] * step), inside(root.at[1] + arrow[1] * step)];
        tell("at");
      } else if (event.key === "Enter" || event.key === " ") {
        if (root.data.brush) { done({ points: [root.at] }); tell("used", { tool: root.data.label }); }
        else if (root.grip) { drop(); tell("put"); }
        else if (root.corner) {
          if (select()) { take(); tell("taken"); }
          else tell("small");
        } else {
          root.box = null;
          root.corner = root.at;
          tell("corner");
        }
      } else if (event.key === "Escape") {
        root.corner = root.box = root.grip = root.stroke = null;
      } else return;
      event.preventDefault();
      root.draw();
    };
    root.draw = () => {
      const canvas = root.querySelector("canvas"), picture = root.querySelector("img");
      const dense = window.devicePixelRatio || 1;
      const [w, h] = [stage.clientWidth, stage.clientHeight].map((side) => Math.max(1, Math.round(side * dense)));
      if (canvas.width !== w || canvas.height !== h) { canvas.width = w; canvas.height = h; }
      const pen = canvas.getContext("2d"), radius = root.data.radius * Math.max(w, h);
      pen.clearRect(0, 0, w, h);
      const [l, t, r, b] = root.data.frame;
      pen.fillStyle = "rgba(0,0,0,.5)";
      pen.beginPath();
      pen.rect(0, 0, w, h);
      pen.rect(l * w, t * h, (r - l) * w, (b - t) * h);
      pen.fill("evenodd");
      pen.strokeStyle = pen.fillStyle = root.data.colour;
      pen.globalAlpha = 0.75;
      pen.lineWidth = Math.max(2 * radius, 1);
      pen.lineCap = pen.lineJoin = "round";
      for (const points of [...root.pending.map((one) => one.points), root.stroke]) {
        if (!points) continue;
        pen.beginPath();
        pen.moveTo(points[0][0] * w, points[0][1] * h);
        for (const [x, y] of points) pen.lineTo(x * w, y * h);
        pen.stroke();
      }
      pen.globalAlpha = 1;
      const outlined = (draw) => {
        for (const [colour, width] of [["#000", 4], ["#fff", 2]]) {
          pen.strokeStyle = colour; pen.lineWidth = width * dense; pen.beginPath(); draw(); pen.stroke();
        }
      };
      const box = root.corner ? span(root.corner, root.at) : root.box;
      if (box) {
        outlined(() => pen.rect(box[0] * w, box[1] * h, (box[2] - box[0]) * w, (box[3] - box[1]) * h));
        if (root.grip) {
          const [x, y] = corner_at(), size = [box[2] - box[0], box[3] - box[1]];
          const scaled = (left, top, sx, sy) => [left * sx, top * sy, size[0] * sx, size[1] * sy];
          const target = scaled(x, y, w, h);
          pen.globalAlpha = 0.8;
          pen.drawImage(picture, ...scaled(box[0], box[1], picture.naturalWidth, picture.naturalHeight), ...target);
          pen.globalAlpha = 1;
          outlined(() => pen.rect(...target));
        }
      }
      const keys = stage.matches(":focus-visible");
      if (!root.pointed && !keys) return;
      const [x, y] = [root.at[0] * w, root.at[1] * h];
      const reach = root.data.brush ? Math.max(radius, 3 * dense) : 8 * dense;
      outlined(() => {
        if (root.data.brush) pen.arc(x, y, reach, 0, 2 * Math.PI);
        else { pen.moveTo(x - reach, y); pen.lineTo(x + reach, y); pen.moveTo(x, y - reach); pen.lineTo(x, y + reach); }
      });
    };
    new ResizeObserver(() => root.draw()).observe(stage);
  }
  root.data = data;
  root.setTriggerValue = setTriggerValue;
  const stage = root.querySelector(".stage"), picture = root.querySelector("img");
  stage.setAttribute("aria-label", data.label);
  root.querySelector(".help").textContent = data.hint;
  picture.alt = data.alt;
  picture.className = data.pixels ? "pixels" : "";
  if (data.brush) root.corner = root.box = root.grip = null;
  // What the server has seen is in its picture; what it has not seen yet stays drawn above.
  const seen = () => { root.pending = root.pending.filter((one) => one.n > data.n); root.draw(); };
  root.sent = Math.max(root.sent, data.n);
  if (picture.getAttribute("src") === data.src) { seen(); return; }
  picture.src = data.src;
  picture.decode().then(seen, seen);
}
"""

_WORDS = {
    "at": text("{across} % from the left, {down} % down"),
    "used": text("{tool} at {across} % from the left, {down} % down"),
    "put": text("Put at {across} % from the left, {down} % down"),
    "taken": text("Rectangle taken; move it, then press Enter"),
    "small": text("The rectangle is too small; choose its first corner again"),
    "corner": text(
        "First corner at {across} % from the left, {down} % down; move to the opposite corner, then press Enter"
    ),
}

_component = st.components.v2.component("vislib_edit_canvas", css=_CSS, js=FILL_JS + _JS)


@dataclass(frozen=True)
class Action:
    """What a person did on the canvas; places are shares (x, y) of its width and height.

    Attributes:
        points: The line of a brush; empty for a rectangle.
        box: A rectangle (left, top, right, bottom); empty for a brush.
        to: Where its left top corner was put.
    """

    points: tuple[tuple[float, float], ...] = ()
    box: tuple[float, ...] = ()
    to: tuple[float, ...] = ()


@dataclass(frozen=True)
class Tool:
    """What the canvas does at the next stroke.

    Attributes:
        label: Its name, for people who cannot see the canvas.
        hint: How it is used; stands below.
        brush: Whether it is a brush; else it takes a rectangle elsewhere.
        radius: The brush's radius as a share of the longer side.
        colour: In which a stroke is drawn until the server's picture shows it, in CSS.
    """

    label: str
    hint: str
    brush: bool
    radius: float = 0.05
    colour: str = "#808080"


def edit_canvas(
    picture: Image.Image,
    key: str,
    alt: str,
    tool: Tool,
    frame: tuple[float, float, float, float],
    whose: str,
    on_action: Callable[[list[Action]], None],
    pixels: bool = False,
) -> None:
    """Draws the image with a brush or a rectangle above it.

    Args:
        picture: The image; it fills the width of its column.
        key: Key of the widget.
        alt: Description of the image.
        tool: What a stroke does.
        frame: The part (left, top, right, bottom) that is not dimmed, as shares.
        whose: Names the image; what was done on another one does not count.
        on_action: Called with what is new before the page runs again.
        pixels: Whether single pixels are shown as squares.
    """
    memory = f"{key} n"  # the number of the last message, so that none counts twice

    def done() -> None:
        last = st.session_state.get(memory, 0)
        found, numbers = checked(st.session_state[key].done, whose, last)
        st.session_state[memory] = max([last, *numbers])
        if found:
            on_action(found)

    _component(
        data={
            "src": jpeg_uri(picture),
            "alt": alt,
            "label": tool.label,
            "hint": tool.hint,
            "words": spoken(_WORDS),
            "brush": tool.brush,
            "radius": tool.radius,
            "colour": tool.colour,
            "frame": list(frame),
            "whose": whose,
            "pixels": pixels,
            "n": st.session_state.get(memory, 0),
        },
        key=key,
        on_done_change=done,
    )


def checked(sent: object, whose: str, last: int) -> tuple[list[Action], list[int]]:
    """What a browser sent: the new actions on this image with places that are numbers, and the numbers of all."""
    found: list[Action] = []
    numbers: list[int] = []
    actions = sent.get("actions") if hasattr(sent, "get") else None
    for one in actions[:_MOST_ACTIONS] if isinstance(actions, list) else []:
        number = one.get("n") if hasattr(one, "get") else None
        if not isinstance(number, int | float) or not last < number < 2**53:
            continue
        numbers.append(int(number))
        points, box, to = (_numbers(one.get(name)) for name in ("points", "box", "to"))
        if one.get("whose") != whose:
            continue
        if points.ndim == 2 and points.shape[1] == 2 and len(points):
            thin = points[:: -(-len(points) // _MOST_POINTS)]
            found.append(Action(points=tuple((x, y) for x, y in np.clip(thin, 0, 1).tolist())))
        elif box.shape == (4,) and to.shape == (2,) and (box[:2] < box[2:]).all():
            inside = tuple(np.clip(box, 0, 1).tolist())
            found.append(Action(box=inside, to=tuple(np.clip(to, -1, 1).tolist())))
    return found, numbers


def _numbers(given: object) -> np.ndarray:
    try:
        numbers = np.asarray([] if given is None else given, np.float64)
    except (TypeError, ValueError):
        return np.empty(0)
    return numbers if np.isfinite(numbers).all() else np.empty(0)

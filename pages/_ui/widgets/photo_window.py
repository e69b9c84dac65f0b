"""A window that slides over a photograph and paints the result beside it, in the browser."""

from collections.abc import Callable, Sequence

import streamlit as st
from PIL import Image

from pages._ui.widgets.inline_image import png_uri
from pages._ui.widgets.words import FILL_JS, spoken
from vislib.language import text, tr

_CSS = """
.root { font: 400 .8rem/1.35 var(--st-font, sans-serif); color: var(--st-text-color, inherit); }
.views { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
canvas { display: block; width: 100%; border-radius: .5rem; image-rendering: pixelated; touch-action: none; }
canvas.photo { cursor: crosshair; }
canvas.photo:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
.bar { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin-top: .5rem; }
.bar button { font: inherit; color: inherit; background: transparent; border: 1px solid rgba(128,128,128,.5);
  border-radius: .5rem; padding: .35rem .8rem; cursor: pointer; min-height: 40px; }
.bar button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
.bar span { opacity: .85; }
@media (max-width: 640px) { .views { grid-template-columns: 1fr; } }
"""

_JS = """
export default function ({ parentElement, data, setTriggerValue }) {
  let root = parentElement.querySelector(".root");
  if (!root) {
    root = document.createElement("div");
    root.className = "root";
    root.innerHTML = `<div class="views"><canvas class="photo" tabindex="0" role="application"></canvas>
      <canvas class="result" role="img"></canvas></div><div class="bar"><button type="button" class="play"></button>
      <button type="button" class="here"></button><span aria-live="polite"></span></div>`;
    parentElement.appendChild(root);
  }
  const [photo, result] = root.querySelectorAll("canvas"), line = root.querySelector("span");
  const play = root.querySelector(".play"), here = root.querySelector(".here");
  const rows = data.rows.length, columns = data.columns.length;
  const fresh = data.photo + data.result + JSON.stringify([data.rows[0], data.columns[0], rows, columns, data.words]);
  if (root.fresh === fresh) return;
  root.fresh = fresh;
  clearInterval(root.timer);
  root.timer = null;
  const words = data.words;
  play.textContent = words.play;
  here.textContent = words.here;
  const load = (source) => new Promise((done) => {
    const image = new Image();
    image.onload = () => done(image);
    image.src = source;
  });
  photo.setAttribute("aria-label", data.photo_alt);
  result.setAttribute("aria-label", data.result_alt);
  const before = root.dataset.shape === `${rows} ${columns}`;  // a new frame around the patch moves no window
  let row = before ? Number(root.dataset.row) : Math.floor(rows / 2);
  let column = before ? Number(root.dataset.column) : Math.floor(columns / 2), painted = rows * columns;
  root.dataset.shape = `${rows} ${columns}`;
  Promise.all([load(data.photo), load(data.result)]).then(([seen, made]) => {
    if (root.fresh !== fresh) return;
    const zoom = Math.max(1, Math.ceil(720 / Math.max(seen.width, seen.height)));
    photo.width = seen.width * zoom;
    photo.height = seen.height * zoom;
    const size = Math.max(1, Math.round(720 / Math.max(columns, rows)));
    result.width = columns * size;
    result.height = rows * size;
    const show = (quiet) => {
      const pen = photo.getContext("2d"), brush = result.getContext("2d");
      pen.imageSmoothingEnabled = brush.imageSmoothingEnabled = false;
      pen.drawImage(seen, 0, 0, photo.width, photo.height);
      const [top, bottom] = data.rows[row], [left, right] = data.columns[column];
      const frame = (colour, width) => {
        pen.lineWidth = width;
        pen.strokeStyle = colour;
        pen.strokeRect(left * zoom, top * zoom, (right - left) * zoom, (bottom - top) * zoom);
      };
      frame("#000", 6);
      frame("#ffd43b", 3);
      brush.clearRect(0, 0, result.width, result.height);
      const whole = Math.floor(painted / columns), rest = painted % columns;
      if (whole) brush.drawImage(made, 0, 0, columns, whole, 0, 0, result.width, whole * size);
      if (rest) brush.drawImage(made, 0, whole, rest, 1, 0, whole * size, rest * size, size);
      brush.lineWidth = 2;
      brush.strokeStyle = "#000";
      brush.strokeRect(column * size - 4, row * size - 4, size + 8, size + 8);
      brush.strokeStyle = "#ffd43b";
      brush.strokeRect(column * size - 2, row * size - 2, size + 4, size + 4);
      line.setAttribute("aria-live", quiet ? "off" : "polite");
      line.textContent = fill(words.line, { top, bottom: bottom - 1, left, right: right - 1, row, column });
      root.dataset.row = row;
      root.dataset.column = column;
      root.dataset.painted = painted;
    };
    const to = (r, c, quiet) => {
      row = Math.min(Math.max(r, 0), rows - 1);
      column = Math.min(Math.max(c, 0), columns - 1);
      show(quiet);
    };
    const nearest = (spans, at) => {
      let best = 0, least = Infinity;
      spans.forEach(([first, last], k) => {
        const far = Math.abs((first + last) / 2 - at);
        if (far < least) { least = far; best = k; }
      });
      return best;
    };
    const stop = () => { clearInterval(root.timer); root.timer = null; play.textContent = words.play; };
    const point = (event, canvas) => {
      const box = canvas.getBoundingClientRect();
      const x = (event.clientX - box.left) / box.width, y = (event.clientY - box.top) / box.height;
      stop();
      painted = rows * columns;
      if (canvas === photo) to(nearest(data.rows, y * seen.height), nearest(data.columns, x * seen.width), true);
      else to(Math.floor(y * rows), Math.floor(x * columns), true);
    };
    const send = () => {
      const [top, bottom] = data.rows[row], [left, right] = data.columns[column];
      setTriggerValue("chosen", { x: (left + right) / 2 / seen.width, y: (top + bottom) / 2 / seen.height });
    };
    for (const canvas of [photo, result]) {
      canvas.onpointerdown = (event) => { canvas.setPointerCapture(event.pointerId); point(event, canvas); };
      canvas.onpointermove = (event) => { if (event.buttons) point(event, canvas); };
      canvas.onpointerup = send;
    }
    photo.onkeydown = (event) => {
      const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
      if (move) { stop(); painted = rows * columns; to(row + move[0], column + move[1]); }
      else if (event.key === "Home") to(0, 0);
      else if (event.key === "End") to(rows - 1, columns - 1);
      else if (event.key === " ") play.click();
      else if (event.key === "Enter") send();
      else return;
      event.preventDefault();
    };
    here.onclick = send;
    play.onclick = () => {
      if (root.timer) { stop(); show(); return; }
      if (painted >= rows * columns) painted = 0;
      play.textContent = words.pause;
      const cells = Math.max(1, Math.round(rows * columns / 400));
      root.timer = setInterval(() => {
        if (!root.isConnected) { clearInterval(root.timer); return; }
        painted = Math.min(painted + cells, rows * columns);
        to(Math.floor((painted - 1) / columns), (painted - 1) % columns, true);
        if (painted === rows * columns) { stop(); show(); }
      }, 30);
    };
    to(row, column, true);
  });
}
"""

_WORDS = {
    "play": text("Play"),
    "pause": text("Pause"),
    "here": text("Show the numbers here"),
    "line": text(
        "The window at rows {top} to {bottom}, columns {left} to {right} gives row {row}, column {column} of the "
        "result."
    ),
}

_component = st.components.v2.component("vislib_photo_window", css=_CSS, js=FILL_JS + _JS)


def photo_window(
    photograph: Image.Image,
    result: Image.Image,
    rows: Sequence[tuple[int, int]],
    columns: Sequence[tuple[int, int]],
    key: str,
    photo_alt: str,
    result_alt: str,
    on_choose: Callable[[float, float], None],
) -> None:
    """Draws the photograph with the window, and the result; Play paints the result from its first cell to its last.

    Args:
        photograph: One pixel for each pixel that the window sees.
        result: One pixel for each cell of the result.
        rows: For each row of the result the first pixel row of its window and the one after the last; below 0 and from
            the height on lies padding.
        columns: The same for the columns.
        key: Key of the component.
        photo_alt: Description of the photograph.
        result_alt: Description of the result.
        on_choose: Called with the middle (x, y) of the chosen window, as fractions of width and height.
    """

    def chosen() -> None:
        if place := st.session_state[key].chosen:
            on_choose(float(place["x"]), float(place["y"]))

    _component(
        data={
            "photo": png_uri(photograph),
            "result": png_uri(result),
            "rows": [list(map(int, span)) for span in rows],
            "columns": [list(map(int, span)) for span in columns],
            "photo_alt": tr("{picture}; arrow keys move the window, Enter shows its numbers", picture=photo_alt),
            "result_alt": result_alt,
            "words": spoken(_WORDS),
        },
        key=key,
        on_chosen_change=chosen,
    )

"""A sliding window over a small patch of numbers; in the browser it is stepped, played, hovered or moved by keys."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import streamlit as st

from pages._ui.widgets.words import FILL_JS, spoken
from vislib.arithmetic import Pooling, axes, notation, step
from vislib.arithmetic.convolution import pad
from vislib.language import text, tr


@dataclass(frozen=True)
class Cell:
    """One output cell: the place of its window in the padded patch, and the computation of its value.

    Attributes:
        under: (row, column) in the padded patch for each place of the window, row by row.
        parts: The number that each place contributes: a product, or for pooling the value itself.
        texts: Each contribution as text.
        winner: For max pooling the index in `under` of the largest value; otherwise −1.
        back: For pooling the gradient that each place receives, if the gradient of the cell is 1.
        value: The value of the cell.
        formula: The formula of the value, with its numbers.
    """

    under: Sequence[tuple[int, int]]
    parts: Sequence[float]
    texts: Sequence[str]
    winner: int
    back: Sequence[float]
    value: float
    formula: str


@dataclass(frozen=True)
class Lesson:
    """The data that the browser needs: the padded patch, the kernel, and every output cell."""

    patch: Sequence[Sequence[str]]
    shade: Sequence[Sequence[float]]
    inside: tuple[int, int, int, int]
    kernel: Sequence[Sequence[str]]
    kernel_title: str
    cells: Sequence[Sequence[Cell]]
    bias: str
    gradient: Sequence[Sequence[str]]


def convolution_lesson(
    patch: np.ndarray, kernel: np.ndarray, bias: float, *, stride, padding, dilation, flip: bool, border: str
) -> Lesson:
    """Every step of a convolution of a patch (h, w) with a kernel (k_h, k_w).

    The arguments are those of `vislib.arithmetic.convolve`.
    """
    places = axes(patch.shape, kernel.shape, stride, padding, dilation)
    top, left = places[0].before, places[1].before
    settings: dict[str, Any] = {"stride": stride, "padding": padding, "dilation": dilation}
    cells: list[list[Cell]] = []
    for row in range(places[0].output):
        cells.append([])
        for column in range(places[1].output):
            one = step(patch, kernel, row, column, bias, **settings, flip=flip, border=border)
            under = [(int(r) + top, int(c) + left) for r in one.rows for c in one.columns]
            products = one.products.ravel().tolist()
            written = notation.products(one.window.ravel(), one.kernel.ravel())
            cells[-1].append(Cell(under, products, written, -1, (), one.value, one.formula))
    padded = pad(patch[..., None], places, border)[..., 0]
    shown = kernel[::-1, ::-1] if flip else kernel
    title = text("Kernel, flipped both ways") if flip else text("Kernel")
    return Lesson(
        patch=_texts(padded),
        shade=_shades(padded, patch),
        inside=(top, left, *patch.shape),
        kernel=_texts(shown),
        kernel_title=title,
        cells=cells,
        bias=notation.number(bias),
        gradient=(),
    )


def pooling_lesson(patch: np.ndarray, pooling: Pooling) -> Lesson:
    """Every step of pooling a patch (h, w), and the gradient of each step."""
    maps = patch[..., None]
    places = pooling.axes(patch.shape)
    top, left = places[0].before, places[1].before
    cells: list[list[Cell]] = []
    for row in range(places[0].output):
        cells.append([])
        for column in range(places[1].output):
            one = pooling.step(maps, row, column)
            ones = np.zeros((places[0].output, places[1].output, 1))
            ones[row, column] = 1
            back = np.pad(pooling.backward(maps, ones)[..., 0], [(axis.before, axis.after) for axis in places])
            under = [(int(r) + top, int(c) + left) for r in one.rows for c in one.columns]
            winner = one.winner[0] * len(one.columns) + one.winner[1] if one.kind == "max" else -1
            cells[-1].append(
                Cell(
                    under=under,
                    parts=np.nan_to_num(one.window.ravel(), neginf=0.0).tolist(),
                    texts=[notation.number(value) for value in one.window.ravel()],
                    winner=winner,
                    back=[float(back[place]) for place in under],
                    value=one.value,
                    formula=one.formula,
                )
            )
    gradient = pooling.backward(maps, np.ones((places[0].output, places[1].output, 1)))[..., 0]
    padded = pad(maps, places, fill=-np.inf if pooling.kind == "max" else 0.0)[..., 0]
    return Lesson(
        patch=_texts(padded),
        shade=_shades(np.nan_to_num(padded, neginf=0.0), patch),
        inside=(top, left, *patch.shape),
        kernel=(),
        kernel_title="",
        cells=cells,
        bias="0",
        gradient=_texts(gradient),
    )


def window(lesson: Lesson, key: str) -> None:
    """Draws the lesson; all interaction happens in the browser."""
    data = asdict(lesson) | {"kernel_title": tr(lesson.kernel_title), "words": spoken(_WORDS)}
    _component(data=data, key=key)


def _texts(values: np.ndarray) -> list[list[str]]:
    return [[notation.number(value) for value in row] for row in values]


def _shades(padded: np.ndarray, patch: np.ndarray) -> list[list[float]]:
    """The brightness 0..1 of each cell."""
    low, high = float(patch.min()), float(patch.max())
    return np.clip((padded - low) / ((high - low) or 1.0), 0, 1).tolist()


_CSS = """
.root { font: 400 .8rem/1.35 var(--st-font, sans-serif); color: var(--st-text-color, inherit); }
.tables { display: flex; flex-wrap: wrap; gap: 18px 26px; align-items: flex-start; }
.block { max-width: 100%; overflow-x: auto; padding: 3px; }
.block h3 { font-size: .78rem; font-weight: 600; margin: 0 0 .35rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
td { min-width: 2.25em; height: 2.1em; padding: 0 .3em; text-align: center; white-space: nowrap; font-size: .74rem;
  border: 1px solid rgba(128,128,128,.35); }
td.pad { border: 2px dashed #888; font-style: italic; }
td.on { box-shadow: inset 0 0 0 3px #e8590c; }
td.wins { box-shadow: inset 0 0 0 4px #0b7285; font-weight: 700; }
table.output:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 3px; }
table.output td { cursor: pointer; }
table.output td.later { color: transparent; }
.line { margin: .8rem 0 .5rem; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; min-height: 2.7em; }
.bar { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin-top: .2rem; }
.bar button { font: inherit; color: inherit; background: transparent; border: 1px solid rgba(128,128,128,.5);
  border-radius: .5rem; padding: .35rem .8rem; cursor: pointer; min-height: 40px; }
.bar button:hover { border-color: var(--st-primary-color); }
.bar button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
.bar span { opacity: .72; }
"""

_JS = """
export default function ({ parentElement, data }) {
  const make = (tag, parent, text, className) => {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (className) element.className = className;
    parent.appendChild(element);
    return element;
  };
  const fresh = JSON.stringify(data);
  let root = parentElement.querySelector(".root");
  if (root && root.dataset.fresh === fresh) return;
  if (root) { clearInterval(root.timer); root.remove(); }
  root = make("div", parentElement, undefined, "root");
  root.dataset.fresh = fresh;
  const table = (title, rows, parent, className) => {
    const block = make("div", parent, undefined, "block");
    make("h3", block, title);
    const element = make("table", block, undefined, className);
    return rows.map((row) => {
      const line = make("tr", element);
      return row.map((text) => make("td", line, text));
    });
  };
  const words = data.words;
  const digits = { maximumSignificantDigits: 4 };
  const number = (value) => Number(value.toPrecision(4)).toLocaleString("en", digits).replace("-", "−");
  const tables = make("div", root, undefined, "tables");
  const [top, left, height, width] = data.inside;
  const patch = table(words.patch, data.patch, tables, "patch");
  patch.forEach((row, r) => row.forEach((cell, c) => {
    const outside = r < top || c < left || r >= top + height || c >= left + width;
    if (outside) cell.classList.add("pad");
    const grey = Math.round(255 * data.shade[r][c]);
    cell.style.background = `rgb(${grey},${grey},${grey})`;
    cell.style.color = grey > 117 ? "#000" : "#fff";  // the better contrast of the two
  }));
  const pools = data.kernel.length === 0;
  if (!pools) table(data.kernel_title, data.kernel, tables, "kernel");
  const first = data.cells[0][0];
  const across = new Set(first.under.map(([r, c]) => c)).size;
  const shape = [];
  for (let k = 0; k < first.under.length; k += across) shape.push(first.under.slice(k, k + across).map(() => ""));
  const parts = table(pools ? words.under : words.products, shape, tables, "products").flat();
  const output = table(words.result, data.cells.map((row) => row.map((cell) => number(cell.value))), tables, "output");
  const grid = output[0][0].closest("table");
  grid.tabIndex = 0;
  grid.setAttribute("role", "grid");
  grid.setAttribute("aria-label", words.grid);
  const back = pools ? table(words.back, shape, tables, "back").flat() : [];
  if (pools) table(words.gradient, data.gradient, tables, "gradient");
  const line = make("div", root, undefined, "line");
  line.setAttribute("aria-live", "polite");
  const bar = make("div", root, undefined, "bar");
  const rows = data.cells.length, columns = data.cells[0].length;
  let row = 0, column = 0;  // the pinned cell; the one that is shown may be only pointed at
  const show = (row, column, quiet) => {
    const cell = data.cells[row][column];
    line.setAttribute("aria-live", quiet ? "off" : "polite");
    patch.flat().forEach((td) => td.classList.remove("on", "wins"));
    cell.under.forEach(([r, c], k) => {
      patch[r][c].classList.add("on");
      if (k === cell.winner) patch[r][c].classList.add("wins");
      parts[k].textContent = pools ? cell.texts[k] : number(cell.parts[k]);
      parts[k].title = cell.texts[k];
      parts[k].dataset.value = cell.parts[k];
      parts[k].classList.toggle("wins", k === cell.winner);
      if (pools) { back[k].textContent = number(cell.back[k]); back[k].dataset.value = cell.back[k]; }
    });
    output.forEach((line, r) => line.forEach((td, c) => {
      td.classList.toggle("on", r === row && c === column);
      td.setAttribute("aria-selected", String(r === row && c === column));
    }));
    output[row][column].dataset.value = cell.value;
    line.textContent = fill(words.line, { row, column, formula: cell.formula });
  };
  const to = (r, c, quiet) => {
    row = Math.min(Math.max(r, 0), rows - 1);
    column = Math.min(Math.max(c, 0), columns - 1);
    show(row, column, quiet);
  };
  const by = (steps, quiet) => {
    const place = (row * columns + column + steps + rows * columns) % (rows * columns);
    to(Math.floor(place / columns), place % columns, quiet);
  };
  output.forEach((line, r) => line.forEach((td, c) => {
    td.onclick = () => to(r, c);
    td.onmouseenter = () => { if (!root.timer) show(r, c, true); };
  }));
  grid.onmouseleave = () => { if (!root.timer) show(row, column, true); };
  grid.onkeydown = (event) => {
    const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (move) to(row + move[0], column + move[1]);
    else if (event.key === "Home") to(0, 0);
    else if (event.key === "End") to(rows - 1, columns - 1);
    else if (event.key === " ") play.click();
    else return;
    event.preventDefault();
  };
  const button = (text, label, act) => {
    const one = make("button", bar, text);
    one.type = "button";
    one.setAttribute("aria-label", label);
    one.onclick = act;
    return one;
  };
  button(words.before, words.before_label, () => by(-1));
  const play = button(words.play, words.play_label, () => {
    if (root.timer) {
      clearInterval(root.timer);
      root.timer = null;
      play.textContent = words.play;
      line.setAttribute("aria-live", "polite");
      line.textContent = "";  // so that the line is read once more, now that it stands still
      setTimeout(() => show(row, column), 50);
      return;
    }
    play.textContent = words.pause;
    root.timer = setInterval(() => root.isConnected ? by(1, true) : clearInterval(root.timer), 700);
  });
  button(words.after, words.after_label, () => by(1));
  make("span", bar, words.hint);
  show(0, 0, true);
}
"""

_WORDS = {
    "patch": text("Patch"),
    "under": text("Under the window"),
    "products": text("Products"),
    "result": text("Result"),
    "grid": text("Result; arrow keys move the window"),
    "back": text("Gradient of each place, if the gradient of this cell is 1"),
    "gradient": text("Gradient of the patch, if the gradient of every cell is 1"),
    "line": text("Row {row}, column {column}: {formula}"),
    "before": text("‹ Back"),
    "before_label": text("Window one place back"),
    "play": text("Play"),
    "play_label": text("Move the window by itself"),
    "pause": text("Pause"),
    "after": text("Next ›"),
    "after_label": text("Window one place on"),
    "hint": text("Click a cell of the result, or use the arrow keys on it."),
}

_component = st.components.v2.component("vislib_window", css=_CSS, js=FILL_JS + _JS)

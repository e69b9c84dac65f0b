"""A picture on which a person draws a box or an outline with the mouse, a pen or a finger."""

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st
from PIL import Image

from pages._ui.widgets.inline_image import jpeg_uri

Points = Sequence[tuple[float, float]]
"""Corners (x, y) as fractions of the picture's width and height."""

_MOST_POINTS = 2000

_CSS = """
div.root { position: relative; cursor: crosshair; touch-action: none; user-select: none; }
img { display: block; width: 100%; border-radius: .5rem; pointer-events: none; }
svg { position: absolute; inset: 0; width: 100%; height: 100%; border-radius: .5rem; }
polygon { fill: rgba(255, 212, 59, .12); stroke: #000; stroke-width: 5; vector-effect: non-scaling-stroke;
  stroke-linejoin: round; }
polygon + polygon { fill: none; stroke: #ffd43b; stroke-width: 2.5; }
"""

_JS = """
export default function ({ parentElement, data, setTriggerValue }) {
  let root = parentElement.querySelector(".root");
  if (!root) {
    root = document.createElement("div");
    root.className = "root";
    root.innerHTML = `<img draggable="false"><svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
      <polygon></polygon><polygon></polygon></svg>`;
    parentElement.appendChild(root);
    let path = null;
    const place = (event) => {
      const box = root.getBoundingClientRect();
      const within = (value) => Math.round(Math.min(Math.max(value, 0), 1) * 1e4) / 1e4;
      return [within((event.clientX - box.left) / box.width), within((event.clientY - box.top) / box.height)];
    };
    const shape = () => {
      if (!root.is_box) return path;
      const [[a, b], [c, d]] = [path[0], path[path.length - 1]];
      return [[a, b], [c, b], [c, d], [a, d]];
    };
    root.onpointerdown = (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      root.setPointerCapture(event.pointerId);
      path = [place(event)];
    };
    root.onpointermove = (event) => {
      if (!path) return;
      const [x, y] = place(event), [before_x, before_y] = path[path.length - 1];
      if (Math.hypot(x - before_x, y - before_y) < 0.004) return;
      path.push([x, y]);
      root.draw(shape());
    };
    root.onpointerup = () => {
      if (!path) return;
      const drawn = shape();
      const wide = (axis) => Math.max(...drawn.map((p) => p[axis])) - Math.min(...drawn.map((p) => p[axis]));
      if (path.length > 1 && wide(0) > 0.01 && wide(1) > 0.01) setTriggerValue("drawn", { points: drawn });
      else root.draw(root.points);  // a click draws nothing
      path = null;
    };
    root.onpointercancel = () => { path = null; root.draw(root.points); };
    root.draw = (points) => {
      for (const polygon of root.querySelectorAll("polygon"))
        polygon.setAttribute("points", points.map((point) => point.join(",")).join(" "));
    };
  }
  root.is_box = data.is_box;
  root.points = data.points;
  const image = root.querySelector("img");
  if (image.src !== data.src) image.src = data.src;
  image.alt = data.alt;
  root.draw(data.points);
}
"""

_component = st.components.v2.component("vislib_region", css=_CSS, js=_JS)


def region_picker(
    picture: Image.Image, key: str, alt: str, points: Points, is_box: bool, on_draw: Callable[[Points], None]
) -> None:
    """Draws the picture with the region; dragging draws another one.

    The keyboard has no way in here: a page gives the same numbers by fields beside the picture.

    Args:
        picture: The picture; it fills the width of its column.
        key: Key of the widget.
        alt: Description of the picture and of what is to be drawn.
        points: The corners of the region that is shown; empty for none.
        is_box: Whether dragging draws a box; otherwise an outline.
        on_draw: Called with the corners of what was drawn, before the page runs again.
    """

    def drawn() -> None:
        sent = st.session_state[key].drawn
        if sent and (corners := checked(sent.get("points"))):
            on_draw(corners)

    _component(
        data={
            "src": jpeg_uri(picture),
            "alt": alt,
            "points": [list(point) for point in points],
            "is_box": is_box,
        },
        key=key,
        on_drawn_change=drawn,
    )


def checked(points: object) -> list[tuple[float, float]]:
    """What a browser sent as corners: finite points within the picture; empty if they are fewer than three."""
    try:
        corners = np.asarray(points[:_MOST_POINTS] if isinstance(points, list) else [], dtype=np.float64)
    except (ValueError, TypeError):  # lists of different lengths, or no numbers
        return []
    if corners.ndim != 2 or corners.shape[1] != 2 or len(corners) < 3 or not np.isfinite(corners).all():
        return []
    return [(float(x), float(y)) for x, y in np.clip(corners, 0, 1)]

"""Draws the layout of a network: as SVG, and as a matplotlib figure for PNG and PDF."""

import json
from html import escape
from typing import TYPE_CHECKING

from vislib.diagram.layout import Box, Layout
from vislib.diagram.routes import title_letters, title_of
from vislib.language import tr
from vislib.output import fonts

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Okabe & Ito's palette, lightened: distinct for colour-blind people.
_FILLS = {
    "residual": "#cfe3f5",
    "inception": "#fbe3c0",
    "dense": "#cdebdf",
    "gated": "#f2d9e8",
    "chain": "#e9e9ec",
    "branches": "#f7f0b8",
}
_LAYER, _STAGE, _LINE, _TEXT, _MUTED = "#ffffff", "#f6f6f8", "#8a8f98", "#1c1e21", "#5a606b"
_MARGIN = 12
_LETTERS = 26
"""Number of letters that fit in a box; the tooltip has the whole text."""


def svg(layout: Layout) -> str:
    """The picture as a complete SVG document.

    Each box is a group with `data-key`, `data-level`, `data-kind`, `data-layers` (the names inside) and `data-opens`
    (the blocks to open to show them). The last two are JSON lists, so that a page can search, zoom and open. Each edge
    is a path with `data-source` and `data-target`.

    Example:
        >>> drawn = vislib.diagram.layout(vislib.layers.layer_table(classifier))
        >>> vislib.diagram.svg(drawn)[:4]
        '<svg'
    """
    width, height = layout.width + 2 * _MARGIN, layout.height + 2 * _MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="{-_MARGIN} {-_MARGIN} {width:g} {height:g}" font-family="sans-serif" role="img">',
        f"<title>{escape(tr('The network as a graph'))}</title>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0L8 4L0 8z" fill="{_LINE}"/></marker></defs>',
        f'<rect x="{-_MARGIN}" y="{-_MARGIN}" width="{width:g}" height="{height:g}" fill="#ffffff"/>',
        *(_box(box) for box in layout.boxes),
    ]
    for edge in layout.edges:
        corners = "L".join(f"{x:g} {y:g}" for x, y in edge.points)
        lines.append(
            f'<path d="M{corners}" fill="none" stroke="{_LINE}" marker-end="url(#tip)" '
            f'data-source="{escape(edge.source)}" data-target="{escape(edge.target)}"/>'
        )
    return "\n".join([*lines, "</svg>", ""])


def figure(layout: Layout) -> "Figure":
    """The picture as a matplotlib figure; a pixel of the layout is a hundredth of an inch.

    Example:
        >>> table = vislib.layers.layer_table(classifier)
        >>> type(vislib.diagram.figure(vislib.diagram.layout(table))).__name__
        'Figure'
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
    from matplotlib.path import Path

    width, height = layout.width + 2 * _MARGIN, layout.height + 2 * _MARGIN
    drawing = Figure(figsize=(width / 100, height / 100))
    axes = drawing.add_axes((0, 0, 1, 1))
    axes.set_xlim(-_MARGIN, layout.width + _MARGIN)
    axes.set_ylim(layout.height + _MARGIN, -_MARGIN)
    axes.set_axis_off()
    for box in layout.boxes:
        corners = FancyBboxPatch(
            (box.x, box.y),
            box.width,
            box.height,
            boxstyle="round,pad=0,rounding_size=4",
            facecolor=_fill(box),
            edgecolor=_LINE,
            linewidth=0.6,
        )
        axes.add_patch(corners)
        for line, size, color, y in _texts(box):
            axes.text(box.x + 8, y, line, fontsize=size * 0.72, color=color, va="baseline", parse_math=False)
    for edge in layout.edges:
        path = Path(list(edge.points))
        axes.add_patch(FancyArrowPatch(path=path, arrowstyle="-|>", mutation_scale=6, color=_LINE, linewidth=0.7))
    return fonts.suit(drawing)


def _box(box: Box) -> str:
    texts = "".join(
        f'<text x="{box.x + 8:g}" y="{y:g}" font-size="{size}" fill="{color}">{escape(line)}</text>'
        for line, size, color, y in _texts(box)
    )
    tooltip = tr("{title}: {subtitle}", title=box.title, subtitle=box.subtitle)
    return (
        f'<g data-key="{escape(box.key)}" data-level="{box.level}" data-kind="{escape(box.kind)}" '
        f'data-layers="{escape(json.dumps(box.layers))}" '
        f'data-opens="{escape(json.dumps(box.opens))}"><title>{escape(tooltip)}</title>'
        f'<rect x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" rx="4" '
        f'fill="{_fill(box)}" stroke="{_LINE}"/>{texts}</g>'
    )


def _fill(box: Box) -> str:
    return {"layer": _LAYER, "stage": _STAGE}.get(box.level) or _FILLS[box.kind]


def _texts(box: Box) -> list[tuple[str, int, str, float]]:
    """(text, size, colour, baseline) of the texts on a box: two lines, or the title of a frame."""
    if box.level == "layer" or box.opens:
        return [(_short(box.title), 12, _TEXT, box.y + 17), (_short(tr(box.subtitle), 34), 10, _MUTED, box.y + 34)]
    return [(_short(tr(title_of(box)), title_letters(box)), 12, _TEXT, box.y + 17)]


def _short(line: str, letters: int = _LETTERS) -> str:
    return line if len(line) <= letters else f"{line[: letters // 2 - 1]}…{line[-(letters // 2) :]}"

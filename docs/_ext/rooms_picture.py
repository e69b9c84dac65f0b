"""Draws the mermaid graph of docs/architecture.md as SVG, as the site has no script from elsewhere."""

import re

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

_WIDTH, _HEIGHT, _GAP_X, _GAP_Y = 124, 28, 10, 36

_ARROW = (
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0,0 L8,4 L0,8 z"/></marker></defs>'
)


class Mermaid(SphinxDirective):
    """A graph of lines `one --> other`: what uses nothing lies at the bottom."""

    has_content = True

    def run(self):
        edges = [match.groups() for line in self.content if (match := re.match(r"\s*(\w+) --> (\w+)", line))]
        return [nodes.raw("", _svg(edges), format="html")]


def _svg(edges: list[tuple[str, str]]) -> str:
    uses: dict[str, list[str]] = {}
    for one, other in edges:
        uses.setdefault(one, []).append(other)
        uses.setdefault(other, [])

    def level(name: str) -> int:
        return 1 + max((level(other) for other in uses[name]), default=-1)

    rows: dict[int, list[str]] = {}
    for name in uses:
        rows.setdefault(level(name), []).append(name)
    widest = max(map(len, rows.values()))
    width = widest * (_WIDTH + _GAP_X)
    height = len(rows) * (_HEIGHT + _GAP_Y)
    places: dict[str, tuple[float, float]] = {}
    for number, names in sorted(rows.items()):
        # Each box stands above the mean place of those that it uses, so that few arrows cross.
        def wanted(name: str) -> float:
            return sum(places[other][0] for other in uses[name]) / max(1, len(uses[name]))

        for place, name in enumerate(sorted(names, key=wanted)):
            x = (place + 0.5) * width / len(names)
            places[name] = (x, height - (number + 0.5) * (_HEIGHT + _GAP_Y))
    lines = [
        f'<line x1="{places[one][0]:.0f}" y1="{places[one][1] + _HEIGHT / 2:.0f}" x2="{places[other][0]:.0f}" '
        f'y2="{places[other][1] - _HEIGHT / 2:.0f}" marker-end="url(#arrow)"/>'
        for one, other in edges
    ]
    boxes = [
        f'<g><rect x="{x - _WIDTH / 2:.0f}" y="{y - _HEIGHT / 2:.0f}" width="{_WIDTH}" height="{_HEIGHT}" rx="5"/>'
        f'<text x="{x:.0f}" y="{y + 4:.0f}">{name.replace("activation_maximization", "activation_maxim.")}</text></g>'
        for name, (x, y) in places.items()
    ]
    parts = "".join([_ARROW, *lines, *boxes])
    label = 'role="img" aria-label="Which room uses which"'
    return f'<div class="rooms"><svg viewBox="0 0 {width} {height}" {label}>{parts}</svg></div>'


def setup(app):
    app.add_directive("mermaid", Mermaid)
    return {"parallel_read_safe": True}

"""The sections of a report, each as HTML; an empty string where there is nothing to show."""

import html
import math
from collections.abc import Sequence

from vislib.attribution.base import Explainer
from vislib.batch import Batch
from vislib.report.cards import Cards
from vislib.report.clusters import Reason
from vislib.report.findings import CONSTANT_BORDER, Findings, Ranked
from vislib.report.tiles import Tiles

_FIRST_CLASSES = 12
_FIRST_REASONS = 6
_MORE_REASONS = 12


def percent(share: float) -> str:
    """A share as people write it; "–" where there is none."""
    if math.isnan(share):
        return "–"
    if share in (0, 1):
        return f"{share:.0%}"
    if share > 0.999:
        return "> 99.9%"
    return "< 0.1%" if share < 0.001 else f"{share:.1%}"


def figure(value: float) -> str:
    """A figure with two digits and a true minus; "–" where there is none."""
    return "–" if math.isnan(value) else f"{value:.2f}".replace("-", "−")


def every_image(batch: Batch, tiles: Tiles, found: Findings) -> str:
    """All images of a small batch."""
    return Cards(batch, tiles).images(found.explained, batch.methods, []) if found.explained else ""


def reasons(batch: Batch, tiles: Tiles, found: Sequence[tuple[str, list[Reason]]]) -> str:
    """Clusters of maps, the most suspicious first."""
    cards, bodies = Cards(batch, tiles), []
    for method, each in found:
        if not each:
            continue
        title = html.escape(_title(method))
        first = "".join(cards.reason(method, place, reason) for place, reason in enumerate(each[:_FIRST_REASONS], 1))
        body = f'<h3>{title}</h3><ul class="cards wide">{first}</ul>'
        if more := each[_FIRST_REASONS:][:_MORE_REASONS]:
            rest = "".join(
                cards.reason(method, place, one, False) for place, one in enumerate(more, _FIRST_REASONS + 1)
            )
            body += (
                f"<details><summary>The next {len(more)} of {len(each)} clusters</summary>"
                f'<ul class="cards">{rest}</ul></details>'
            )
        bodies.append(body)
    if not bodies:
        return ""
    return (
        '<p class="soft">The maps of each class are clustered (spectral relevance analysis, Lapuschkin et al. 2019, '
        "arXiv 1902.10178). A cluster is suspicious when there is one place, framed, where nearly all of its maps are strong "
        "and nearly none of the other classes': a mark or a tag is always at the same place, an object is not. “Always "
        "there”: what nine in ten of its maps reach at that place, of their largest value; “other classes”: what "
        "nine in ten of theirs do not exceed. Suspicion is the difference; it says where to look first, not that "
        "something is wrong.</p>" + "".join(bodies)
    )


def classes(batch: Batch, found: Findings) -> str:
    """Accuracy of each class, lowest first; without labels how often each was predicted."""
    if not found.classes:
        rows = [
            f'<tr><td class="name">{_label(batch, index)}</td><td class="n">{count:,}</td>'
            f"<td>{_bar(count / found.predicted[0][1])}</td></tr>"
            for index, count in found.predicted
        ]
        head = "<tr><th>Predicted</th><th class=n>Images</th><th></th></tr>"
        why = "No label of these images is a class of the network, so there is no accuracy: what it took them for."
        return f'<p class="soft">{why}</p>{_table(head, rows)}' if rows else ""
    rows = []
    for row in found.classes:
        confused = f"{_label(batch, row.confused_with)} ({row.n_confused:,})" if row.confused_with is not None else "–"
        rows.append(
            f'<tr><td class="name">{_label(batch, row.class_index)}</td><td class="n">{row.n:,}</td>'
            f'<td class="n">{percent(row.right / row.n)}</td><td>{_bar(row.right / row.n)}</td>'
            f'<td class="name">{confused}</td></tr>'
        )
    head = "<tr><th>Class</th><th class=n>Images</th><th class=n>Right</th><th></th><th>Mostly taken for</th></tr>"
    return f'<p class="soft">The lowest accuracy first.</p>{_table(head, rows)}'


def mistakes(batch: Batch, tiles: Tiles, found: Findings) -> str:
    """The mistakes that the network was surest of."""
    if not found.n_known:
        return ""
    if not found.mistakes.numbers:
        return "<p>There are none: every image whose class is known was told right.</p>"
    lead = "The maps explain the class that the network chose." if _explains(batch, "predicted") else ""
    return f'<p class="soft">{lead}</p>{Cards(batch, tiles).images(found.mistakes.numbers, batch.methods, [])}'


def disagreements(batch: Batch, tiles: Tiles, found: Findings) -> str:
    """For each pair of methods, the images whose maps agree least."""
    bodies = []
    for ranked in found.disagreements:
        if ranked.numbers:
            one, other = (html.escape(_title(method)) for method in ranked.of)
            says = [f"ρ {figure(value)}" for value in ranked.figures]
            body = Cards(batch, tiles).images(ranked.numbers, ranked.of, says)
            bodies.append(f"<h3>{one} and {other}: mean ρ {figure(ranked.mean)}</h3>{body}")
    if not bodies:
        return ""
    return (
        '<p class="soft">ρ is Spearman\'s rank correlation of the two maps: 1 where they rank all places alike, 0 where they '
        "have nothing in common. Methods answer different questions, so that they differ is no error; but where they do, one map "
        "alone is not enough.</p>" + "".join(bodies)
    )


def on_border(batch: Batch, tiles: Tiles, found: Findings) -> str:
    """The images whose maps lie most in the outermost tenth of the image."""
    lead = (
        f"Share of the map in the outermost tenth of each side; a map that is the same everywhere has "
        f"{CONSTANT_BORDER:.0%} there. Much more than that rests on what surrounds the object, or on padding."
    )
    return _shares(batch, tiles, found.border, lead, "on the border")


def on_background(batch: Batch, tiles: Tiles, found: Findings) -> str:
    """The images whose maps lie most on the plain background."""
    lead = (
        "Share of the map on pixels of the colour of the image's edge, for images that have a plain background. Coarse "
        "maps spill over the edges of an object, so compare with the mean."
    )
    return _shares(batch, tiles, found.background, lead, "on the background")


def unreadable(found: Findings) -> str:
    """The images that could not be read."""
    if not found.n_errors:
        return ""
    rows = [
        f'<tr><td class="name">{html.escape(path)}</td><td class="name">{html.escape(error)}</td></tr>'
        for path, error in found.errors
    ]
    more = f'<p class="soft">The first {len(rows)} of {found.n_errors:,}.</p>' if len(rows) < found.n_errors else ""
    return more + _table("<tr><th>Image</th><th>Why</th></tr>", rows)


def _shares(batch: Batch, tiles: Tiles, every: Sequence[Ranked], lead: str, where: str) -> str:
    bodies = []
    for ranked in every:
        if ranked.numbers:
            says = [f"{percent(value)} {where}" for value in ranked.figures]
            body = Cards(batch, tiles).images(ranked.numbers, ranked.of, says)
            bodies.append(f"<h3>{html.escape(_title(ranked.of[0]))}: mean {percent(ranked.mean)}</h3>{body}")
    return f'<p class="soft">{lead}</p>{"".join(bodies)}' if bodies else ""


def _title(method: str) -> str:
    return Explainer.registry[method].title if method in Explainer.registry else method


def _explains(batch: Batch, which: str) -> bool:
    return batch.manifest["settings"]["explain"] == which


def _label(batch: Batch, index: int) -> str:
    return html.escape(batch.labels[index])


def _bar(share: float) -> str:
    return f'<span class="bar"><span style="width:{share * 100:.1f}%"></span></span>'


def _table(head: str, rows: list[str]) -> str:
    """A table; a long one folded after its first rows."""
    made = (
        f'<div class="scroll"><table><thead>{head}</thead><tbody>{"".join(rows[:_FIRST_CLASSES])}</tbody></table></div>'
    )
    if rest := rows[_FIRST_CLASSES:]:
        made += (
            f"<details><summary>{len(rest):,} more</summary>"
            f'<div class="scroll"><table><thead>{head}</thead><tbody>{"".join(rest)}</tbody></table></div></details>'
        )
    return made

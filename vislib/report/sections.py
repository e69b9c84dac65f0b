"""The sections of a report, each as HTML; an empty string if there is nothing to show."""

import html
from collections.abc import Callable, Sequence

from vislib.batch import Batch
from vislib.language import percent, sentences, text, tr, whole_percent
from vislib.report.cards import Cards
from vislib.report.clusters import Reason
from vislib.report.findings import CONSTANT_BORDER, Findings, Ranked
from vislib.report.tables import bar, table
from vislib.report.text import format_number, title_of
from vislib.report.tiles import Tiles
from vislib.tasks import Task

_FIRST_REASONS = 6
_MORE_REASONS = 12


def every_image(batch: Batch, tiles: Tiles, found: Findings) -> str:
    """All images of a small batch."""
    return Cards(batch, tiles).images(found.explained, batch.methods, []) if found.explained else ""


def reasons(batch: Batch, tiles: Tiles, found: Sequence[tuple[str, list[Reason]]]) -> str:
    """Clusters of maps, the most suspicious first."""
    cards, bodies = Cards(batch, tiles), []
    for method, each in found:
        if not each:
            continue
        title = html.escape(title_of(method))
        first = "".join(cards.reason(method, place, reason) for place, reason in enumerate(each[:_FIRST_REASONS], 1))
        body = f'<h3>{title}</h3><ul class="cards wide">{first}</ul>'
        if more := each[_FIRST_REASONS:][:_MORE_REASONS]:
            rest = "".join(
                cards.reason(method, place, one, False) for place, one in enumerate(more, _FIRST_REASONS + 1)
            )
            body += (
                f"<details><summary>{tr('The next {n} of {of} clusters', n=len(more), of=len(each))}</summary>"
                f'<ul class="cards">{rest}</ul></details>'
            )
        bodies.append(body)
    if not bodies:
        return ""
    if batch.task.has_classes:
        of = text(
            "The maps of each class are clustered (spectral relevance analysis, Lapuschkin et al. 2019, arXiv "
            "1902.10178)."
        )
    else:
        of = text(
            "The maps of the explained output are clustered (spectral relevance analysis, Lapuschkin et al. 2019, "
            "arXiv 1902.10178)."
        )
    suspicious = text(
        "A cluster is suspicious if nearly all of its maps, and nearly none of the other classes' maps, are strong at "
        "one place, the framed one: a mark or a tag is always at the same place, an object is not."
    )
    numbers = text(
        "“Always there” is the value that nine in ten of its maps reach at that place, as a share of their largest "
        "value; “other classes” is the value that nine in ten maps of the other classes do not exceed there. Suspicion "
        "is the difference. It shows where to look first; it does not prove that something is wrong."
    )
    return f'<p class="soft">{tr(sentences(of, suspicious, numbers))}</p>{"".join(bodies)}'


def classes(batch: Batch, found: Findings) -> str:
    """Accuracy of each class, lowest first; without labels, how often each class is predicted."""
    if not found.classes:
        if batch.task is Task.SEGMENTATION or batch.task is Task.MULTI_LABEL:
            return _counted(batch, found)
        rows = [
            f'<tr><td class="name">{_label(batch, index)}</td><td class="n">{count:,}</td>'
            f"<td>{bar(count / found.predicted[0][1])}</td></tr>"
            for index, count in found.predicted
        ]
        head = f"<tr><th>{tr('Predicted')}</th><th class=n>{tr('Images')}</th><th></th></tr>"
        why = tr(
            "No label of these images is a class of the network, so there is no accuracy. The table shows how often "
            "each class is predicted."
        )
        return f'<p class="soft">{why}</p>{table(head, rows)}' if rows else ""
    rows = []
    for row in found.classes:
        confused = f"{_label(batch, row.confused_with)} ({row.n_confused:,})" if row.confused_with is not None else "–"
        rows.append(
            f'<tr><td class="name">{_label(batch, row.class_index)}</td><td class="n">{row.n:,}</td>'
            f'<td class="n">{percent(row.right / row.n)}</td><td>{bar(row.right / row.n)}</td>'
            f'<td class="name">{confused}</td></tr>'
        )
    head = (
        f"<tr><th>{tr('Class')}</th><th class=n>{tr('Images')}</th><th class=n>{tr('Right')}</th><th></th>"
        f"<th>{tr('Most confused with')}</th></tr>"
    )
    return f'<p class="soft">{tr("Lowest accuracy first.")}</p>{table(head, rows)}'


def _counted(batch: Batch, found: Findings) -> str:
    """For images with several classes each, how often each is the first one."""
    rows = [
        f'<tr><td class="name">{_label(batch, index)}</td><td class="n">{count:,}</td>'
        f"<td>{bar(count / found.predicted[0][1])}</td></tr>"
        for index, count in found.predicted
    ]
    if batch.task is Task.MULTI_LABEL:
        lead = tr(
            "The label with the highest probability of each image. An image can have several labels, so none is simply "
            "right or wrong."
        )
    else:
        lead = tr("The class with the most pixels of each image.")
    head = f"<tr><th>{tr('Class')}</th><th class=n>{tr('Images')}</th><th></th></tr>"
    return f'<p class="soft">{lead}</p>{table(head, rows)}' if rows else ""


def mistakes(batch: Batch, tiles: Tiles, found: Findings) -> str:
    """The mistakes with the highest probability."""
    if not found.n_known:
        return ""
    if not found.mistakes.numbers:
        return f"<p>{tr('There are none: every image with a known class is classified correctly.')}</p>"
    lead = tr("The maps explain the class that the network predicts.") if _explains(batch, "predicted") else ""
    return f'<p class="soft">{lead}</p>{Cards(batch, tiles).images(found.mistakes.numbers, batch.methods, [])}'


def disagreements(batch: Batch, tiles: Tiles, found: Findings) -> str:
    """For each pair of methods, the images whose maps agree least."""
    bodies = []
    for ranked in found.disagreements:
        if ranked.numbers:
            one, other = (html.escape(title_of(method)) for method in ranked.of)
            notes = [f"ρ {format_number(value)}" for value in ranked.figures]
            body = Cards(batch, tiles).images(ranked.numbers, ranked.of, notes)
            head = tr("{one} and {other}: mean ρ {mean}", one=one, other=other, mean=format_number(ranked.mean))
            bodies.append(f"<h3>{head}</h3>{body}")
    if not bodies:
        return ""
    lead = tr(
        "ρ is Spearman's rank correlation of the two maps: 1 if they rank all places alike, 0 if they have nothing in "
        "common. Methods answer different questions, so a difference is not an error. But where they differ, one map "
        "alone is not enough."
    )
    return f'<p class="soft">{lead}</p>{"".join(bodies)}'


def on_border(batch: Batch, tiles: Tiles, found: Findings) -> str:
    """The images whose maps lie most in the outermost tenth of the image."""
    lead = tr(
        "Share of the map in the outermost tenth of each side. A constant map has {share} there. A much larger share "
        "means that the decision rests on what surrounds the object, or on padding.",
        share=whole_percent(CONSTANT_BORDER),
    )
    return _shares(batch, tiles, found.border, lead, lambda share: tr("{share} on the border", share=share))


def on_background(batch: Batch, tiles: Tiles, found: Findings) -> str:
    """The images whose maps lie most on the plain background."""
    lead = tr(
        "Share of the map on pixels that have the colour of the image's edge, for images with a plain background. "
        "Coarse maps reach beyond the edges of an object, so compare with the mean."
    )
    return _shares(batch, tiles, found.background, lead, lambda share: tr("{share} on the background", share=share))


def unreadable(found: Findings) -> str:
    """The images that could not be read."""
    if not found.n_errors:
        return ""
    rows = [
        f'<tr><td class="name">{html.escape(path)}</td><td class="name">{html.escape(error)}</td></tr>'
        for path, error in found.errors
    ]
    first = tr("The first {n} of {of:,}.", n=len(rows), of=found.n_errors)
    more = f'<p class="soft">{first}</p>' if len(rows) < found.n_errors else ""
    return more + table(f"<tr><th>{tr('Image')}</th><th>{tr('Why')}</th></tr>", rows)


def _shares(batch: Batch, tiles: Tiles, every: Sequence[Ranked], lead: str, note: Callable[[str], str]) -> str:
    bodies = []
    for ranked in every:
        if ranked.numbers:
            notes = [note(percent(value)) for value in ranked.figures]
            body = Cards(batch, tiles).images(ranked.numbers, ranked.of, notes)
            name = html.escape(title_of(ranked.of[0]))
            bodies.append(f"<h3>{tr('{name}: mean {share}', name=name, share=percent(ranked.mean))}</h3>{body}")
    return f'<p class="soft">{lead}</p>{"".join(bodies)}' if bodies else ""


def _explains(batch: Batch, which: str) -> bool:
    return batch.manifest["settings"]["explain"] == which


def _label(batch: Batch, index: int) -> str:
    return html.escape(batch.labels[index])

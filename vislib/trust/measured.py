"""The measures of several maps of one image together: the verdict on each, and a table for notebooks."""

from collections.abc import Sequence

from vislib import html
from vislib.attribution.base import Family
from vislib.language import text, tr
from vislib.trust import verdicts
from vislib.trust.trust import Trust
from vislib.trust.verdicts import Reason

_COLUMNS = {
    "deletion": text("deletion (low)"),
    "insertion": text("insertion (high)"),
    "infidelity": text("infidelity (low)"),
    "max_sensitivity": text("under noise (low)"),
    "randomized": text("random weights (low)"),
    "road": text("ROAD (low)"),
    "random_logit": text("another class (low)"),
    "pointing": text("pointing (high)"),
    "mass": text("inside the region (high)"),
}
"""The measures in the table, and on which side the better values are; one that was not computed has no column."""


class Measured(list[Trust]):
    """A list of the measures of several methods for one image, as `vislib.trust.measure` gives it.

    A notebook shows it as a table with the verdicts.

    Example:
        >>> measured = vislib.trust.measure([vislib.methods()["saliency"]()], classifier, image, randomize=False)
        >>> [one.name for one in measured]
        ['saliency', 'random', 'edges']
    """

    def _repr_html_(self) -> str:
        if not self:
            return html.block(tr("No method was measured"))
        measures = [one.row() for one in self]
        names = [name for name in _COLUMNS if any(row[name] is not None for row in measures)]
        rows = [
            (tr(one.title), tr(verdict(one, self)[0]), *("–" if row[name] is None else row[name] for name in names))
            for one, row in zip(self, measures, strict=True)
        ]
        table = html.table(rows, (tr("method"), tr("verdict"), *(tr(_COLUMNS[name]) for name in names)))
        first = self[0].heatmap
        title = tr(
            "How far can the maps be trusted? {explained}: {score:.4g}", explained=first.explained, score=first.score
        )
        return html.block(title, table)


def verdict(trust: Trust, all_measured: Sequence[Trust]) -> tuple[str, list[Reason]]:
    """The verdict on this map for this image, as one sentence, and the reasons for it.

    Args:
        trust: One result of `measure`.
        all_measured: All results of the same call; `trust` is compared with the baselines among them.

    Example:
        >>> methods = [vislib.methods()["grad-cam"]()]
        >>> measured = vislib.trust.measure(methods, classifier, image, randomize=False)
        >>> text, reasons = vislib.trust.verdict(measured[0], measured)
        >>> len(reasons) > 0
        True
    """
    baselines = [
        other for other in all_measured if other.family is Family.BASELINE and other is not trust and not other.empty
    ]
    return verdicts.verdict(trust, baselines), verdicts.reasons(trust, baselines)

"""Whether the order of methods depends on a setting of the measure: the fill of deletion and insertion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from vislib.attribution.fills import FILLS
from vislib.language import Text, text, written
from vislib.model.classifier import Classifier
from vislib.progress import Progress, Steps, progress_bar
from vislib.targets.base import Target
from vislib.targets.scores import as_probability
from vislib.trust.curves import deletion, insertion


@dataclass(frozen=True, eq=False)
class FillSensitivity:
    """The areas of several methods under one measure with several fills.

    Attributes:
        measure: "deletion" or "insertion".
        methods: Their names.
        fills: The fills.
        areas: (methods, fills).
        taus: (fills, fills): Kendall's τ-b of the order of the methods under two fills, −1..1; NaN where all areas of
            a fill are equal.

    Example:
        >>> maps = {name: vislib.explain(name, classifier, image).values for name in ("grad-cam", "saliency")}
        >>> deletion, _ = vislib.trust.fill_sensitivity(
        ...     classifier, image, maps, classifier.target("3"), fills=("grey", "blur"), n_steps=2
        ... )
        >>> deletion.fills, deletion.measure
        (('grey', 'blur'), 'deletion')
    """

    measure: str
    methods: tuple[str, ...]
    fills: tuple[str, ...]
    areas: np.ndarray = field(repr=False)
    taus: np.ndarray = field(repr=False)

    @property
    def least(self) -> float:
        """The smallest τ of two fills."""
        return float(np.nanmin(self.taus[~np.eye(len(self.fills), dtype=bool)]))

    def in_words(self) -> Text:
        """How far the order can be trusted, one sentence."""
        is_deletion = self.measure == "deletion"
        if np.isnan(self.taus[~np.eye(len(self.fills), dtype=bool)]).all():
            if is_deletion:
                return text("The order by deletion cannot be compared: all areas are equal.")
            return text("The order by insertion cannot be compared: all areas are equal.")
        best = {self.methods[k] for k in (np.argmin if is_deletion else np.argmax)(self.areas, axis=0)}
        name = text("Deletion") if is_deletion else text("Insertion")
        least = written(self.least, ".2f")
        if len(best) == 1:
            return text(
                "{measure}: “{method}” is best with every fill; Kendall's τ of two orders is at least {least}.",
                measure=name,
                method=best.pop(),
                least=least,
            )
        return text(
            "{measure}: the best method changes with the fill; Kendall's τ of two orders is at least {least}.",
            measure=name,
            least=least,
        )


def fill_sensitivity(
    classifier: Classifier,
    resized: np.ndarray,
    maps: Mapping[str, np.ndarray],
    target: int | str | Target,
    fills: Sequence[str] = FILLS,
    n_steps: int = 14,
    progress: Progress = progress_bar,
) -> tuple[FillSensitivity, FillSensitivity]:
    """Measures deletion and insertion of each map with each fill, and compares the orders of the methods.

    Args:
        classifier: The classifier whose decision is explained.
        resized: The image at the network's input size, (h, w, c).
        maps: The maps (h, w) by name, at least two.
        target: What is explained: a target, or a class's number or label.
        fills: At least two of `vislib.attribution.fills.FILLS`.
        n_steps: Steps of each curve, from 1 to the number of pixels.
        progress: Called as progress(done, total) between curves. If it raises, the work stops.

    Returns:
        For deletion and for insertion.

    Raises:
        ImageError: If the image does not have the network's input size.
        ParameterError: If a map has another size or a value that is not finite, or a setting is not accepted.

    Example:
        >>> maps = {name: vislib.explain(name, classifier, image).values for name in ("grad-cam", "saliency")}
        >>> deletion, insertion = vislib.trust.fill_sensitivity(
        ...     classifier, image, maps, classifier.target("3"), fills=("grey", "blur"), n_steps=2
        ... )
        >>> deletion.areas.shape
        (2, 2)
    """
    from scipy.stats import kendalltau

    probability = as_probability(classifier.target(target))
    work = Steps(progress, 2 * len(maps) * len(fills))
    found = []
    for curve in (deletion, insertion):
        areas = np.zeros((len(maps), len(fills)))
        for row, values in enumerate(maps.values()):
            for column, fill in enumerate(fills):
                areas[row, column] = curve(classifier, resized, values, probability, n_steps, fill, work.watch).area
                work.finished()
        taus = np.array([[kendalltau(one, other).statistic for other in areas.T] for one in areas.T])
        found.append(FillSensitivity(curve.__name__, tuple(maps), tuple(fills), areas, taus))
    return found[0], found[1]

"""Guided IG: integrated gradients along a path that changes the pixels of small gradients first."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vislib.attribution import blank_maps
from vislib.attribution.base import Attribution, Detail, Explainer, Family, parameter
from vislib.attribution.completeness import Completeness
from vislib.attribution.integrated_gradients import BASELINES, baseline_image, why_blank_from
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.progress import Progress
from vislib.targets.base import Target


@dataclass(frozen=True)
class GuidedIG(Explainer):
    """Σ_c ∫ ∂ score(γ(t)) / ∂ γ_c · dγ_c along a path γ from a baseline to the image that the gradient chooses.

    In each of n steps the path comes nearer to the image by the n-th part of the L1 distance. It changes only the
    share `fraction` of the values whose gradient is smallest there, so it avoids regions where the score changes for
    reasons that lie off the image. No value may be further than `max_apart` from its place on the straight line.

    Values are signed and in units of the score. They add up to score(image) − score(baseline) up to the error of the
    sum that approximates the integral, which `notes` and `details["completeness_error"]` give. A value moves by up to
    2 · `max_apart` of its way at once, so more steps alone do not make that error 0.

    Departs from the paper in taking the mean of the gradients at both ends of each step (the trapezoid rule), not the
    gradient at its start: on networks of ReLUs the sum is then nearer to the difference, for one gradient more.

    Reference: Kapishnikov et al. 2021, arXiv 2106.09788, algorithm 1 and section 3.3 (anchors at every step).
    """

    name = "guided-ig"
    title = "Guided IG"
    question = text("How much does each pixel add to the score, on a path that avoids noisy gradients?")
    family = Family.GRADIENT
    detail = Detail.PIXELS
    reference = "Kapishnikov et al. 2021, arXiv 2106.09788"
    caveat = text(
        "The path depends on the network, so two networks of equal outputs may have different maps. "
        "It explains the difference to the baseline, which is a choice."
    )
    signed = True
    unit = text("share of the score")
    costly = True

    baseline: str = parameter(
        "black", text("Baseline"), choices=BASELINES, help=text("The image that counts as showing nothing.")
    )
    n_steps: int = parameter(
        64, text("Steps"), low=1, high=1000, help=text("Steps of the path; each needs one gradient.")
    )
    fraction: float = parameter(
        0.25,
        text("Fraction"),
        low=0.01,
        high=1.0,
        help=text("Share of the values that may change at a time; 1 changes all."),
    )
    max_apart: float = parameter(
        0.02,
        text("Apart"),
        low=0.0,
        high=1.0,
        help=text("How far a value may be from the straight line, as a share of its way."),
    )

    def attribute(self, classifier: Classifier, resized: np.ndarray, target: Target, progress: Progress) -> Attribution:
        network = classifier.network
        inputs, baseline = classifier.preprocess_input(np.stack([resized, baseline_image(resized, self.baseline)]))
        progress(0, self.n_steps)
        start, end = network.values(np.stack([baseline, inputs]), target)

        def gradient(point: np.ndarray) -> np.ndarray:
            return network.gradients(point[None].astype(np.float32), target, fold_batch_norm=True)[0][0]

        values = along_guided_path(
            gradient, baseline, inputs, self.n_steps, self.fraction, self.max_apart, progress
        ).sum(axis=-1)
        sum_up = Completeness(float(values.sum()), float(end - start))
        return Attribution(values, details=sum_up.details, notes=(sum_up.note,), score=float(end))

    def why_blank(
        self, classifier: Classifier, resized: np.ndarray, target: Target, attribution: Attribution, score: float
    ) -> str:
        return why_blank_from(self.baseline, resized) or blank_maps.of_gradient(classifier, resized, target, self.title)


def along_guided_path(
    gradient: Callable[[np.ndarray], np.ndarray],
    start: np.ndarray,
    end: np.ndarray,
    n_steps: int,
    fraction: float,
    max_apart: float,
    progress: Progress,
) -> np.ndarray:
    """The integral of a gradient along the guided path between two inputs (h, w, c), float64 of the same shape."""
    way = end.astype(np.float64) - start
    gone = np.where(way == 0, 1.0, 0.0)  # the share of its way that each value has gone
    values = np.zeros(way.shape)
    total = np.abs(way).sum()
    slopes = gradient(start + gone * way)
    for step in range(1, n_steps + 1):
        nearest, furthest = max(step / n_steps - max_apart, 0.0), min(step / n_steps + max_apart, 1.0)
        moved = _moved(
            np.maximum(gone, nearest), np.abs(way), np.abs(slopes), furthest, fraction, step / n_steps * total
        )
        ahead = gradient(start + moved * way)
        values += (moved - gone) * way * (slopes + ahead) / 2
        gone, slopes = moved, ahead
        progress(step, n_steps, values.sum(axis=-1).astype(np.float32))
    return values


def _moved(
    gone: np.ndarray, lengths: np.ndarray, steepness: np.ndarray, furthest: float, fraction: float, goal: float
) -> np.ndarray:
    """The shares after a step: the least steep values go on, to `furthest` at most, until their sum is `goal`."""
    gone = gone.copy()
    missing = goal - (gone * lengths).sum()
    while missing > 1e-9 * goal:
        is_open = gone < furthest
        limit = np.quantile(np.where(is_open, steepness, np.inf), fraction, method="lower")
        chosen = is_open & (steepness <= limit)
        possible = ((furthest - gone) * lengths)[chosen].sum()
        if possible <= 0:  # rounding alone keeps the goal away
            break
        gone[chosen] += min(missing / possible, 1.0) * (furthest - gone[chosen])
        if possible <= missing:
            gone[chosen] = furthest  # exactly, so that it is no longer open
        missing -= possible
    return gone

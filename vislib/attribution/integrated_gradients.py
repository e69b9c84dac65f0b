"""Integrated gradients: the way of the score from a baseline to the image, shared out over the pixels."""

from dataclasses import dataclass

import numpy as np

from vislib.attribution.base import Attribution, Explainer, Family, parameter
from vislib.attribution.fills import cover_image
from vislib.model.classifier import Classifier
from vislib.progress import Progress, no_progress
from vislib.targets.base import Target

BASELINES = ("black", "grey", "white", "blur")
MOST_STEPS = 512
ACCURATE = 0.05


@dataclass(frozen=True)
class IntegratedGradients(Explainer):
    """Σ_c (x_c − b_c) · ∫₀¹ ∂ logit(b + t (x − b)) / ∂ x_c dt, from a baseline image b to the image x.

    Signed, in logits. Completeness: the values add up to logit(x) − logit(b), up to the error of the sum that stands
    for the integral (the trapezoid rule). That error is told in `notes` and kept in `details["completeness_error"]`,
    a share of the difference; `details["n_steps"]` are the steps it took. The baseline is an image of 0..255,
    preprocessed as the image is. For a baseline of your own see `integrate`.

    Departs from the paper, which sums from the right; with jumps in the gradient that is no worse, but the trapezoid's
    points serve again when steps are doubled.

    Reference: Sundararajan, Taly & Yan 2017, arXiv 1703.01365; baselines: Sturmfels, Lundberg & Lee 2020,
    doi 10.23915/distill.00022.
    """

    name = "integrated-gradients"
    title = "Integrated gradients"
    family = Family.GRADIENT
    reference = "Sundararajan, Taly & Yan 2017, arXiv 1703.01365"
    caveat = (
        "It tells the difference to the baseline, which is a choice: a pixel that has the baseline's colour gets 0, "
        "so black parts cannot count against black. Values that add up can still be noisy one by one."
    )
    signed = True
    unit = "share of the score"

    baseline: str = parameter("black", "Baseline", choices=BASELINES, help="The image that counts as showing nothing.")
    n_steps: int = parameter(64, "Steps", low=1, high=2048, help="Between the baseline and the image.")
    add_steps: bool = parameter(
        True, "Add steps", help=f"Double them, up to {MOST_STEPS}, until the sum is off by less than {ACCURATE:.0%}."
    )

    def attribute(self, classifier: Classifier, resized: np.ndarray, target: Target, progress: Progress) -> Attribution:
        inputs, baseline = classifier.preprocess_input(np.stack([resized, baseline_image(resized, self.baseline)]))
        most = MOST_STEPS if self.add_steps else self.n_steps
        integral = integrate(classifier.network, inputs, baseline, target, self.n_steps, most, progress)
        note = (
            f"The values add up to {integral.values.sum():.2f}, where the score is {integral.difference:.2f} from the "
            f"baseline's: {integral.error:.1%} off, steps: {integral.n_steps}."
        )
        details = {"completeness_error": np.array(integral.error), "n_steps": np.array(integral.n_steps)}
        return Attribution(integral.values.sum(axis=-1), details=details, notes=(note,))


def baseline_image(resized: np.ndarray, baseline: str) -> np.ndarray:
    """The baseline of that name for an image (h, w, 3) uint8, likewise."""
    if baseline == "blur":
        return cover_image(resized, "blur")
    return cover_image(resized, "grey", {"black": 0, "grey": 127, "white": 255}[baseline])


@dataclass(frozen=True, eq=False)
class PathIntegral:
    """What `integrate` computes.

    Attributes:
        values: (h, w, c) float64, in logits.
        difference: The score at the input less that at the baseline.
        n_steps: Steps of the sum.
    """

    values: np.ndarray
    difference: float
    n_steps: int

    @property
    def error(self) -> float:
        """How far the values' sum is from the difference, as a share of it."""
        missed = abs(float(self.values.sum()) - self.difference)
        return missed / abs(self.difference) if self.difference else float(missed > 0)


def integrate(
    network,
    inputs: np.ndarray,
    baseline: np.ndarray,
    target: Target,
    n_steps: int = 64,
    most_steps: int = MOST_STEPS,
    progress: Progress = no_progress,
) -> PathIntegral:
    """Integrated gradients along the straight line between two preprocessed inputs (h, w, c).

    Steps are doubled while the error is `ACCURATE` or more and there are at most `most_steps` then.
    """
    path = (inputs - baseline).astype(np.float32)
    start, end = network.values(np.stack([baseline, inputs]), target)
    total, done = np.zeros(inputs.shape, np.float64), 0
    evaluations = n_steps + 1
    while 2 * (evaluations - 1) <= most_steps:
        evaluations = 2 * evaluations - 1
    progress(0, evaluations)
    places = np.arange(n_steps + 1) / n_steps
    while True:
        # In an order that is spread over the path, so that the map so far is a coarse form of the whole.
        places = places[np.argsort(np.arange(len(places)) * 0.618034 % 1)]
        for at in np.array_split(places.astype(np.float32), -(-len(places) // network.gradient_batch_size)):
            gradients, _ = network.gradients(baseline + at[:, None, None, None] * path, target, fold_batch_norm=True)
            weights = np.where((at == 0) | (at == 1), 0.5, 1.0)
            total += np.tensordot(weights.astype(np.float32), gradients, 1)
            done += len(at)
            progress(done, evaluations, (path * total).sum(axis=-1).astype(np.float32) / max(done - 1, 1))
        integral = PathIntegral(path * total / n_steps, float(end - start), n_steps)
        if integral.error < ACCURATE or 2 * n_steps > most_steps:
            break
        places, n_steps = (np.arange(n_steps) + 0.5) / n_steps, 2 * n_steps
    if done < evaluations:
        progress(evaluations, evaluations, integral.values.sum(axis=-1).astype(np.float32))
    return integral

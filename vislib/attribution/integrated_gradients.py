"""Integrated gradients: the change of the score from a baseline to the image, divided among the pixels."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vislib.attribution import blank_maps
from vislib.attribution.base import Attribution, Detail, Explainer, Family, parameter
from vislib.attribution.fills import cover_image
from vislib.language import score_number, text
from vislib.model.classifier import Classifier
from vislib.progress import Progress, no_progress
from vislib.targets.base import Target

if TYPE_CHECKING:
    from vislib.network.network import Network

BASELINES = (text("black"), text("grey"), text("white"), text("blur"))
MOST_STEPS = 512
ACCURATE = 0.05


@dataclass(frozen=True)
class IntegratedGradients(Explainer):
    """Σ_c (x_c − b_c) · ∫₀¹ ∂ logit(b + t (x − b)) / ∂ x_c dt, from a baseline image b to the image x.

    Values are signed and in logits. Completeness: they add up to logit(x) − logit(b), up to the error of the sum that
    approximates the integral (the trapezoid rule). `notes` states that error, and `details["completeness_error"]`
    holds it, as a share of the difference; `details["n_steps"]` is the number of steps. The baseline is an image in
    0..255, preprocessed like the image. For another baseline see `integrate`.

    Departs from the paper, which uses the right Riemann sum. Where the gradient jumps, that sum is no worse, but the
    points of the trapezoid rule are used again when the steps are doubled.

    Reference: Sundararajan, Taly & Yan 2017, arXiv 1703.01365; baselines: Sturmfels, Lundberg & Lee 2020,
    doi 10.23915/distill.00022.
    """

    name = "integrated-gradients"
    title = text("Integrated gradients")
    question = text("How much does each pixel add to the score on the way from a baseline to this image?")
    family = Family.GRADIENT
    detail = Detail.PIXELS
    reference = "Sundararajan, Taly & Yan 2017, arXiv 1703.01365"
    caveat = text(
        "It explains the difference to the baseline, which is a choice: a pixel of the baseline's "
        "colour gets 0, so with a black baseline black parts get 0. Values that add up can still be "
        "noisy one by one."
    )
    signed = True
    unit = text("share of the score")

    baseline: str = parameter(
        "black", text("Baseline"), choices=BASELINES, help=text("The image that counts as showing nothing.")
    )
    n_steps: int = parameter(
        64, text("Steps"), low=1, high=2048, help=text("Number of steps from the baseline to the image.")
    )
    add_steps: bool = parameter(
        True,
        text("Add steps"),
        help=text(
            "Double the steps, up to {most}, until the sum is off by less than {share:.0%}.",
            most=MOST_STEPS,
            share=ACCURATE,
        ),
    )

    def attribute(self, classifier: Classifier, resized: np.ndarray, target: Target, progress: Progress) -> Attribution:
        inputs, baseline = classifier.preprocess_input(np.stack([resized, baseline_image(resized, self.baseline)]))
        most = MOST_STEPS if self.add_steps else self.n_steps
        integral = integrate(classifier.network, inputs, baseline, target, self.n_steps, most, progress)
        note = text(
            "The values add up to {total}. The score differs from the baseline's score by {difference}. The error is "
            "{error:.1%}; steps: {steps}.",
            total=score_number(float(integral.values.sum())),
            difference=score_number(integral.difference),
            error=integral.error,
            steps=integral.n_steps,
        )
        details = {"completeness_error": np.array(integral.error), "n_steps": np.array(integral.n_steps)}
        return Attribution(integral.values.sum(axis=-1), details=details, notes=(note,))

    def why_blank(
        self, classifier: Classifier, resized: np.ndarray, target: Target, attribution: Attribution, score: float
    ) -> str:
        return why_blank_from(self.baseline, resized) or blank_maps.of_gradient(classifier, resized, target, self.title)


def baseline_image(resized: np.ndarray, baseline: str) -> np.ndarray:
    """The named baseline for an image (h, w, 3) uint8: an image of the same shape and type."""
    if baseline == "blur":
        return cover_image(resized, "blur")
    return cover_image(resized, "grey", {"black": 0, "grey": 127, "white": 255}[baseline])


def why_blank_from(baseline: str, resized: np.ndarray) -> str:
    """A sentence if the image is itself the named baseline, so that there is nothing to explain; else ""."""
    if np.array_equal(baseline_image(resized, baseline), resized):
        shown = BASELINES[BASELINES.index(baseline)]
        return text(
            "The image equals the baseline ({baseline}), so nothing is added. Choose another `baseline`.",
            baseline=shown,
        )
    return ""


@dataclass(frozen=True, eq=False)
class PathIntegral:
    """The result of `integrate`.

    Attributes:
        values: (h, w, c) float64, in logits.
        difference: The score of the input minus the score of the baseline.
        n_steps: Number of steps of the sum.
    """

    values: np.ndarray
    difference: float
    n_steps: int

    @property
    def error(self) -> float:
        """|sum of the values − difference| as a share of |difference|; 0 is exact."""
        missed = abs(float(self.values.sum()) - self.difference)
        return missed / abs(self.difference) if self.difference else float(missed > 0)


def integrate(
    network: "Network",
    inputs: np.ndarray,
    baseline: np.ndarray,
    target: Target,
    n_steps: int = 64,
    most_steps: int = MOST_STEPS,
    progress: Progress = no_progress,
) -> PathIntegral:
    """Integrated gradients along the straight line between two preprocessed inputs.

    Args:
        network: The network of a classifier, `classifier.network`.
        inputs: The preprocessed image, (h, w, c).
        baseline: The preprocessed baseline, (h, w, c).
        target: What is explained.
        n_steps: Steps of the first sum.
        most_steps: While the error is `ACCURATE` or more, the steps are doubled, up to this number.
        progress: Called as progress(done, total, partial) between batches. If it raises, the work stops.
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
        # This order visits the whole path early, so that each partial map is a coarse form of the final one.
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

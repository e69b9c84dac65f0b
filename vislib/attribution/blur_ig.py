"""Blur IG: integrated gradients along the path from a blurred image to the sharp one."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from vislib.attribution import blank_maps
from vislib.attribution.base import Attribution, Detail, Explainer, Family, parameter
from vislib.attribution.completeness import Completeness
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.progress import Progress
from vislib.targets.base import Target

_PAPERS_SHARE = 50 / 224  # the paper's largest σ, 50 pixels, of an image of 224


@dataclass(frozen=True)
class BlurIG(Explainer):
    """Σ_c ∫ ∂ score(x_σ) / ∂ x_σ,c · dx_σ,c, where x_σ is the image blurred by a Gaussian of standard deviation σ, from
    the largest σ to 0.

    Detail comes in from coarse to fine, so no colour is chosen as a baseline. Values are signed and add up to
    score(image) − score(most blurred image), up to the error of the trapezoid rule, which `notes` gives.

    Departs from the paper in the spacing of σ, which is quadratic: finer near the sharp image, where most changes; and
    in the edges of the image, which are continued instead of black.

    Reference: Xu, Venugopalan & Sundararajan 2020, arXiv 2004.03383.
    """

    name = "blur-ig"
    title = "Blur IG"
    question = text("Which details raise the score while a blurred image becomes sharp?")
    family = Family.GRADIENT
    detail = Detail.PIXELS
    reference = "Xu, Venugopalan & Sundararajan 2020, arXiv 2004.03383"
    caveat = text(
        "It credits the scale at which detail appears, so a value can stand beside the edge that it "
        "belongs to. An even area changes little by blurring and gets little."
    )
    signed = True
    unit = text("share of the score")
    costly = True

    n_steps: int = parameter(
        48, text("Steps"), low=1, high=1000, help=text("Steps from the blurred image to the sharp one.")
    )
    max_sigma_px: float | None = parameter(
        None,
        text("Largest blur"),
        kind=float,
        unit="px",
        low=0.1,
        high=500,
        help=text("Largest standard deviation of the blur; by default 50/224 of the input's longer side."),
    )

    def resolved(self, classifier: Classifier, target: Target | None = None) -> Self:
        if self.max_sigma_px is not None:
            return self
        return replace(self, max_sigma_px=round(max(classifier.input_size) * _PAPERS_SHARE, 2))

    def attribute(self, classifier: Classifier, resized: np.ndarray, target: Target, progress: Progress) -> Attribution:
        (inputs,) = classifier.preprocess_input(resized[None])
        values = np.zeros(inputs.shape)
        done, before, slopes_before = 0, None, None
        scores = []
        progress(0, self.n_steps + 1)
        for points in self._points(inputs, classifier.network.gradient_batch_size):
            slopes, found = classifier.network.gradients(points, target, fold_batch_norm=True)
            scores += list(found)
            for point, slope in zip(points, slopes, strict=True):
                if before is not None:
                    values += (point.astype(np.float64) - before) * (slope + slopes_before) / 2
                before, slopes_before = point, slope
            done += len(points)
            progress(done, self.n_steps + 1, values.sum(axis=-1).astype(np.float32))
        sum_up = Completeness(float(values.sum()), float(scores[-1] - scores[0]), text("the blurred image's score"))
        return Attribution(values.sum(axis=-1), details=sum_up.details, notes=(sum_up.note,))

    def _points(self, inputs: np.ndarray, at_once: int) -> Iterator[np.ndarray]:
        """The blurred inputs (n, h, w, c), the most blurred first, in batches."""
        from scipy.ndimage import gaussian_filter

        assert self.max_sigma_px is not None
        sigmas = self.max_sigma_px * np.linspace(1, 0, self.n_steps + 1) ** 2
        for start in range(0, len(sigmas), at_once):
            yield np.stack(
                [
                    gaussian_filter(inputs, (sigma, sigma, 0), mode="nearest")
                    for sigma in sigmas[start : start + at_once]
                ]
            )

    def why_blank(
        self, classifier: Classifier, resized: np.ndarray, target: Target, attribution: Attribution, score: float
    ) -> str:
        if not np.ptp(resized, axis=(0, 1)).any():
            return text("The image has one colour, so blurring changes nothing and there is nothing to divide.")
        return blank_maps.of_gradient(classifier, resized, target, self.title)

"""Any method, computed for noisy copies of the image: SmoothGrad, SmoothGrad² and VarGrad of every method."""

from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np

from vislib.attribution.base import AtLayer, Attribution, Explainer, batches, classifier_branches, parameter
from vislib.attribution.blank_maps import SAME_EVERYWHERE, is_blank
from vislib.attribution.fills import black_and_white
from vislib.attribution.running import STATISTICS, Running
from vislib.errors import ParameterError
from vislib.language import Text, sentences, text
from vislib.model.classifier import Classifier
from vislib.progress import Progress, no_progress
from vislib.targets.base import Target

_FIRST = 2  # copies in the first batch: the smallest number whose maps can differ
_REFERENCES = {
    "mean": "Smilkov et al. 2017, arXiv 1706.03825",
    "mean square": "Hooker et al. 2018, arXiv 1806.10758",
    "variance": "Adebayo et al. 2018, arXiv 1810.03307",
}


@dataclass(frozen=True)
class Smoothed(Explainer):
    """A statistic of a method's maps M(x + ε_k) over n noisy copies of the image, ε_k ~ N(0, σ²).

        mean: (1/n) Σ_k M(x + ε_k), as SmoothGrad takes of gradients
        mean square: (1/n) Σ_k M(x + ε_k)², SmoothGrad²
        variance: (1/n) Σ_k M(x + ε_k)² − mean², VarGrad

    σ is a share of the way from black to white. The noise is added to the image, and its values are rounded and kept
    within black and white, so every copy is an image, which any method takes; of bands in their own units neither is
    done. The methods "smoothgrad" and "vargrad" add the noise to the network's input instead, and average gradients
    before their absolute values are taken.

    It keeps the name of the method: `vislib.explain("grad-cam", classifier, image, smooth=20)` is
    `Smoothed(GradCam(), 20).explain(classifier, image)`.

    Args:
        method: The method.
        n_samples: Noisy copies.
        noise: σ as a share of the image's range.
        statistic: One of `STATISTICS`.
        seed: The same seed gives the same map.

    Raises:
        ParameterError: If a value is not accepted, or the method is smoothed already.
    """

    counted = text("noisy copies")
    random = True
    costly = True

    method: Explainer = field()
    n_samples: int = parameter(
        20, text("Noisy copies"), low=2, high=500, help=text("Noisy copies whose maps are put together.")
    )
    noise: float = parameter(
        0.15, text("Noise"), low=0.0, high=1.0, help=text("Its standard deviation as a share of the image's range.")
    )
    statistic: str = parameter(
        "mean", text("Statistic"), choices=STATISTICS, help=text("What is taken of the copies' maps.")
    )
    seed: int = parameter(0, text("Seed"), low=0, high=2**31 - 1, help=text("The same seed gives the same map."))

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.method, Smoothed):
            raise ParameterError(
                text("{method} is smoothed already; give it more `n_samples` instead.", method=self.method.title)
            )
        method, of_maps = self.method, self.statistic == "mean"
        for name, value in {
            "name": method.name,
            "title": _title(self.statistic, method.title),
            "question": method.question,
            "family": method.family,
            "reference": f"{method.reference}; {_REFERENCES[self.statistic]}",
            "caveat": sentences(method.caveat, text("The noise level decides how smooth it is.")),
            "signed": method.signed and of_maps,
            "unit": _unit(self.statistic, method.unit),
            "class_discriminative": method.class_discriminative,
            "detail": method.detail,
            "needs_gradients": method.needs_gradients,
        }.items():
            object.__setattr__(self, name, value)  # of this instance, in place of the class's

    @property
    def params(self) -> dict[str, Any]:
        own = {name: getattr(self, spec) for name, spec in SMOOTHING.items()}
        return {**self.method.params, **own}

    def resolved(self, classifier: Classifier, target: Target | None = None) -> Self:
        return replace(self, method=self.method.resolved(classifier, target))

    def attribute(self, classifier: Classifier, resized: np.ndarray, target: Target, progress: Progress) -> Attribution:
        random, running, layer = np.random.default_rng(self.seed), Running(), None
        progress(0, self.n_samples)
        for now in batches(self.n_samples, _FIRST, classifier.network.gradient_batch_size):
            copies = noisy_copies(resized, now.stop - now.start, self.noise, random)
            found = self.method.attribute_many(classifier, copies, [target] * len(copies))
            running.add(np.stack([each.values for each in found]))
            layer = found[0].layer
            partial = running.statistic(self.statistic).astype(np.float32)
            progress(now.stop, self.n_samples, partial)
        note = _note(self.statistic, self.n_samples, self.noise)
        return Attribution(running.statistic(self.statistic), layer, notes=(note,))

    def further_notes(
        self, classifier: Classifier, resized: np.ndarray, target: Target, attribution: Attribution, score: float
    ) -> tuple[str, ...]:
        branches: tuple[str, ...] = ()
        if isinstance(self.method, AtLayer):
            branches = classifier_branches(classifier, self.method.map_layer, target)
        return (*branches, *super().further_notes(classifier, resized, target, attribution, score))

    def why_blank(
        self, classifier: Classifier, resized: np.ndarray, target: Target, attribution: Attribution, score: float
    ) -> str:
        alone = self.method.attribute(classifier, resized, target, no_progress)
        if is_blank(alone.values):
            return self.method.why_blank(classifier, resized, target, alone, score)
        if self.statistic != "variance":
            return SAME_EVERYWHERE
        if self.noise == 0:
            return text(
                "Without noise the maps of all copies are equal, so their variance is 0. Choose a larger noise."
            )
        return text("Under this noise the maps of all copies are equal, so their variance is 0. Choose a larger noise.")


SMOOTHING = {
    "smooth": "n_samples",
    "smooth_noise": "noise",
    "smooth_statistic": "statistic",
    "smooth_seed": "seed",
}
"""What can be given to every method beside its own parameters, and the field of `Smoothed` that it becomes."""


def _title(statistic: str, method: str) -> Text:
    if statistic == "mean":
        return text("{method}, mean over noise", method=method)
    if statistic == "mean square":
        return text("{method}, mean square over noise", method=method)
    return text("{method}, variance over noise", method=method)


def _unit(statistic: str, unit: str) -> str:
    if statistic == "mean":
        return unit
    if statistic == "mean square":
        return text("mean square of: {unit}", unit=unit)
    return text("variance of: {unit}", unit=unit)


def _note(statistic: str, n: int, noise: float) -> Text:
    if statistic == "mean":
        return text(
            "Mean of the maps of {n} copies of the image with noise of a standard deviation of {noise:.0%} of its "
            "range.",
            n=n,
            noise=noise,
        )
    if statistic == "mean square":
        return text(
            "Mean square of the maps of {n} copies of the image with noise of a standard deviation of {noise:.0%} of "
            "its range.",
            n=n,
            noise=noise,
        )
    return text(
        "Variance of the maps of {n} copies of the image with noise of a standard deviation of {noise:.0%} of its "
        "range.",
        n=n,
        noise=noise,
    )


def noisy_copies(image: np.ndarray, n: int, noise: float, random: np.random.Generator) -> np.ndarray:
    """n copies (n, h, w, c) of an image (h, w, c) with normal noise, of its type; `noise` is σ / (white − black)."""
    black, white = black_and_white(image)
    noisy = image + random.normal(size=(n, *image.shape)) * (noise * (white - black))
    return np.rint(noisy).clip(0, 255).astype(np.uint8) if image.dtype == np.uint8 else noisy.astype(image.dtype)

"""SmoothGrad: the gradient averaged over noisy copies of the input."""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vislib.attribution import blank_maps
from vislib.attribution.base import Attribution, Detail, Explainer, Family, batches, parameter
from vislib.attribution.running import Running
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.progress import Progress
from vislib.targets.base import Target

if TYPE_CHECKING:
    from vislib.network.network import Network

_FIRST = 2  # noisy copies in the first batch: the smallest number whose gradients can differ


@dataclass(frozen=True)
class NoisyGradients(Explainer):
    """A method that shows a statistic of the gradients at n noisy copies of the input."""

    family = Family.GRADIENT
    detail = Detail.PIXELS
    signed = False
    counted = text("noisy copies")
    random = True

    n_samples: int = parameter(20, text("Samples"), low=1, high=500, help=text("Noisy copies that are averaged."))
    noise: float = parameter(
        0.15,
        text("Noise"),
        low=0.0,
        high=1.0,
        help=text("Standard deviation as a share of the input's range (max − min)."),
    )
    seed: int = parameter(0, text("Seed"), low=0, high=2**31 - 1, help=text("The same seed gives the same map."))

    @abstractmethod
    def statistic(self, gradients: Running) -> np.ndarray:
        """The map (h, w) of the gradients (n, h, w, c) so far."""

    def attribute(self, classifier: Classifier, resized: np.ndarray, target: Target, progress: Progress) -> Attribution:
        inputs, running = classifier.preprocess_input(resized[None]), Running()
        progress(0, self.n_samples)
        for gradients in noisy_gradients(classifier.network, inputs, target, self.n_samples, self.noise, self.seed):
            running.add(gradients)
            values = self.statistic(running)
            # A map of zeros, such as the variance of one gradient, is not shown.
            progress(running.count, self.n_samples, values.astype(np.float32) if values.any() else None)
        return Attribution(values)

    def why_blank(
        self, classifier: Classifier, resized: np.ndarray, target: Target, attribution: Attribution, score: float
    ) -> str:
        return blank_maps.of_gradient(classifier, resized, target, self.title)


@dataclass(frozen=True)
class SmoothGrad(NoisyGradients):
    """max_c |(1/n) Σ ∂ logit(x + ε_k) / ∂ x_c| with ε_k ~ N(0, σ²), σ a share of the input's range.

    The signed gradients are averaged before the absolute value is taken, as in the paper; the other order would add
    the noise up instead of averaging it out. Values are ≥ 0.

    Reference: Smilkov et al. 2017, arXiv 1706.03825.
    """

    name = "smoothgrad"
    title = "SmoothGrad"
    question = text("At which pixels would a small change change the score, on average over a noisy image?")
    unit = text("|mean ∂ score / ∂ input|")
    reference = "Smilkov et al. 2017, arXiv 1706.03825"
    caveat = text(
        "It is less noisy than a single gradient and looks more convincing, but it still follows "
        "edges. The noise level decides how smooth it is."
    )

    def statistic(self, gradients: Running) -> np.ndarray:
        return np.abs(gradients.mean).max(axis=-1)


def noisy_gradients(
    network: "Network", inputs: np.ndarray, target: Target, n_samples: int, noise: float, seed: int
) -> Iterator[np.ndarray]:
    """Gradients (n, h, w, c) at noisy copies of the input (1, h, w, c), in batches; `noise` is σ / (max − min)."""
    sigma = noise * float(inputs.max() - inputs.min())
    random = np.random.default_rng(seed)
    for now in batches(n_samples, _FIRST, network.gradient_batch_size):
        noisy = inputs + random.normal(0, sigma, (now.stop - now.start, *inputs.shape[1:])).astype(np.float32)
        yield network.gradients(noisy, target, fold_batch_norm=True)[0]

"""SmoothGrad: the gradient averaged over noisy copies of the input."""

from dataclasses import dataclass

import numpy as np

from vislib.attribution.base import Attribution, Explainer, Progress, parameter
from vislib.target import Target


@dataclass(frozen=True)
class SmoothGrad(Explainer):
    """max_c |(1/n) Σ ∂ logit(x + ε_k) / ∂ x_c| with ε_k ~ N(0, σ²), σ a share of the input's range.

    The signed gradients are averaged, as the paper writes it, before the absolute value is taken; taking
    it first would add the noise up instead of averaging it out. Values are ≥ 0.

    Reference: Smilkov et al. 2017, arXiv 1706.03825.
    """

    name = "smoothgrad"
    title = "SmoothGrad"
    family = "gradient"
    reference = "Smilkov et al. 2017, arXiv 1706.03825"
    caveat = (
        "Calmer than a single gradient, and it looks more convincing, but it still follows edges; how much it is "
        "smoothed is the noise level's choice."
    )
    signed = False

    n_samples: int = parameter(20, "Samples", low=1, high=500, help="Noisy copies that are averaged.")
    noise: float = parameter(
        0.15, "Noise", low=0.0, high=1.0, help="Standard deviation as a share of the input's range (max − min)."
    )
    seed: int = parameter(0, "Seed", low=0, high=2**31 - 1, help="The same seed gives the same map.")

    def attribute(self, classifier, fitted: np.ndarray, target: Target, progress: Progress) -> Attribution:
        network = classifier.network
        inputs = classifier.prepare(fitted[None])
        sigma = self.noise * float(inputs.max() - inputs.min())
        random = np.random.default_rng(self.seed)
        total = np.zeros(inputs.shape[1:], np.float64)
        done = 0
        progress(0, self.n_samples)
        while done < self.n_samples:
            count = min(network.gradient_batch_size, self.n_samples - done)
            noisy = inputs + random.normal(0, sigma, (count, *inputs.shape[1:])).astype(np.float32)
            total += network.gradients(noisy, target).sum(axis=0, dtype=np.float64)
            done += count
            progress(done, self.n_samples, np.abs(total / done).max(axis=-1).astype(np.float32))
        return Attribution(np.abs(total / done).max(axis=-1))

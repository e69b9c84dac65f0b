"""LIME: a linear model of the score near the image; its inputs are which superpixels are shown."""

from dataclasses import dataclass

import numpy as np

from vislib.attribution.base import parameter
from vislib.attribution.superpixels import Fit, OverSuperpixels, every_coalition
from vislib.language import text


@dataclass(frozen=True)
class Lime(OverSuperpixels):
    """Coefficients w of a ridge regression near the whole image: the score, from which superpixels are shown.

    w minimises Σ_z π(z) (f(z) − b − w·z)² + λ|w|² over coalitions z, each superpixel shown with probability ½, with
    π(z) = √exp(−D² / σ²) and D = 1 − √(|z| / n) the cosine distance of z to the whole image (sections 3.3 and 3.4,
    as in the authors' implementation). If there are at most `n_samples` coalitions in all, 2ⁿ, each is scored once
    and counts as n_samples / 2ⁿ draws, the average number of draws of each.

    `details`: "superpixels" is the label image, "superpixel_values" the w, "intercept" b, and "r2" R², the weighted
    share of the scores' variance that the linear model explains, 1 at best. A low R² means that the score is not
    linear in the superpixels, so w explains little.

    Departs from the authors' implementation in three ways: by default it explains the logit, not the probability;
    superpixels are from SLIC, not quickshift; and the fill is not each superpixel's mean colour.

    Reference: Ribeiro, Singh & Guestrin 2016, arXiv 1602.04938.
    """

    name = "lime"
    title = "LIME"
    question = text("Which superpixels matter in a simple linear model of the network around this image?")
    reference = "Ribeiro, Singh & Guestrin 2016, arXiv 1602.04938"
    caveat = text(
        "It is only as good as its linear model: with a low R² the map cannot be trusted. "
        "Superpixels, fill, kernel width and seed all change it (Alvarez-Melis & Jaakkola 2018, "
        "arXiv 1806.08049)."
    )
    unit = text("coefficient")

    kernel_width: float = parameter(
        0.25, text("Kernel width"), low=0.01, high=2.0, help=text("σ: pictures at larger distances have little weight.")
    )
    ridge: float = parameter(
        1.0, text("Ridge penalty"), low=0.01, high=10.0, help=text("λ: pulls coefficients towards 0.")
    )

    def coalitions(self, n: int) -> np.ndarray:
        random = np.random.default_rng(self.seed)
        # The image itself comes first, as in the authors' implementation: it has weight however narrow the kernel is.
        whole = np.ones((1, n), bool)
        if self._enumerates(n):
            return np.concatenate([whole, random.permutation(every_coalition(n)[:-1])])
        return np.concatenate([whole, random.random((self.n_samples - 1, n)) < 0.5])

    def _enumerates(self, n: int) -> bool:
        return 2**n <= self.n_samples

    def fit(self, coalitions: np.ndarray, scores: np.ndarray) -> Fit:
        from sklearn.linear_model import Ridge  # imported late, as this takes a second

        n = coalitions.shape[1]
        distances = 1 - np.sqrt(coalitions.mean(axis=1))
        weights = np.sqrt(np.exp(-(distances**2) / self.kernel_width**2))
        if self._enumerates(n):
            weights *= self.n_samples / 2**n
        model = Ridge(self.ridge, solver="cholesky").fit(coalitions, scores, weights)
        r2 = _r2(model.predict(coalitions), scores, weights)
        details = {"intercept": np.array(model.intercept_), "r2": np.array(r2)}
        note = text(
            "{n} superpixels. R² = {r2:.2f}: the linear model explains this share of the score's variance over "
            "{pictures:,} pictures with some covered.",
            n=n,
            r2=r2,
            pictures=len(coalitions),
        )
        return Fit(model.coef_, details, note)


def _r2(predicted: np.ndarray, scores: np.ndarray, weights: np.ndarray) -> float:
    """The weighted share of the scores' variance that is explained; 1 where the scores differ by rounding only."""
    if np.ptp(scores) <= 1e-6 * np.abs(scores).max():
        return 1.0
    centred = scores - np.average(scores, weights=weights)
    return 1 - float(weights @ (scores - predicted) ** 2) / float(weights @ centred**2)

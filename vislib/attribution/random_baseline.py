"""Random numbers as a map: the baseline that every method must beat."""

import dataclasses
from dataclasses import dataclass
from typing import Self

import numpy as np

from vislib.attribution.base import Attribution, Detail, Explainer, Family, parameter, upsample
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.progress import Progress
from vislib.targets.base import Target


@dataclass(frozen=True)
class RandomBaseline(Explainer):
    """Uniform random numbers in [0, 1), by default one for each pixel.

    With `n_cells` below the input's side, a grid of `n_cells` × `n_cells` numbers is enlarged to the input's size by
    bilinear interpolation. It is then as coarse as a class activation map with the same number of cells, which is a
    fairer comparison for such maps. Values do not depend on the network, the image or the class.

    Reference: Hooker et al. 2019, arXiv 1806.10758, in which few methods do better than random importance.
    """

    name = "random"
    title = text("Random (baseline)")
    question = text("How well does a map of random numbers do?")
    family = Family.BASELINE
    detail = Detail.PIXELS
    reference = "Hooker et al. 2019, arXiv 1806.10758"
    caveat = text(
        "Explains nothing: random numbers do not depend on the class, the image or the network. If a "
        "method scores no better, its score shows nothing."
    )
    signed = False
    needs_gradients = False
    unit = text("random number")
    class_discriminative = False
    random = True

    n_cells: int | None = parameter(
        None,
        text("Cells"),
        kind=int,
        low=2,
        high=4096,
        help=text("Random numbers along each side, interpolated; by default one for each pixel."),
    )
    seed: int = parameter(0, text("Seed"), low=0, high=2**31 - 1, help=text("The same seed gives the same map."))

    def resolved(self, classifier: Classifier, target: Target | None = None) -> Self:
        side = max(classifier.input_size)
        return dataclasses.replace(self, n_cells=side if self.n_cells is None else min(self.n_cells, side))

    def attribute(self, classifier: Classifier, resized: np.ndarray, target: Target, progress: Progress) -> Attribution:
        assert self.n_cells is not None
        progress(0, 1)
        height, width = resized.shape[:2]
        cells = np.random.default_rng(self.seed).random((min(self.n_cells, height), min(self.n_cells, width)))
        values = upsample(cells, (height, width))
        progress(1, 1, values)
        return Attribution(values)

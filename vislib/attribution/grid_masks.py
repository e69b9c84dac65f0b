"""The base of the methods that measure how the score depends on the cells of a coarse grid: Sobol and HSIC."""

import dataclasses
from dataclasses import dataclass
from typing import Self

import numpy as np

from vislib.attribution import blank_maps
from vislib.attribution.base import Attribution, Explainer, Family, enlargement, parameter
from vislib.attribution.fills import FILLS, cover_image
from vislib.errors import ModelError, ParameterError, listed
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.network.masks import Masks
from vislib.targets.base import Target

_USUAL_CELLS = 8


@dataclass(frozen=True)
class OverGrid(Explainer):
    """A method that scores the image under many masks of `n_cells` × `n_cells` numbers in 0..1, enlarged bilinearly.

    Where a mask is 1 the image shows, where it is 0 the fill, and between them a blend. `details["cells"]` holds the
    map before it is enlarged.
    """

    family = Family.PERTURBATION
    signed = False
    needs_gradients = False
    counted = text("masks")
    random = True
    costly = True

    n_cells: int | None = parameter(
        None, text("Cells"), kind=int, low=2, high=32, help=text("Cells of a mask along each side; by default 8.")
    )
    fill: str = parameter("grey", text("Fill"), choices=FILLS, help=text("What replaces the covered pixels."))
    grey: int = parameter(127, text("Grey level"), low=0, high=255, help=text("For the grey fill: 0 black, 255 white."))
    seed: int = parameter(0, text("Seed"), low=0, high=2**31 - 1, help=text("The same seed gives the same masks."))

    def resolved(self, classifier: Classifier, target: Target | None = None) -> Self:
        return dataclasses.replace(self, n_cells=checked_cells(self, self.n_cells, _USUAL_CELLS, classifier))

    @property
    def cells(self) -> int:
        """The number of cells along each side, once the method is resolved."""
        assert self.n_cells is not None
        return self.n_cells

    def why_blank(
        self, classifier: Classifier, resized: np.ndarray, target: Target, attribution: Attribution, score: float
    ) -> str:
        cover = cover_image(resized, self.fill, self.grey, self.seed)
        return blank_maps.of_covering(classifier, resized, cover, score, text("all masks"))


class MaskedScores:
    """The scores of one image under masks that are given as grids (n, cells, cells).

    Args:
        method: The method, whose fill hides what a mask hides.
        classifier: The classifier.
        resized: The image, resized to the network's input.
        target: What is scored.
    """

    def __init__(self, method: OverGrid, classifier: Classifier, resized: np.ndarray, target: Target):
        cover = cover_image(resized, method.fill, method.grey, method.seed)
        self._shown, self._hidden = (classifier.preprocess_input(each[None]) for each in (resized, cover))
        self._rows, self._columns = (enlargement(method.cells, side) for side in resized.shape[:2])
        self._network, self._target, self._title = classifier.network, target, method.title

    def __call__(self, grids: np.ndarray) -> np.ndarray:
        """The scores (n,) float64.

        Raises:
            ModelError: If one is NaN or infinite.
        """
        places = np.zeros(len(grids), int)
        masks = Masks.of_grids(self._rows, self._columns, grids, places, places)
        scores = self._network.masked_values(self._shown, self._hidden, masks, self._target).astype(np.float64)
        if not np.isfinite(scores).all():
            self._network.check_finite(self._network.values(self._shown, self._target), self._shown)
            raise ModelError(
                text(
                    "{model} gives NaN or infinity for partly covered pictures, so {method} cannot compare them. "
                    "Choose another `fill`: {fills}; or a method that covers nothing, such as saliency.",
                    model=self._network.name,
                    method=self._title,
                    fills=listed(map(str, FILLS)),
                )
            )
        return scores


def checked_cells(method: Explainer, n_cells: int | None, usual: int, classifier: Classifier) -> int:
    """The number of a mask's cells along each side: the given one, or for None the usual one.

    Raises:
        ParameterError: If there are more cells than pixels.
    """
    side = min(classifier.input_size)
    found = n_cells if n_cells is not None else min(usual, side)
    if found > side:
        raise ParameterError(
            text(
                "The `n_cells` parameter of `{owner}` must be at most {side}, the input's side; not {n}.",
                owner=type(method).__name__,
                side=side,
                n=found,
            )
        )
    return found

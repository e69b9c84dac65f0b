"""RISE: the mean of random masks, weighted by the score of the masked image."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from vislib.attribution import blank_maps
from vislib.attribution.base import Attribution, Explainer, Family, enlargement, parameter
from vislib.attribution.fills import FILLS, cover_image
from vislib.attribution.grid_masks import checked_cells
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.network.masks import Masks
from vislib.progress import Progress
from vislib.targets.base import Target


@dataclass(frozen=True)
class Rise(Explainer):
    """S(λ) = 1 / (p·N) Σ_i (f(x ⊙ M_i) − f̄) · M_i(λ) over N random masks M_i with mean p (equation 6).

    f̄ is the mean score over the masks. A value estimates E[f | pixel λ shown] − E[f]: by how much the score rises,
    on average over masks, where the pixel is shown.

    A mask starts as a grid of `n_cells` × `n_cells` zeros and ones; each cell is 1 with probability p. Bilinear
    interpolation enlarges the grid to the image's size plus one cell, and the mask is cut from it at a random offset
    within that cell (section 3.2). Where the mask is 0 the fill shows, and between 0 and 1 a blend.

    `details`: "scores" (N,) holds the f(x ⊙ M_i), and "uncentred" the map without f̄, as in the paper.

    Departs from the paper in explaining the logit by default, not the probability. A logit has no natural zero, and
    without f̄ a constant added to all logits would add a random pattern to the map, since masks do not cover all
    pixels equally. For a target of score "probability", "uncentred" is the paper's map.

    Reference: Petsiuk, Das & Saenko 2018, arXiv 1806.07421.
    """

    name = "rise"
    title = "RISE"
    question = text("Is the score higher when this place is visible, on average over random masks?")
    family = Family.PERTURBATION
    reference = "Petsiuk, Das & Saenko 2018, arXiv 1806.07421"
    caveat = text(
        "It is an average over random masks: with few masks it is blotchy (the paper takes 4,000 to "
        "8,000), and it is never finer than the masks' cells. Half-covered images are unlike the "
        "training images."
    )
    signed = True
    needs_gradients = False
    unit = text("rise of the score")
    counted = text("masks")
    random = True
    costly = True

    n_masks: int = parameter(512, text("Masks"), low=2, high=20000, help=text("How many random masks are averaged."))
    n_cells: int | None = parameter(
        None,
        text("Cells"),
        kind=int,
        low=2,
        high=64,
        help=text("Cells of a mask along each side, before interpolation; by default 7."),
    )
    p: float = parameter(
        0.5, text("Share shown"), low=0.05, high=0.95, help=text("Probability that a mask shows a cell.")
    )
    fill: str = parameter("grey", text("Fill"), choices=FILLS, help=text("What replaces the covered pixels."))
    grey: int = parameter(127, text("Grey level"), low=0, high=255, help=text("For the grey fill: 0 black, 255 white."))
    seed: int = parameter(0, text("Seed"), low=0, high=2**31 - 1, help=text("The same seed gives the same masks."))

    def resolved(self, classifier: Classifier, target: Target | None = None) -> Self:
        return dataclasses.replace(self, n_cells=checked_cells(self, self.n_cells, 7, classifier))

    def attribute(self, classifier: Classifier, resized: np.ndarray, target: Target, progress: Progress) -> Attribution:
        assert self.n_cells is not None
        network, size = classifier.network, resized.shape[:2]
        random = np.random.default_rng(self.seed)
        cover = cover_image(resized, self.fill, self.grey, self.seed)
        shown, hidden = (classifier.preprocess_input(each[None]) for each in (resized, cover))
        cells = [-(-side // self.n_cells) for side in size]
        rows, columns = (enlargement(self.n_cells, (self.n_cells + 1) * cell) for cell in cells)
        scores = np.empty(self.n_masks)
        coverage, weighted = np.zeros(size), np.zeros(size)
        progress(0, self.n_masks)
        for start in range(0, self.n_masks, 16):  # few, so that progress updates and cancellation respond quickly
            done = min(start + 16, self.n_masks)
            drawn = [draw_grid(random, cells, self.n_cells, self.p) for _ in range(start, done)]
            grids, tops, lefts = (np.array(each) for each in zip(*drawn, strict=True))
            masks = Masks.of_grids(rows, columns, grids, tops, lefts)
            scores[start:done] = network.masked_values(shown, hidden, masks, target)
            left = rows[tops[:, None] + np.arange(size[0])] @ grids
            right = columns[lefts[:, None] + np.arange(size[1])]
            coverage += _sum_of_products(left, right)
            weighted += _sum_of_products(scores[start:done, None, None] * left, right)
            values = (weighted - scores[:done].mean() * coverage) / (self.p * done)
            progress(done, self.n_masks, values.astype(np.float32))
        uncentred = (weighted / (self.p * self.n_masks)).astype(np.float32)
        note = text("Average of {n:,} masks of {cells} × {cells} cells.", n=self.n_masks, cells=self.n_cells)
        return Attribution(values, details={"scores": scores, "uncentred": uncentred}, notes=(note,))

    def why_blank(
        self, classifier: Classifier, resized: np.ndarray, target: Target, attribution: Attribution, score: float
    ) -> str:
        cover = cover_image(resized, self.fill, self.grey, self.seed)
        return blank_maps.of_covering(classifier, resized, cover, score, text("{n:,} masks", n=self.n_masks))


def draw_grid(random: np.random.Generator, cells: Sequence[int], n_cells: int, p: float) -> tuple[np.ndarray, int, int]:
    """A random mask: its grid (n_cells, n_cells) of zeros and ones, and the row and column at which it is cut from the
    enlarged grid. `cells` is the (height, width) of a cell in pixels."""
    grid = random.random((n_cells, n_cells)) < p
    top, left = (int(random.integers(0, side)) for side in cells)
    return grid, top, left


def _sum_of_products(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Σ_i left_i @ right_iᵀ of matrices (n, h, k) and (n, w, k), as one product."""
    rows, columns = (each.transpose(1, 0, 2).reshape(each.shape[1], -1) for each in (left, right))
    return rows @ columns.T

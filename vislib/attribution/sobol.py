"""Sobol: the share of the score's variance that each cell of random masks takes part in."""

import math
from dataclasses import dataclass

import numpy as np

from vislib.attribution.base import Attribution, parameter, upsample
from vislib.attribution.grid_masks import MaskedScores, OverGrid
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.progress import Progress
from vislib.targets.base import Target


@dataclass(frozen=True)
class Sobol(OverGrid):
    """The total Sobol index of each cell: S_i = E[(f(A) − f(A with cell i of B))²] / (2 Var f) (Jansen's estimator).

    A and B are masks with independent uniform numbers in their cells, from a scrambled Sobol sequence (quasi-Monte
    Carlo). S_i is the share of the score's variance, over such masks, in which cell i takes part, alone or together
    with others. So the indices of an additive score add up to 1, and otherwise to more.

    Values are ≥ 0 and enlarged bilinearly. `details`: "cells" holds the indices, "variance" Var f. It takes
    n_designs · (n_cells² + 2) passes.

    Departs from the paper in fewer designs and a grid of 8 × 8 instead of 11 × 11 cells, for speed.

    Reference: Fel et al. 2021, arXiv 2111.04138; Jansen 1999, doi 10.1016/S0010-4655(98)00154-4.
    """

    name = "sobol"
    title = "Sobol"
    question = text("How much of the score's variation under random masks is due to each cell?")
    reference = "Fel et al. 2021, arXiv 2111.04138"
    caveat = text(
        "It says how strongly a cell acts on the score, not in which direction. It is as coarse as "
        "the cells, noisy with few designs, and most masked pictures are unlike the training images."
    )
    unit = text("share of the score's variance")

    n_designs: int = parameter(
        16, text("Designs"), low=2, high=1024, help=text("Pairs of masks A and B; each takes n_cells² + 2 passes.")
    )

    def attribute(self, classifier: Classifier, resized: np.ndarray, target: Target, progress: Progress) -> Attribution:
        n_cells, size = self.cells**2, resized.shape[:2]
        scored = MaskedScores(self, classifier, resized, target)
        scores = np.empty((self.n_designs, n_cells + 2))
        total = scores.size
        progress(0, total)
        for number, (a, b) in enumerate(self.designs()):
            scores[number] = scored(exchanged(a, b).reshape(-1, self.cells, self.cells))
            done, partial = number + 1, None
            if done > 1:
                indices, variance = total_indices(scores[:done])
                cells = indices.reshape(self.cells, self.cells).astype(np.float32)
                partial = upsample(cells, size)
            progress(done * (n_cells + 2), total, partial)
        note = text(
            "From {n:,} masks of {cells} × {cells} cells; the indices add up to {total:.2f}.",
            n=total,
            cells=self.cells,
            total=float(indices.sum()),
        )
        details = {"cells": cells, "variance": np.array(variance)}
        return Attribution(upsample(cells, size), details=details, notes=(note,))

    def designs(self) -> np.ndarray:
        """The masks A and B of each design, (n_designs, 2, cells) in 0..1."""
        from scipy.stats import qmc  # imported late, so that importing vislib stays quick

        sequence = qmc.Sobol(2 * self.cells**2, rng=np.random.default_rng(self.seed))
        points = sequence.random_base2(math.ceil(math.log2(self.n_designs)))  # only these numbers are balanced
        return points[: self.n_designs].reshape(self.n_designs, 2, self.cells**2)


def exchanged(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The masks of one design (n + 2, n): A, B, and for each of n cells A with that cell of B."""
    each = np.where(np.eye(len(a), dtype=bool), b, a)
    return np.concatenate([a[None], b[None], each])


def total_indices(scores: np.ndarray) -> tuple[np.ndarray, float]:
    """The total Sobol indices (n,) and the variance, from scores (designs, n + 2) of the masks of `exchanged`."""
    variance = float(np.var(scores[:, :2]))
    changes = ((scores[:, 2:] - scores[:, :1]) ** 2).mean(axis=0) / 2
    return np.divide(changes, variance, out=np.zeros_like(changes), where=variance > 0), variance

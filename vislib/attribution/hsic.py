"""HSIC: how strongly the score depends on whether each cell is shown, by a kernel measure of dependence."""

from dataclasses import dataclass

import numpy as np

from vislib.attribution.base import Attribution, parameter, upsample
from vislib.attribution.grid_masks import MaskedScores, OverGrid
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.progress import Progress
from vislib.targets.base import Target

_AT_ONCE = 32  # masks: few, so that progress updates and cancellation respond quickly
_PARTIALS = 16


@dataclass(frozen=True)
class Hsic(OverGrid):
    """HSIC_i = tr(K_i H L H) / (n − 1)², the Hilbert-Schmidt independence criterion of cell i and the score.

    Over n random masks, which show each cell in half of them: K_i(a, b) is ½ where masks a and b agree on cell i and
    −½ otherwise; L(a, b) = exp(−(f_a − f_b)² / 2σ²) compares their scores, with σ the median |f_a − f_b|; H subtracts
    the means (section 3). HSIC_i falls to 0 as 1 / n if the score does not depend on the cell in any way. It finds
    every kind of dependence, with fewer passes than Sobol indices.

    Values are ≥ 0 and enlarged bilinearly. `details`: "cells" holds the HSIC_i, "scores" the f, "width" σ.

    Reference: Novello, Fel & Vigouroux 2022, arXiv 2206.06219.
    """

    name = "hsic"
    title = "HSIC"
    question = text("Does the score depend on a cell being shown, in whatever way?")
    reference = "Novello, Fel & Vigouroux 2022, arXiv 2206.06219"
    caveat = text(
        "It says how strongly the score depends on a cell, not in which direction. Where cells act "
        "only together, few masks leave it noisy. Most masked pictures are unlike the training "
        "images."
    )
    unit = text("dependence (HSIC)")

    n_masks: int = parameter(512, text("Masks"), low=2, high=8192, help=text("How many random masks are compared."))

    def attribute(self, classifier: Classifier, resized: np.ndarray, target: Target, progress: Progress) -> Attribution:
        size, scored = resized.shape[:2], MaskedScores(self, classifier, resized, target)
        shown, scores = self.masks(), np.empty(self.n_masks)
        each_partial = max(self.n_masks // (_PARTIALS * _AT_ONCE), 1) * _AT_ONCE
        progress(0, self.n_masks)
        for start in range(0, self.n_masks, _AT_ONCE):
            done, partial = min(start + _AT_ONCE, self.n_masks), None
            scores[start:done] = scored(shown[start:done].reshape(-1, self.cells, self.cells))
            if done == self.n_masks or (done % each_partial == 0 and done > _AT_ONCE):
                found, width = dependences(shown[:done], scores[:done])
                cells = found.reshape(self.cells, self.cells).astype(np.float32)
                partial = upsample(cells, size)
            progress(done, self.n_masks, partial)
        note = text(
            "From {n:,} masks, each of which shows half of {cells} × {cells} cells.", n=self.n_masks, cells=self.cells
        )
        details: dict[str, np.ndarray] = {"cells": cells, "scores": scores, "width": np.array(width)}
        return Attribution(upsample(cells, size), details=details, notes=(note,))

    def masks(self) -> np.ndarray:
        """Which cells each mask shows, (n_masks, cells) of 0 and 1: each cell in half of them (a Latin hypercube)."""
        random = np.random.default_rng(self.seed)
        halves = np.repeat((np.arange(self.n_masks) % 2)[:, None], self.cells**2, axis=1)
        return random.permuted(halves, axis=0).astype(np.float32)


def dependences(shown: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, float]:
    """HSIC (cells,) of the cells of masks (n, cells) of 0 and 1 and their scores (n,), and the width σ."""
    n, apart = len(scores), np.abs(scores[:, None] - scores)
    width = float(np.median(apart[np.triu_indices(n, 1)])) or float(scores.std())
    if width == 0:
        return np.zeros(shown.shape[1]), width
    alike = np.exp(-((apart / width) ** 2) / 2)
    means = alike.mean(axis=0)
    centred = alike - means - means[:, None] + means.mean()
    # K_i = ½ s sᵀ with s = ±1, so the trace is a quadratic form. It is ≥ 0 but for rounding.
    signs = 2.0 * shown - 1
    return np.maximum(((centred @ signs) * signs).sum(axis=0) / 2, 0) / (n - 1) ** 2, width

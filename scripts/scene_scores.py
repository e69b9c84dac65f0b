"""How well a network does on scenes whose mask and sizes are known."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vislib.training.scenes import Scenes

if TYPE_CHECKING:
    import keras

_BATCH = 250


@dataclass(frozen=True, eq=False)
class MaskScores:
    """Agreement of predicted with true masks, over all pixels of all scenes.

    Args:
        iou: (classes,) intersection over union, 0..1; NaN for a class that neither has.
        pixel_accuracy: Share of the pixels with the true class, 0..1.
        background: Share of the pixels that are background, 0..1: the pixel accuracy of a network that sees nothing.
    """

    iou: np.ndarray
    pixel_accuracy: float
    background: float

    @property
    def mean_iou(self) -> float:
        """Mean over the classes that occur, background included."""
        return float(np.nanmean(self.iou))


@dataclass(frozen=True, eq=False)
class SizeScores:
    """Agreement of predicted with true sizes, for height and width, in px.

    Args:
        mean_error: (2,) mean absolute error.
        error_95: (2,) absolute error that 95 % of the scenes stay below.
        constant_error: (2,) the smallest mean absolute error of a constant, which the median has.
    """

    mean_error: np.ndarray
    error_95: np.ndarray
    constant_error: np.ndarray


def mask_scores(model: "keras.Model", scenes: Scenes) -> MaskScores:
    """Scores of a network from images in 0..1 to class probabilities at each pixel (n, h, w, classes)."""
    batches = [_outputs(model, scenes.images, start) for start in range(0, len(scenes.images), _BATCH)]
    n_classes = batches[0].shape[-1]
    predicted = np.concatenate([batch.argmax(axis=-1) for batch in batches])
    pairs = scenes.masks.astype(np.int64) * n_classes + predicted
    counts = np.bincount(pairs.ravel(), minlength=n_classes**2).reshape(n_classes, n_classes)
    hits = counts.diagonal()
    union = counts.sum(axis=0) + counts.sum(axis=1) - hits
    iou = np.divide(hits, union, out=np.full(n_classes, np.nan), where=union > 0)
    return MaskScores(iou, float(hits.sum() / counts.sum()), float(counts[0].sum() / counts.sum()))


def size_scores(model: "keras.Model", scenes: Scenes) -> SizeScores:
    """Scores of a network from images in 0..1 to height and width (n, 2) in px."""
    predicted = np.concatenate([_outputs(model, scenes.images, s) for s in range(0, len(scenes.images), _BATCH)])
    errors = np.abs(predicted - scenes.sizes)
    constant = np.abs(scenes.sizes - np.median(scenes.sizes, axis=0)).mean(axis=0)
    return SizeScores(errors.mean(axis=0), np.percentile(errors, 95, axis=0), constant)


def _outputs(model: "keras.Model", images: np.ndarray, start: int) -> np.ndarray:
    return np.asarray(model(images[start : start + _BATCH].astype(np.float32) / 255, training=False))

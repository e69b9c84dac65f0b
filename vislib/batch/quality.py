"""How good the predictions of a batch are, where none is simply right or wrong: errors of numbers, overlap of masks;
and the labels by which none can be right."""

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np

from vislib.batch.reading import Batch
from vislib.language import Text, plural, text
from vislib.tasks import Task


@dataclass(frozen=True)
class ValueErrors:
    """The errors of one predicted number over the images with a known true value.

    Attributes:
        label: The output's name.
        n: Number of images with a true value.
        mean_absolute: Mean of |predicted − true|.
        root_mean_squared: Root of the mean of (predicted − true)².
        bias: Mean of predicted − true; positive where the predictions are too high.
        r_squared: 1 − Σ (predicted − true)² / Σ (true − mean true)², at most 1; 0 is as good as the mean true value for
            every image; NaN if all true values are equal.
    """

    label: str
    n: int
    mean_absolute: float
    root_mean_squared: float
    bias: float
    r_squared: float


@dataclass(frozen=True)
class ClassOverlap:
    """One class of a segmentation over the pixels with a known class.

    Attributes:
        class_index: The class.
        iou: Pixels that prediction and truth both give it, as a share 0..1 of those that at least one does.
        n_px: Number of pixels that at least one gives it.
    """

    class_index: int
    iou: float
    n_px: int


@dataclass(frozen=True)
class MaskQuality:
    """The agreement of a segmentation with the true masks, over all pixels of the output with a known class.

    Attributes:
        n: Number of images with a mask.
        pixel_accuracy: Share 0..1 of the pixels with the right class.
        mean_iou: Mean of the classes' IoU.
        classes: The classes that are true or predicted somewhere, the lowest IoU first.
    """

    n: int
    pixel_accuracy: float
    mean_iou: float
    classes: tuple[ClassOverlap, ...]


def value_errors(batch: Batch) -> tuple[ValueErrors, ...]:
    """The errors of each output of a regression; empty for another task or without true values."""
    if batch.task is not Task.REGRESSION:
        return ()
    table = batch.table(["values", "true_values"])
    pairs = zip(table.column("values").to_pylist(), table.column("true_values").to_pylist(), strict=True)
    known = [(values, true) for values, true in pairs if values is not None and true is not None]
    if not known:
        return ()
    predicted, true = (np.array(each, np.float64) for each in zip(*known, strict=True))
    return tuple(_errors(label, predicted[:, at], true[:, at]) for at, label in enumerate(batch.labels))


def _errors(label: str, predicted: np.ndarray, true: np.ndarray) -> ValueErrors:
    off = predicted - true
    spread = ((true - true.mean()) ** 2).sum()
    r_squared = 1 - (off**2).sum() / spread if spread else float("nan")
    return ValueErrors(
        label, len(off), float(np.abs(off).mean()), float(np.sqrt((off**2).mean())), float(off.mean()), float(r_squared)
    )


def mask_quality(batch: Batch) -> MaskQuality | None:
    """The agreement of a segmentation with the true masks; None for another task or without masks."""
    if batch.task is not Task.SEGMENTATION:
        return None
    table = batch.table(["both_px", "either_px"])
    columns = (table.column(name).drop_null().to_pylist() for name in ("both_px", "either_px"))
    both, either = (np.array(column, np.int64) for column in columns)
    if not len(both):
        return None
    n, both, either = len(both), both.sum(axis=0), either.sum(axis=0)
    present = np.flatnonzero(either)
    classes = [ClassOverlap(int(at), float(both[at] / either[at]), int(either[at])) for at in present]
    # A pixel with another class than the true one counts in the union of two classes.
    n_px = both.sum() + (either.sum() - both.sum()) / 2
    return MaskQuality(
        n,
        float(both.sum() / n_px),
        float(np.mean([each.iou for each in classes])),
        tuple(sorted(classes, key=lambda each: each.iou)),
    )


def unknown_labels(batch: Batch) -> tuple[tuple[str, int], ...]:
    """The labels that are no class of the network, each with its number of images, the most frequent first; empty for
    a network without a most probable class."""
    if not batch.has_probabilities:
        return ()
    table = batch.table(["label", "label_index"])
    pairs = zip(table.column("label").to_pylist(), table.column("label_index").to_pylist(), strict=True)
    return tuple(Counter(label for label, index in pairs if label is not None and index is None).most_common())


def said_of_unknown(labels: tuple[tuple[str, int], ...]) -> list[Text]:
    """A sentence on the labels that `unknown_labels` found; none without them."""
    if not labels:
        return []
    return [
        plural(
            "The label of {n} image is no class of the network: “{label}”. It counts as an image without a label.",
            "The labels of {n:,} images are no classes of the network, for example “{label}”. They count as images "
            "without a label.",
            sum(n for _, n in labels),
            label=labels[0][0],
        )
    ]


def in_words(batch: Batch) -> list[Text]:
    """The quality of a batch's predictions, a sentence for each number or for the masks; of an accuracy only the labels
    that are left out of it."""
    unit = f" {batch.unit}" if batch.unit else ""
    lines = said_of_unknown(unknown_labels(batch))
    for errors in value_errors(batch):
        error, images = f"{errors.mean_absolute:.4g}{unit}", plural("{n} image", "{n:,} images", errors.n)
        if math.isnan(errors.r_squared):
            lines.append(
                text(
                    "{label}: mean absolute error {error}, of {images} with a true value.",
                    label=errors.label,
                    error=error,
                    images=images,
                )
            )
        else:
            lines.append(
                text(
                    "{label}: mean absolute error {error}, R² {r_squared:.3f}, of {images} with a true value.",
                    label=errors.label,
                    error=error,
                    r_squared=errors.r_squared,
                    images=images,
                )
            )
    masks = mask_quality(batch)
    if masks is not None:
        lines.append(
            text(
                "Mean IoU {iou:.1f} %, pixel accuracy {share:.1f} %, of {images} with a mask.",
                iou=masks.mean_iou * 100,
                share=masks.pixel_accuracy * 100,
                images=plural("{n} image", "{n:,} images", masks.n),
            )
        )
    return lines

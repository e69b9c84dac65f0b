"""What a row says of the network's output, for each task: its columns, and their values for one image."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from vislib.batch.masks import overlaps
from vislib.model.classifier import Classifier
from vislib.tasks import Task

if TYPE_CHECKING:
    import pyarrow as pa

THRESHOLD = 0.5
"""From this probability on, a label of a multi-label network counts as found."""


def outcome_fields(task: Task) -> "list[tuple[str, pa.DataType]]":
    """The columns of a task, in order: names and types.

    Classes with probabilities: `predicted`, `predicted_label`, `probability`, `correct`, `top_…`; several labels an
    image also `found_labels`, and `correct` is empty. A segmentation: shares of the pixels, and how far they agree
    with the true mask. Numbers: `value` (the first output), `values` (all); a regression also the true ones.
    """
    import pyarrow as pa

    number, count = pa.float64(), pa.int64()
    if not task.has_classes:
        fields = [("value", number), ("values", pa.list_(number))]
        true = [("true_value", number), ("deviation", number), ("true_values", pa.list_(number))]
        return fields + (true if task is Task.REGRESSION else [])
    first = [("label_index", pa.int32()), ("predicted", pa.int32()), ("predicted_label", pa.string())]
    top = [("top_index", pa.list_(pa.int32())), ("top_label", pa.list_(pa.string()))]
    if task is Task.SEGMENTATION:
        masks = [("pixel_accuracy", number), ("mean_iou", number)]
        lists = [("both_px", pa.list_(count)), ("either_px", pa.list_(count))]
        return [*first, ("value", number), *top, ("top_value", pa.list_(number)), *masks, *lists]
    several = [("found_labels", pa.list_(pa.string()))] if task is Task.MULTI_LABEL else []
    shares = [("top_probability", pa.list_(number))]
    return [*first, ("probability", number), ("correct", pa.bool_()), *top, *shares, *several]


def outcome(
    classifier: Classifier, logits: np.ndarray, top: int, row: dict[str, Any], mask: np.ndarray | None
) -> dict[str, Any]:
    """The values of the columns of `outcome_fields` that the network's output decides.

    Args:
        classifier: The classifier.
        logits: Logits (classes,), or (h, w, classes) of a segmentation.
        top: Number of classes that are kept.
        row: The row so far, with "label" and, where there are classes, "label_index".
        mask: The true class (h, w) of each pixel of a segmentation's output; None if unknown.
    """
    task = classifier.task
    if not task.has_classes:
        values = [float(value) for value in classifier.values(logits)]
        found = {"value": values[0], "values": values}
        return found | (_deviation(values, row["label"]) if task is Task.REGRESSION else {})
    ranked = classifier.ranked(logits, top)
    found = {
        "predicted": ranked[0].index,
        "predicted_label": ranked[0].label,
        "top_index": [each.index for each in ranked],
        "top_label": [each.label for each in ranked],
    }
    values = [each.value for each in ranked]
    if task is Task.SEGMENTATION:
        return found | {"value": values[0], "top_value": values} | _agreement_with(mask, logits)
    label = row["label_index"]
    found |= {"probability": values[0], "top_probability": values, "correct": None}
    if task is Task.MULTI_LABEL:  # one label of a file or folder does not say that the image has no other
        probabilities = classifier.values(logits)
        return found | {"found_labels": [classifier.labels[at] for at in np.flatnonzero(probabilities >= THRESHOLD)]}
    return found | ({} if label is None else {"correct": ranked[0].index == label})


def true_values(label: str | None, n_outputs: int) -> list[float] | None:
    """The true values that a label gives: numbers with spaces, commas or semicolons between; None if it gives not
    exactly one finite number an output."""
    try:
        found = [float(part) for part in re.split(r"[\s,;]+", (label or "").strip())]
    except ValueError:
        return None
    return found if len(found) == n_outputs and np.isfinite(found).all() else None


def _deviation(values: Sequence[float], label: str | None) -> dict[str, Any]:
    true = true_values(label, len(values))
    if true is None:
        return {}
    return {"true_value": true[0], "deviation": values[0] - true[0], "true_values": true}


def _agreement_with(mask: np.ndarray | None, logits: np.ndarray) -> dict[str, Any]:
    if mask is None or not (mask >= 0).any():
        return {}
    both, either = overlaps(logits.argmax(axis=-1), mask, logits.shape[-1])
    return {
        "pixel_accuracy": sum(both) / int((mask >= 0).sum()),
        "mean_iou": float(np.mean([b / e for b, e in zip(both, either, strict=True) if e])),
        "both_px": both,
        "either_px": either,
    }

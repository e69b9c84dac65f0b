"""What is said of one image's prediction, where it is no class with a probability."""

import html
from typing import Any

from vislib.batch import Batch
from vislib.report.text import number, percent
from vislib.tasks import Task


def verdict(batch: Batch, row: dict[str, Any]) -> str:
    """What the network says about an image, and what is true, as HTML."""
    if batch.task is Task.SEGMENTATION:
        said = f"{html.escape(str(row['predicted_label']))} {percent(row['value'])} of the pixels"
        if row["explained_label"] not in (None, row["predicted_label"]):
            said += f", explained: {html.escape(str(row['explained_label']))}"
        return said if row["mean_iou"] is None else f"{said}, mean IoU {percent(row['mean_iou'])}"
    said = f"{html.escape(batch.labels[0])} {number(row['value'])}{html.escape(unit(batch))}"
    if row.get("true_value") is None:
        return said
    return f"{said}, is {number(row['true_value'])} ({number(row['deviation'], sign=True)})"


def unit(batch: Batch) -> str:
    """The unit after a number, such as " years"; "" if there is none."""
    return f" {batch.unit}" if batch.unit else ""

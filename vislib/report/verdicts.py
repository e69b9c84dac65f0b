"""What is said of one image's prediction, where it is no class with a probability."""

import html
from typing import Any

from vislib.batch import Batch
from vislib.language import listing, percent, text, tr
from vislib.report.text import number
from vislib.tasks import Task


def verdict(batch: Batch, row: dict[str, Any]) -> str:
    """What the network says about an image, and what is true, as HTML."""
    if batch.task is Task.SEGMENTATION:
        label = html.escape(str(row["predicted_label"]))
        said = [text("{label} {share} of the pixels", label=label, share=percent(row["value"]))]
        if row["explained_label"] not in (None, row["predicted_label"]):
            said.append(text("explained: {label}", label=html.escape(str(row["explained_label"]))))
        if row["mean_iou"] is not None:
            said.append(text("mean IoU {share}", share=percent(row["mean_iou"])))
        return tr(listing(said, "plain"))
    predicted = f"{html.escape(batch.labels[0])} {number(row['value'])}{html.escape(unit(batch))}"
    if row.get("true_value") is None:
        return predicted
    return tr(
        "{predicted}, is {true} ({difference})",
        predicted=predicted,
        true=number(row["true_value"]),
        difference=number(row["deviation"], sign=True),
    )


def unit(batch: Batch) -> str:
    """The unit after a number, such as " years"; "" if there is none."""
    return f" {batch.unit}" if batch.unit else ""

"""What a network says, as text and as a table: probabilities, shares of pixels, or numbers with their unit."""

import csv
import io
from collections.abc import Mapping, Sequence

import vislib
from pages._ui.widgets.bars import bars, numbers, short_number
from vislib.tasks import Task

_HOW = {
    Task.CLASSIFICATION: "{}",
    Task.BINARY: "one {}",
    Task.MULTI_LABEL: "independent, {}",
    Task.SEGMENTATION: "for each pixel of {size}, {}",
}
_COLUMN = {Task.SEGMENTATION: "share_of_pixels"}


def kind_of_outputs(classifier: vislib.Classifier) -> str:
    """How many classes or outputs there are, and what they are."""
    network, n = classifier.network, len(classifier.labels)
    shape = network.output_shape
    size = f"{shape[1]} × {shape[0]}" if len(shape) == 3 else ""
    if classifier.task.has_classes:
        by = "the model's own probabilities" if network.head.probabilities_only else network.activation
        return f"{n:,}, {_HOW[classifier.task].format(by, size=size)}"
    what = {
        Task.REGRESSION: f"{'number' if n == 1 else 'numbers'}{f' in {classifier.unit}' if classifier.unit else ''}",
        Task.EMBEDDING: "numbers of one vector",
        Task.UNKNOWN: "scores of classes or numbers",
    }[classifier.task]
    return f"{n:,} ({what}{f', for each pixel of {size}' if size else ''})"


def title(classifier: vislib.Classifier, image_name: str) -> str:
    """What the predictions for an image are."""
    if classifier.task is Task.SEGMENTATION:
        return f"The classes of {image_name} with the largest share of its pixels"
    if not classifier.task.has_classes:
        return f"The outputs for {image_name}" + (", up to three of them" if len(classifier.labels) > 3 else "")
    return f"The {'three ' if len(classifier.labels) > 2 else ''}most probable classes of {image_name}"


def as_html(predictions: Sequence[vislib.Prediction], unit: str) -> str:
    """Shares as bars, numbers as they are with their unit."""
    if all(one.is_share for one in predictions):
        return bars([(one.label, one.value) for one in predictions])
    return numbers(
        [(one.label, one.value) for one in predictions],
        "Outputs",
        lambda value: short_number(float(f"{value:.3g}"), unit),
    )


def csv_of(found: Mapping[str, Sequence[vislib.Prediction]], classifier: vislib.Classifier) -> bytes:
    """The predictions with each preprocessing, one a line."""
    column = _COLUMN.get(classifier.task, "probability" if classifier.task.has_classes else "value")
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["preprocessing", "rank", "class_index", "label", column])
    for name, predictions in found.items():
        for rank, one in enumerate(predictions, 1):
            table.writerow([name, rank, one.index, one.label, one.value])
    return text.getvalue().encode()

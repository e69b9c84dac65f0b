"""What a network says, as text and as a table: probabilities, shares of pixels, or numbers with their unit."""

import csv
import io
from collections.abc import Mapping, Sequence

import vislib
from pages._ui.widgets.bars import bars, numbers
from vislib.language import Text, plural, text, tr, with_unit
from vislib.tasks import Task

_COLUMN = {Task.SEGMENTATION: "share_of_pixels"}


def kind_of_outputs(classifier: vislib.Classifier) -> Text:
    """How many classes or outputs there are, and what they are."""
    network, n = classifier.network, len(classifier.labels)
    shape = network.output_shape
    size = f"{shape[1]} × {shape[0]}" if len(shape) == 3 else ""
    if classifier.task.has_classes:
        own = network.head.probabilities_only
        return _classes(classifier.task, n, text("the model's own probabilities") if own else network.activation, size)
    unit = classifier.unit
    what = {
        Task.REGRESSION: plural("number in {unit}", "numbers in {unit}", n, unit=unit)
        if unit
        else plural("number", "numbers", n),
        Task.EMBEDDING: text("numbers of one vector"),
        Task.UNKNOWN: text("scores of classes or numbers"),
    }[classifier.task]
    return (
        text("{n:,} ({what}, for each pixel of {size})", n=n, what=what, size=size)
        if size
        else text("{n:,} ({what})", n=n, what=what)
    )


def _classes(task: Task, n: int, by: str, size: str) -> Text:
    """How many classes there are, and the function that gives their probabilities."""
    match task:
        case Task.BINARY:
            return text("{n:,}, one {function}", n=n, function=by)
        case Task.MULTI_LABEL:
            return text("{n:,}, independent, {function}", n=n, function=by)
        case Task.SEGMENTATION:
            return text("{n:,}, for each pixel of {size}, {function}", n=n, size=size, function=by)
    return text("{n:,}, {function}", n=n, function=by)


def title(classifier: vislib.Classifier, image_name: str) -> Text:
    """What the predictions for an image are."""
    n = len(classifier.labels)
    if classifier.task is Task.SEGMENTATION:
        return text("The classes of {image} with the largest share of its pixels", image=image_name)
    if not classifier.task.has_classes:
        if n > 3:
            return text("The outputs for {image}, up to three of them", image=image_name)
        return text("The outputs for {image}", image=image_name)
    if n > 2:
        return text("The three most probable classes of {image}", image=image_name)
    return text("The most probable classes of {image}", image=image_name)


def as_html(predictions: Sequence[vislib.Prediction], unit: str) -> str:
    """Shares as bars, numbers as they are with their unit."""
    if all(one.is_share for one in predictions):
        return bars([(one.label, one.value) for one in predictions])
    return numbers(
        [(one.label, one.value) for one in predictions],
        tr("Outputs"),
        lambda value: with_unit(float(f"{value:.3g}"), unit),
    )


def csv_of(found: Mapping[str, Sequence[vislib.Prediction]], classifier: vislib.Classifier) -> bytes:
    """The predictions with each preprocessing, one a line."""
    column = _COLUMN.get(classifier.task, "probability" if classifier.task.has_classes else "value")
    lines = io.StringIO()
    table = csv.writer(lines)
    table.writerow(["preprocessing", "rank", "class_index", "label", column])
    for name, predictions in found.items():
        for rank, one in enumerate(predictions, 1):
            table.writerow([name, rank, one.index, one.label, one.value])
    return lines.getvalue().encode()

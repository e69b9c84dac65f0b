"""What a report says of predictions that are no classes with probabilities: errors of numbers, overlap of masks."""

import html

from vislib.batch import Batch
from vislib.report.cards import Cards
from vislib.report.findings import Findings
from vislib.report.tables import bar, table
from vislib.report.text import number, percent
from vislib.report.tiles import Tiles
from vislib.report.verdicts import unit
from vislib.tasks import Task


def headline(batch: Batch, found: Findings) -> str:
    """How good the predictions are; "" where it is unknown or is an accuracy."""
    if found.values:
        first = found.values[0]
        return (
            f"{html.escape(first.label)}: mean absolute error {number(first.mean_absolute)}{html.escape(unit(batch))}, "
            f"{first.n:,} images"
        )
    if found.masks is not None:
        return f"Mean IoU {percent(found.masks.mean_iou)} of {found.masks.n:,} images"
    return ""


def facts(found: Findings) -> list[tuple[str, str]]:
    """Figures and their names."""
    if found.values:
        first = found.values[0]
        return [(number(first.r_squared), f"R² of “{first.label}”"), (number(first.bias), "mean error with its sign")]
    if found.masks is None:
        return []
    return [(percent(found.masks.pixel_accuracy), "of the pixels are right")]


def numbers(batch: Batch, found: Findings) -> str:
    """A table of the predicted numbers, with their errors where true values are known."""
    if batch.task.has_classes or not found.ranges:
        return ""
    errors = {each.label: each for each in found.values}
    rows = []
    for label, (least, mean, largest) in zip(batch.labels, found.ranges, strict=True):
        cells = [least, mean, largest]
        if label in errors:
            each = errors[label]
            cells += [each.mean_absolute, each.root_mean_squared, each.bias, each.r_squared]
        figures = "".join(f'<td class="n">{number(cell)}</td>' for cell in cells)
        rows.append(f'<tr><td class="name">{html.escape(label)}</td>{figures}</tr>')
    names = ["Least", "Mean", "Largest"]
    names += ["Mean absolute error", "Root mean squared", "Mean error", "R²"] if errors else []
    in_unit = f", in {batch.unit}" if batch.unit else ""
    head = f"<tr><th>Output{html.escape(in_unit)}</th>{''.join(f'<th class=n>{name}</th>' for name in names)}</tr>"
    return f'<p class="soft">{_about_numbers(batch, found)}</p>{table(head, rows)}'


def _about_numbers(batch: Batch, found: Findings) -> str:
    if batch.task is Task.UNKNOWN:
        return (
            "Nothing in the model says whether its outputs are scores of classes or numbers, so they are shown as they "
            'are. task="classification" or task="regression" of load_classifier, or --task, says which.'
        )
    if found.values:
        return (
            f"True values of {found.values[0].n:,} images, from their labels. An error is the predicted value minus "
            "the true one. R² is 1 without errors, and 0 if the mean true value would do as well."
        )
    if batch.task is Task.REGRESSION:
        return "No label of these images is a number for each output, so there are no errors."
    return "The numbers of an embedding have no meaning of their own; similar images have similar vectors."


def overlap(batch: Batch, found: Findings) -> str:
    """A table of the classes' IoU, the lowest first."""
    if found.masks is None:
        return ""
    rows = [
        f'<tr><td class="name">{html.escape(batch.labels[each.class_index])}</td><td class="n">{percent(each.iou)}</td>'
        f'<td>{bar(each.iou)}</td><td class="n">{each.n_px:,}</td></tr>'
        for each in found.masks.classes
    ]
    lead = (
        "IoU is the number of pixels that prediction and true mask both give a class, divided by the number that at "
        f"least one of them does, over all {found.masks.n:,} images with a mask. Lowest first."
    )
    head = "<tr><th>Class</th><th class=n>IoU</th><th></th><th class=n>Pixels</th></tr>"
    return f'<p class="soft">{lead}</p>{table(head, rows)}'


def worst(batch: Batch, tiles: Tiles, found: Findings) -> str:
    """The images with the largest errors, or the lowest mean IoU."""
    if not found.worst.numbers:
        return ""
    cards = Cards(batch, tiles).images(found.worst.numbers, batch.methods, [])
    if batch.task is Task.SEGMENTATION:
        lead = "The lowest mean IoU of an image over the classes in its mask or its prediction."
    else:
        lead = f"The largest errors of “{html.escape(batch.labels[0])}”, in either direction."
    return f'<p class="soft">{lead}</p>{cards}'

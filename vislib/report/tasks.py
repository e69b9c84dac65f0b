"""What a report says of predictions that are no classes with probabilities: errors of numbers, overlap of masks."""

import html

from vislib.batch import Batch
from vislib.language import percent, tr
from vislib.report.cards import Cards
from vislib.report.findings import Findings
from vislib.report.tables import bar, table
from vislib.report.text import number
from vislib.report.tiles import Tiles
from vislib.report.verdicts import unit
from vislib.tasks import Task


def headline(batch: Batch, found: Findings) -> str:
    """How good the predictions are; "" where it is unknown or is an accuracy."""
    if found.values:
        first = found.values[0]
        return tr(
            "{label}: mean absolute error {error}, {n:,} images",
            label=html.escape(first.label),
            error=f"{number(first.mean_absolute)}{html.escape(unit(batch))}",
            n=first.n,
        )
    if found.masks is not None:
        return tr("Mean IoU {share} of {n:,} images", share=percent(found.masks.mean_iou), n=found.masks.n)
    return ""


def facts(found: Findings) -> list[tuple[str, str]]:
    """Figures and their names."""
    if found.values:
        first = found.values[0]
        return [
            (number(first.r_squared), tr("R² of “{label}”", label=first.label)),
            (number(first.bias), tr("mean error with its sign")),
        ]
    if found.masks is None:
        return []
    return [(percent(found.masks.pixel_accuracy), tr("pixel accuracy"))]


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
    names = [tr("Least"), tr("Mean"), tr("Largest")]
    if errors:
        names += [tr("Mean absolute error"), tr("Root mean squared"), tr("Mean error"), "R²"]
    output = tr("Output, in {unit}", unit=batch.unit) if batch.unit else tr("Output")
    head = f"<tr><th>{html.escape(output)}</th>{''.join(f'<th class=n>{name}</th>' for name in names)}</tr>"
    return f'<p class="soft">{_about_numbers(batch, found)}</p>{table(head, rows)}'


def _about_numbers(batch: Batch, found: Findings) -> str:
    if batch.task is Task.UNKNOWN:
        return tr(
            "Nothing in the model says whether its outputs are scores of classes or numbers, so they are shown as they "
            'are. task="classification" or task="regression" of load_classifier, or --task, says which.'
        )
    if found.values:
        return tr(
            "True values of {n:,} images, from their labels. An error is the predicted value minus the true one. R² is "
            "1 without errors, and 0 if the mean true value would do as well.",
            n=found.values[0].n,
        )
    if batch.task is Task.REGRESSION:
        return tr("No label of these images is a number for each output, so there are no errors.")
    return tr("The numbers of an embedding have no meaning of their own; similar images have similar vectors.")


def overlap(batch: Batch, found: Findings) -> str:
    """A table of the classes' IoU, the lowest first."""
    if found.masks is None:
        return ""
    rows = [
        f'<tr><td class="name">{html.escape(batch.labels[each.class_index])}</td><td class="n">{percent(each.iou)}</td>'
        f'<td>{bar(each.iou)}</td><td class="n">{each.n_px:,}</td></tr>'
        for each in found.masks.classes
    ]
    lead = tr(
        "IoU is the number of pixels that prediction and true mask both give a class, divided by the number that at "
        "least one of them does, over all {n:,} images with a mask. Lowest first.",
        n=found.masks.n,
    )
    head = f"<tr><th>{tr('Class')}</th><th class=n>IoU</th><th></th><th class=n>{tr('Pixels')}</th></tr>"
    return f'<p class="soft">{lead}</p>{table(head, rows)}'


def worst(batch: Batch, tiles: Tiles, found: Findings) -> str:
    """The images with the largest errors, or the lowest mean IoU."""
    if not found.worst.numbers:
        return ""
    cards = Cards(batch, tiles).images(found.worst.numbers, batch.methods, [])
    if batch.task is Task.SEGMENTATION:
        lead = tr("The lowest mean IoU of an image over the classes in its mask or its prediction.")
    else:
        lead = tr("The largest errors of “{label}”, in either direction.", label=html.escape(batch.labels[0]))
    return f'<p class="soft">{lead}</p>{cards}'

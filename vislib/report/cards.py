"""The cards of a report: an image with its maps, and a cluster of maps with some of its images."""

import html
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from vislib.batch import Batch
from vislib.batch.settings import column
from vislib.language import Text, probability, text, tr, whole_percent
from vislib.report.clusters import Reason
from vislib.report.text import format_number, title_of
from vislib.report.tiles import Tiles, picture
from vislib.report.verdicts import verdict
from vislib.tasks import Task

_EXAMPLES = 8
_CLASS_COLUMNS = ("predicted_label", "probability", "correct")
_COLUMNS = {
    Task.SEGMENTATION: ("predicted_label", "explained_label", "value", "mean_iou"),
    Task.REGRESSION: ("value", "true_value", "deviation"),
    Task.UNKNOWN: ("value",),
    Task.EMBEDDING: ("value",),
}


class Cards:
    """Makes cards from a batch's images."""

    def __init__(self, batch: Batch, tiles: Tiles):
        self._batch, self._tiles = batch, tiles

    def images(self, numbers: Sequence[int], methods: Sequence[str], notes: Sequence[str]) -> str:
        """HTML of a list of cards: each image with its maps, its predicted class, and its text in `notes`, if any."""
        rows = self._rows(numbers)
        cells = self._tiles.of(numbers, methods)
        items = []
        for place, (row, tiles) in enumerate(zip(rows, cells, strict=True)):
            titles = (title_of(method).partition(" (")[0] for method in methods)
            names = [tr("image"), *titles][len(methods) + 1 - len(tiles) :]
            figures = "".join(
                f"<figure>{tile}<figcaption>{html.escape(name)}</figcaption></figure>"
                for tile, name in zip(tiles, names, strict=True)
            )
            lead = f"<b>{html.escape(notes[place])}</b> · " if place < len(notes) else ""
            items.append(
                f'<li class="card"><div class="tiles">{figures}</div><p class="says">{lead}{self._verdict(row)}'
                f'<span class="path">{html.escape(row["path"])}</span></p></li>'
            )
        return f'<ul class="cards">{"".join(items)}</ul>'

    def reason(self, method: str, place: int, reason: Reason, with_examples: bool = True) -> str:
        """HTML of a cluster's card: its mean map over its mean image, its measures, and the images nearest to its mean.

        Args:
            method: The method of the maps.
            place: The cluster's rank, from 1.
            reason: The cluster.
            with_examples: Whether to show a strip of 8 example images; otherwise a smaller card with two.
        """
        numbers = reason.numbers[:200]
        base = self._tiles.mean_image(numbers)
        label = html.escape(self._batch.labels[reason.class_index])
        mean = picture(
            framed(self._tiles.with_map(base, reason.mean_map, method), reason),
            tr("mean map of cluster {number}", number=place),
        )
        shown = [_figure(mean, tr("mean map"))]
        if base is not None:
            mean_image = picture(base, tr("mean image of cluster {number}", number=place))
            shown.append(_figure(mean_image, tr("mean image")))
        examples = self._tiles.of(numbers[: _EXAMPLES if with_examples else 2], [method])
        if not with_examples:
            shown += [_figure(tiles[-1], tr("example")) for tiles in examples]
        if with_examples:
            strip = "".join(tiles[-1] for tiles in examples)
            caption = f"<figcaption>{tr('nearest to the mean')}</figcaption>"
            shown.append(f'<figure class="examples"><div class="strip">{strip}</div>{caption}</figure>')
        kind = "reason" if with_examples else "tiles"
        says = tr("{name}: {what}", name=f"<b>“{label}”</b>", what=self._share(reason))
        return (
            f'<li class="card"><p class="says"><span class="rank">{place}</span>{says}</p>'
            f'<div class="{kind}">{"".join(shown)}</div>{self._measures(method, reason)}</li>'
        )

    def _share(self, reason: Reason) -> Text:
        """How many of a class's images are in a cluster."""
        n, of, has_classes = len(reason.numbers), reason.of, self._batch.task.has_classes
        if reason.n_clusters == 1 and n == of:
            if has_classes:
                return text("all images that are explained as this class")
            return text("all images for which it is explained")
        if has_classes:
            return text("{n:,} of {of:,} images that are explained as this class", n=n, of=of)
        return text("{n:,} of {of:,} images for which it is explained", n=n, of=of)

    def _measures(self, method: str, reason: Reason) -> str:
        border, background = column(method, "border"), column(method, "background")
        known = ("correct",) if self._batch.has_probabilities else ()
        rows = self._rows(reason.numbers, (border, background, *known))
        measures = [
            (tr("suspicion"), format_number(reason.suspicion)),
            (tr("always there"), whole_percent(reason.always)),
            (tr("other classes"), whole_percent(reason.others)),
        ]
        for name, title in (
            ("correct", tr("right")),
            (border, tr("on the border")),
            (background, tr("on the background")),
        ):
            values = [float(row[name]) for row in rows if row.get(name) is not None]
            if values:
                measures.append((title, whole_percent(float(np.mean(values)))))
        items = "".join(f"<li>{name} <b>{value}</b></li>" for name, value in measures)
        return f'<ul class="numbers">{items}</ul>'

    def _rows(self, numbers: Sequence[int], columns: Sequence[str] = ()) -> list[dict[str, Any]]:
        return self._batch.rows(numbers, columns or ("path", "label", *_COLUMNS.get(self._batch.task, _CLASS_COLUMNS)))

    def _verdict(self, row: dict[str, Any]) -> str:
        return _verdict(row) if self._batch.has_probabilities else verdict(self._batch, row)


def _figure(content: str, caption: str) -> str:
    return f"<figure>{content}<figcaption>{caption}</figcaption></figure>"


def framed(image: Image.Image, reason: Reason) -> Image.Image:
    """A copy of the mean map's picture with a frame around the cluster's fixed place."""
    image = image.copy()
    (row, column), (height, width) = reason.place, reason.mean_map.shape
    cell = np.array([image.width / width, image.height / height])
    corner = np.array([column, row]) * cell
    box = [*np.maximum(corner - 2, 0), *np.minimum(corner + cell + 2, np.array(image.size) - 1)]
    draw = ImageDraw.Draw(image)
    draw.rectangle(box, outline="black", width=4)
    draw.rectangle([box[0] + 1, box[1] + 1, box[2] - 1, box[3] - 1], outline="white", width=2)
    return image


def _verdict(row: dict[str, Any]) -> str:
    predicted = f"{html.escape(str(row['predicted_label']))} {probability(row['probability'])}"
    if row["correct"] is None:
        return predicted
    if row["correct"]:
        return tr("{predicted}, right", predicted=predicted)
    warning = f'<span class="warn">{predicted}</span>'
    return tr("{predicted}, is {label}", predicted=warning, label=html.escape(str(row["label"])))

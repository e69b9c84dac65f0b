"""The findings in a batch's table: how many images are right, and which images deserve a look."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from vislib.batch import Batch
from vislib.batch.measures import FRAME
from vislib.batch.quality import MaskQuality, ValueErrors, mask_quality, unknown_labels, value_errors
from vislib.batch.settings import column
from vislib.tasks import Task

CONSTANT_BORDER = 1 - (1 - 2 * FRAME) ** 2
"""The share 0..1 that a constant map has on its border."""


@dataclass(frozen=True)
class ClassRow:
    """One class's accuracy.

    Attributes:
        class_index: The class.
        n: Number of images whose true class it is.
        right: How many of them are classified correctly.
        confused_with: The class most often predicted instead; None without mistakes.
        n_confused: How often that class is predicted instead.
    """

    class_index: int
    n: int
    right: int
    confused_with: int | None
    n_confused: int


@dataclass(frozen=True)
class Ranked:
    """Images ranked by a measure, the most striking first.

    Attributes:
        numbers: Numbers of the images.
        figures: Their values of the measure.
        mean: Mean of the measure over the batch.
        of: The method, or the two methods, whose maps are measured; empty for mistakes.
    """

    numbers: tuple[int, ...]
    figures: tuple[float, ...]
    mean: float
    of: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Findings:
    """The findings in a batch's table.

    Attributes:
        n: Number of images in finished parts.
        explained: Numbers of all images with maps if the table has at most `most` images; else empty.
        n_errors: Number of images that could not be read or explained.
        errors: Path and error sentence of the first of them.
        n_known: Number of images whose true class is known and is a class of the network.
        n_right: Number of those that are classified correctly.
        classes: The classes, lowest accuracy first; empty without labels.
        predicted: Each predicted class with its number of images, the most frequent first.
        mistakes: The most confident mistakes.
        disagreements: For each pair of methods, the images whose maps agree least.
        border: For each method, the images whose maps lie most on the border.
        background: For each method, the images whose maps lie most on the plain background.
        values: The errors of each predicted number; empty without true values.
        ranges: For each output of a network of numbers, the least, mean and largest value.
        masks: The agreement of a segmentation with the true masks; None without masks.
        worst: The images with the largest errors or the lowest mean IoU.
        unknown_labels: Each label that is no class of the network, with its number of images.
    """

    n: int
    explained: tuple[int, ...]
    n_errors: int
    errors: tuple[tuple[str, str], ...]
    n_known: int
    n_right: int
    classes: tuple[ClassRow, ...]
    predicted: tuple[tuple[int, int], ...]
    mistakes: Ranked
    disagreements: tuple[Ranked, ...]
    border: tuple[Ranked, ...]
    background: tuple[Ranked, ...]
    values: tuple[ValueErrors, ...] = ()
    ranges: tuple[tuple[float, float, float], ...] = ()
    masks: MaskQuality | None = None
    worst: Ranked = Ranked((), (), float("nan"), ())
    unknown_labels: tuple[tuple[str, int], ...] = ()


def findings(batch: Batch, most: int = 12, most_errors: int = 20) -> Findings:
    """Reads a batch's table, a few columns at a time.

    Args:
        batch: The batch, finished or not.
        most: Maximum number of images in each list.
        most_errors: Maximum number of images in the list of errors.
    """
    of_task = ["label_index", "predicted"] if batch.task.has_classes else []
    of_task += ["probability", "correct"] if batch.has_probabilities else []
    table = batch.table(["number", "explained_label", "error", *of_task])
    numbers, n = _numbers(table, "number").astype(np.int64), len(table)
    nothing = np.full(n, np.nan)
    label, predicted = (_numbers(table, name) if of_task else nothing for name in ("label_index", "predicted"))
    confident, correct = (
        _numbers(table, name) if batch.has_probabilities else nothing for name in ("probability", "correct")
    )
    known, wrong = np.flatnonzero(~np.isnan(correct)), np.flatnonzero(correct == 0)
    order = wrong[np.argsort(-confident[wrong], kind="stable")][:most]
    errors = np.flatnonzero(table.column("error").is_valid().to_numpy())
    error_rows = batch.rows(numbers[errors[:most_errors]].tolist(), ["path", "error"])
    classes, counts = np.unique(predicted[~np.isnan(predicted)], return_counts=True)
    by_count = np.argsort(-counts, kind="stable")
    return Findings(
        n=n,
        explained=tuple(numbers[table.column("explained_label").is_valid().to_numpy()].tolist()) if n <= most else (),
        n_errors=len(errors),
        errors=tuple((row["path"], row["error"]) for row in error_rows),
        n_known=len(known),
        n_right=len(known) - len(wrong),
        classes=_classes(label[known].astype(int), predicted[known].astype(int)),
        predicted=tuple((int(classes[at]), int(counts[at])) for at in by_count),
        mistakes=Ranked(tuple(numbers[order].tolist()), tuple(confident[order].tolist()), _mean(confident[wrong]), ()),
        disagreements=tuple(
            _ranked(batch, numbers, batch.agreement(*pair), pair, most, lowest=True)
            for pair in combinations(batch.methods, 2)
        ),
        border=tuple(_ranked(batch, numbers, column(name, "border"), (name,), most) for name in batch.methods),
        background=tuple(_ranked(batch, numbers, column(name, "background"), (name,), most) for name in batch.methods),
        values=value_errors(batch),
        ranges=_ranges(batch),
        masks=mask_quality(batch),
        worst=_worst(batch, numbers, most),
        unknown_labels=unknown_labels(batch),
    )


def _ranges(batch: Batch) -> tuple[tuple[float, float, float], ...]:
    if batch.task.has_classes:
        return ()
    every = [values for values in batch.table(["values"]).column(0).to_pylist() if values is not None]
    columns = zip(*every, strict=True)
    return tuple((min(column), float(np.mean(column)), max(column)) for column in columns)


def _worst(batch: Batch, numbers: np.ndarray, most: int) -> Ranked:
    """The images with the largest |deviation| of the first output (with its sign), or with the lowest mean IoU."""
    if batch.task is Task.SEGMENTATION:
        return _ranked(batch, numbers, "mean_iou", (), most, lowest=True)
    if batch.task is not Task.REGRESSION:
        return Ranked((), (), float("nan"), ())
    off = _numbers(batch.table(["deviation"]), "deviation")
    places = np.flatnonzero(~np.isnan(off))
    order = places[np.argsort(-np.abs(off[places]), kind="stable")][:most]
    return Ranked(tuple(numbers[order].tolist()), tuple(off[order].tolist()), _mean(off[places]), ())


def _classes(label: np.ndarray, predicted: np.ndarray) -> tuple[ClassRow, ...]:
    found = []
    for class_index in np.unique(label):
        answers = predicted[label == class_index]
        others, counts = np.unique(answers[answers != class_index], return_counts=True)
        most = int(counts.argmax()) if len(counts) else None
        found.append(
            ClassRow(
                int(class_index),
                len(answers),
                int((answers == class_index).sum()),
                None if most is None else int(others[most]),
                0 if most is None else int(counts[most]),
            )
        )
    return tuple(sorted(found, key=lambda row: (row.right / row.n, -row.n)))


def _ranked(batch: Batch, numbers, name: str, of: Sequence[str], most: int, lowest: bool = False) -> Ranked:
    figures = _numbers(batch.table([name]), name)
    places = np.flatnonzero(~np.isnan(figures))
    order = places[np.argsort(figures[places] if lowest else -figures[places], kind="stable")][:most]
    mean = _mean(figures[places])
    return Ranked(tuple(numbers[order].tolist()), tuple(figures[order].tolist()), mean, tuple(of))


def _numbers(table, name: str) -> np.ndarray:
    """A column (n,) as float64; NaN for an empty cell."""
    import pyarrow as pa

    return table.column(name).cast(pa.float64()).to_numpy()


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else float("nan")

"""The grid pointing game: several images in one, so that the ground truth is known."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vislib.attribution.base import Explainer
from vislib.errors import ParameterError
from vislib.images.reading import Box, resize_box
from vislib.model.classifier import Classifier
from vislib.progress import Progress, no_progress, within
from vislib.targets.scores import ClassScore


@dataclass(frozen=True, eq=False)
class Grid:
    """Images of different classes side by side.

    Attributes:
        picture: (h, w, 3) uint8, of the network's input size.
        class_indices: The class of each cell, left to right, then down.
        n_columns: Cells in a row.
    """

    picture: np.ndarray
    class_indices: tuple[int, ...]
    n_columns: int

    def cell(self, number: int) -> tuple[slice, slice]:
        """Rows and columns of a cell."""
        n_rows = len(self.class_indices) // self.n_columns
        height, width = self.picture.shape[0] // n_rows, self.picture.shape[1] // self.n_columns
        row, column = divmod(number, self.n_columns)
        return slice(row * height, (row + 1) * height), slice(column * width, (column + 1) * width)


def make_grid(classifier: Classifier, images: Sequence[np.ndarray]) -> Grid:
    """Two images side by side, or four in a square, each under the class that the network is surest of.

    Of images with the same class only the first is taken.

    Args:
        classifier: Whose classes.
        images: (H, W, 3) each, at least two of different classes.

    Raises:
        ParameterError: If the network sees fewer than two different classes in them.
    """
    found: dict[int, np.ndarray] = {}
    for image in images:
        found.setdefault(classifier.predict(image, 1)[0].index, image)
    if len(found) < 2:
        raise ParameterError(
            f"The grid needs images of at least two classes; the network sees {len(found)} in these {len(images)}."
        )
    chosen = dict(list(found.items())[: 4 if len(found) >= 4 else 2])
    height, width = classifier.input_size
    picture = np.zeros((height, width, 3), np.uint8)
    grid = Grid(picture, tuple(chosen), 2)
    for number, image in enumerate(chosen.values()):
        rows, columns = grid.cell(number)
        size = (rows.stop - rows.start, columns.stop - columns.start)
        picture[rows, columns] = resize_box(image, _middle(image.shape[:2], size), size)
    return grid


def grid_pointing(
    explainer: Explainer, classifier: Classifier, grid: Grid, progress: Progress = no_progress
) -> tuple[float, ...]:
    """For each cell, the share 0..1 of the positive part of its class's map that lies in it; by chance 1 / cells.

    Departs from the paper, whose networks take the grid at full size: here it is shrunk to the network's input.

    Args:
        explainer: The method.
        classifier: Whose decision.
        grid: Of `make_grid`.
        progress: Called as progress(done, total) between maps and within them.

    Returns:
        A share a cell; 0 where the map has no positive part.

    Reference: Böhle, Fritz & Schiele 2021, arXiv 2104.00032, section 4.1.
    """
    explainer = explainer.resolved(classifier)
    shares = []
    n_cells = len(grid.class_indices)
    progress(0, n_cells)
    for number, class_index in enumerate(grid.class_indices):
        inside = within(progress, number, n_cells)
        attribution = explainer.attribute(classifier, grid.picture, ClassScore(class_index), inside)
        positive = np.maximum(attribution.values, 0).astype(np.float64)
        total = positive.sum()
        shares.append(float(positive[grid.cell(number)].sum() / total) if total else 0.0)
        progress(number + 1, n_cells)
    return tuple(shares)


def _middle(shape: tuple[int, int], size: tuple[int, int]) -> Box:
    """The largest part of an image in its middle that has the proportions of `size`."""
    scale = min(shape[0] / size[0], shape[1] / size[1])
    height, width = size[0] * scale, size[1] * scale
    return Box((shape[0] - height) / 2, (shape[1] - width) / 2, height, width)

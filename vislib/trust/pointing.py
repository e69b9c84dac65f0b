"""The grid pointing game: several images in one picture, so that the ground truth is known."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vislib.attribution.base import Explainer
from vislib.errors import ParameterError
from vislib.images.fitting import Box, resize_bands, resize_box
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.progress import Progress, no_progress, within
from vislib.tasks import Task
from vislib.trust.localisation import mass_inside


@dataclass(frozen=True, eq=False)
class Grid:
    """Images of different classes in one picture.

    Attributes:
        picture: (h, w, 3) uint8, at the network's input size.
        class_indices: The class of each cell, left to right, then down.
        n_columns: Cells in a row.

    Example:
        >>> others = [vislib.load_image(vislib.sample_path(f"digits/{digit}.png")) for digit in (3, 8)]
        >>> grid = vislib.trust.make_grid(classifier, others)
        >>> grid.class_indices, grid.n_columns
        ((3, 8), 2)
    """

    picture: np.ndarray
    class_indices: tuple[int, ...]
    n_columns: int

    def cell(self, number: int) -> tuple[slice, slice]:
        """The rows and columns of a cell, as slices."""
        n_rows = len(self.class_indices) // self.n_columns
        height, width = self.picture.shape[0] // n_rows, self.picture.shape[1] // self.n_columns
        row, column = divmod(number, self.n_columns)
        return slice(row * height, (row + 1) * height), slice(column * width, (column + 1) * width)


def make_grid(classifier: Classifier, images: Sequence[np.ndarray]) -> Grid:
    """Puts two images side by side, or four in a square; the class of each is the network's most probable one.

    If several images have the same class, only the first is used.

    Args:
        classifier: The classifier that predicts the classes.
        images: (H, W, 3) in 0..255 each, at least two of different classes.

    Raises:
        ParameterError: If the network predicts fewer than two different classes for them, or does not classify.

    Example:
        >>> others = [vislib.load_image(vislib.sample_path(f"digits/{digit}.png")) for digit in (3, 8)]
        >>> grid = vislib.trust.make_grid(classifier, others)
        >>> grid.picture.shape
        (28, 28, 3)
    """
    if classifier.task not in (Task.CLASSIFICATION, Task.BINARY):
        raise ParameterError(
            text(
                "The grid needs a network that gives each image one class; the task of {model} is {task}. "
                "Leave the grid out.",
                model=classifier.name,
                task=classifier.task.in_words(),
            )
        )
    found: dict[int, np.ndarray] = {}
    for image in images:
        found.setdefault(classifier.predict(image, 1)[0].index, image)
    if len(found) < 2:
        raise ParameterError(
            text(
                "The grid needs images of at least two classes; the network predicts {classes} for these {n}.",
                classes=len(found),
                n=len(images),
            )
        )
    chosen = dict(list(found.items())[: 4 if len(found) >= 4 else 2])
    resize = resize_box if classifier.takes_pictures else resize_bands
    picture = np.zeros_like(classifier.resize(images[0]))
    grid = Grid(picture, tuple(chosen), 2)
    for number, image in enumerate(chosen.values()):
        rows, columns = grid.cell(number)
        size = (rows.stop - rows.start, columns.stop - columns.start)
        picture[rows, columns] = resize(image, _middle(image.shape[:2], size), size)
    return grid


def grid_pointing(
    explainer: Explainer, classifier: Classifier, grid: Grid, progress: Progress = no_progress
) -> tuple[float, ...]:
    """For each cell, the share 0..1 of the positive part of its class's map that lies in the cell.

    A random map gets 1 / number of cells on average.

    Departs from the paper, whose networks process the grid at full size: here it is reduced to the network's input.

    Args:
        explainer: The method.
        classifier: The classifier whose decision is explained.
        grid: The result of `make_grid`.
        progress: Called as progress(done, total) between maps and within them. If it raises, the work stops.

    Returns:
        The share of each cell; 0 where the map has no positive part.

    Reference: Böhle, Fritz & Schiele 2021, arXiv 2104.00032, section 4.1.

    Example:
        >>> others = [vislib.load_image(vislib.sample_path(f"digits/{digit}.png")) for digit in (3, 8)]
        >>> grid = vislib.trust.make_grid(classifier, others)
        >>> len(vislib.trust.grid_pointing(vislib.methods()["grad-cam"](), classifier, grid))
        2
    """
    explainer = explainer.resolved(classifier)
    shares = []
    n_cells = len(grid.class_indices)
    progress(0, n_cells)
    for number, class_index in enumerate(grid.class_indices):
        inside = within(progress, number, n_cells)
        attribution = explainer.attribute(classifier, grid.picture, classifier.target(class_index), inside)
        shares.append(mass_inside(attribution.values, grid.cell(number)))
        progress(number + 1, n_cells)
    return tuple(shares)


def _middle(shape: tuple[int, int], size: tuple[int, int]) -> Box:
    """The largest box in the middle of an image that has the proportions of `size`."""
    scale = min(shape[0] / size[0], shape[1] / size[1])
    height, width = size[0] * scale, size[1] * scale
    return Box((shape[0] - height) / 2, (shape[1] - width) / 2, height, width)

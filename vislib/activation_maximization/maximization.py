"""What activation maximization gives: pictures, and all that is needed to trust or to continue them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from vislib.activation_maximization.ascent import State
    from vislib.targets.base import Target


@dataclass(frozen=True, eq=False)
class Maximization:
    """Pictures that excite units of a network.

    Attributes:
        pictures: (n, h, w, 3) uint8, one an objective.
        objectives: What each was made to excite.
        values: (steps, n): the objective at each step, as seen through the random views.
        scores: (n,): the objective of each finished picture, rounded to 8 bits and seen straight.
        seed: The same seed gives the same pictures.
        params: All parameters, by name; of a result that was gone on with, the steps of all its parts.
        model: The classifier's key.
        seconds: What it took, likewise.
        state: Where the ascent stands; `maximize` goes on from it. None where it cannot go on.
    """

    pictures: np.ndarray
    objectives: tuple["Target", ...]
    values: np.ndarray
    scores: np.ndarray
    seed: int
    params: Mapping[str, Any]
    model: str
    seconds: float
    state: "State | None" = field(default=None, repr=False)

    @property
    def picture(self) -> np.ndarray:
        """The picture (h, w, 3) uint8; of several, all on one sheet."""
        return self.pictures[0] if len(self.pictures) == 1 else sheet(self.pictures)

    @property
    def titles(self) -> tuple[str, ...]:
        """What each picture was made to excite, in words."""
        return tuple(objective.in_words() for objective in self.objectives)


def sheet(pictures: np.ndarray, columns: int | None = None, gap_px: int = 2) -> np.ndarray:
    """Pictures (n, h, w, 3) side by side on white, in rows: (H, W, 3) uint8."""
    n, height, width = pictures.shape[:3]
    columns = columns or (n if n <= 3 else 5 if n == 10 else int(np.ceil(np.sqrt(n))))
    rows = -(-n // columns)
    canvas = np.full((rows * (height + gap_px) - gap_px, columns * (width + gap_px) - gap_px, 3), 255, np.uint8)
    for index, picture in enumerate(pictures):
        top, left = (index // columns) * (height + gap_px), (index % columns) * (width + gap_px)
        canvas[top : top + height, left : left + width] = picture
    return canvas


def as_pictures(light: np.ndarray) -> np.ndarray:
    """Light (n, h, w, c) in 0..1 as pictures (n, h, w, 3) uint8."""
    pixels = np.clip(np.rint(light * 255), 0, 255).astype(np.uint8)
    return np.repeat(pixels, 3, axis=3) if pixels.shape[3] == 1 else pixels

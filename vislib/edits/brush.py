"""Edits by a round brush: painting a colour, and erasing."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageColor, ImageDraw

from vislib.edits.base import Edit, Point
from vislib.edits.fills import fill_parameter, filled, seed_parameter
from vislib.errors import ParameterError
from vislib.language import text
from vislib.parameters import parameter


@dataclass(frozen=True)
class Stroke(Edit):
    """What Paint and Erase share: a round brush that is drawn along a line.

    Args:
        points: The line, (x, y) as shares of the width and height; one point is a dot.
        radius: The brush's radius, as a share of the image's longer side.
    """

    points: tuple[Point, ...]
    radius: float = parameter(
        0.05, text("Radius"), low=0.0, high=1.0, help=text("As a share of the image's longer side.")
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "points", _checked(self))

    def mask(self, shape: tuple[int, ...]) -> np.ndarray:
        """The brushed pixels of an image of this shape, (H, W) bool; of each point at least the pixel it lies in."""
        height, width = shape[:2]
        radius = self.radius * max(height, width)
        picture = Image.new("L", (width, height))
        pen = ImageDraw.Draw(picture)
        # Pillow's coordinates are those of pixel centres, half a pixel from the corners.
        places = [(x * width - 0.5, y * height - 0.5) for x, y in self.points]
        pen.line(places, fill=1, width=max(1, round(2 * radius)))
        for x, y in places:  # round ends and joints
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=1)
        mask = np.asarray(picture) > 0
        columns, rows = (np.array(self.points) * (width, height)).astype(int).T
        mask[np.minimum(rows, height - 1), np.minimum(columns, width - 1)] = True
        return mask


@dataclass(frozen=True)
class Paint(Stroke):
    """A stroke of a colour, for pictures.

    Args:
        points: The line, (x, y) as shares of the width and height; one point is a dot.
        radius: The brush's radius, as a share of the image's longer side.
        colour: Such as "#ff8800" or "red".

    Example:
        >>> vislib.edits.Paint(((0.2, 0.2), (0.8, 0.8)), radius=0.1, colour="red").on(image).shape
        (28, 28, 3)
    """

    name = "paint"
    title = text("Paint")
    takes_bands = False

    colour: str = "black"

    def __post_init__(self) -> None:
        super().__post_init__()
        try:
            ImageColor.getrgb(self.colour)
        except (ValueError, AttributeError, TypeError):
            raise ParameterError(
                text(
                    "The `colour` parameter of `Paint` must be a colour such as '#ff8800' or 'red'; not {colour!r}.",
                    colour=self.colour,
                )
            ) from None

    def on(self, image: np.ndarray) -> np.ndarray:
        painted = image.copy()
        painted[self.mask(image.shape)] = ImageColor.getrgb(self.colour)[:3]
        return painted


@dataclass(frozen=True)
class Erase(Stroke):
    """A stroke that replaces what is there by a fill.

    Args:
        points: The line, (x, y) as shares of the width and height; one point is a dot.
        radius: The brush's radius, as a share of the image's longer side.
        fill: One of `vislib.edits.FILLS`.
        seed: Of the noise fill.

    Example:
        >>> vislib.edits.Erase(((0.5, 0.5),), radius=0.2, fill="blur").on(image).shape
        (28, 28, 3)
    """

    name = "erase"
    title = text("Erase")

    fill: str = fill_parameter()
    seed: int = seed_parameter()

    def on(self, image: np.ndarray) -> np.ndarray:
        return filled(image, self.mask(image.shape), self.fill, self.seed)


def _checked(stroke: Stroke) -> tuple[Point, ...]:
    given: Any = stroke.points
    try:
        points = np.asarray(given, np.float64)
    except (TypeError, ValueError):
        points = np.empty(0)
    if points.ndim != 2 or points.shape[1] != 2 or not len(points) or not ((points >= 0) & (points <= 1)).all():
        raise ParameterError(
            text(
                "The `points` parameter of `{owner}` must be at least one (x, y) with numbers from 0 to 1, "
                "such as ((0.5, 0.5),); not {given!r:.100}.",
                owner=type(stroke).__name__,
                given=given,
            )
        )
    return tuple((x, y) for x, y in points.tolist())

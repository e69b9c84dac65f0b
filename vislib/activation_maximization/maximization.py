"""The result of activation maximization: pictures, and what is needed to check or to continue them."""

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from vislib import html
from vislib.language import listing, text, tr
from vislib.output import export, figures, showing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from vislib.activation_maximization.ascent import State
    from vislib.targets.base import Target


_OPAQUE = 80
_SIDE = 320
"""Longer side of the picture in a notebook, in pixels."""


@dataclass(frozen=True, eq=False)
class Maximization:
    """Pictures that excite units of a network.

    Attributes:
        pictures: (n, h, w, 3) uint8, one for each objective.
        objectives: The target that each picture excites, (n,).
        values: (steps, n): the objective at each step, through the random views.
        scores: (n,): the objective of each finished picture, rounded to 8 bits and without a random view.
        seed: The same seed gives the same pictures.
        params: All parameters, by name; for a continued result, `steps` counts the earlier steps, too.
        model: The classifier's key.
        seconds: Time taken; for a continued result, with the time of the earlier steps.
        slopes: (n, h, w) float32: the mean magnitude of the gradient of the objective by each pixel, over the steps.
            None for DeepDream.
        state: The state of the ascent, from which `maximize` continues. None if it cannot be continued.

    Example:
        >>> found = vislib.activation_maximization.maximize(classifier, "3", steps=1)
        >>> found.pictures.shape, found.scores.shape, found.titles
        ((1, 28, 28, 3), (1,), ('logit of “3”',))
    """

    pictures: np.ndarray
    objectives: tuple["Target", ...]
    values: np.ndarray
    scores: np.ndarray
    seed: int
    params: Mapping[str, Any]
    model: str
    seconds: float
    slopes: np.ndarray | None = field(default=None, repr=False)
    state: "State | None" = field(default=None, repr=False)

    @property
    def picture(self) -> np.ndarray:
        """The picture (h, w, 3) uint8; several pictures are put on one sheet."""
        return self.pictures[0] if len(self.pictures) == 1 else sheet(self.pictures)

    @property
    def faded(self) -> "Maximization":
        """The same with pictures that are white where the objective hardly depends on the pixels: the opacity is the
        mean magnitude of the gradient, as a share of its 80th percentile, at most 1 (Fel et al. 2023,
        arXiv 2306.06805).
        """
        if self.slopes is None:
            return self
        highest = np.percentile(self.slopes, _OPAQUE, axis=(1, 2), keepdims=True)
        opacity = np.clip(self.slopes / np.maximum(highest, 1e-30), 0, 1)[..., None]
        return dataclasses.replace(self, pictures=as_pictures((opacity * self.pictures + (1 - opacity) * 255) / 255))

    @property
    def titles(self) -> tuple[str, ...]:
        """The target that each picture excites, in words."""
        return tuple(objective.in_words() for objective in self.objectives)

    def figure(self, on: "Figure | None" = None) -> "Figure":
        """A figure for print: each picture with its title; `on` is as in `vislib.figures.figure`."""
        return figures.pictures(list(self.pictures), self.titles, on=on)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Writes the pictures to a .png, .svg or .pdf file, or all numbers to a .npz file.

        Raises:
            ParameterError: If the suffix is not one of these, or the file cannot be written.
        """
        return export.save_maximization(self, path)

    def show(self) -> None:
        """Displays the pictures in a notebook; elsewhere as `Heatmap.show` does."""
        showing.show(self, self.figure)

    def _repr_png_(self) -> bytes:
        return export.png_bytes(export.as_image(self.picture, _SIDE))

    def _repr_html_(self) -> str:
        scores = zip(self.titles, self.scores, strict=True)
        words = tr(
            listing([text("{title}: {score:.4g}", title=title, score=score) for title, score in scores], "plain")
        )
        parts = [export.picture_html(Image.fromarray(self.picture), words, _SIDE), html.line(words)]
        about = tr(
            "{model} · {n:,} steps · seed {seed} · {seconds:.1f} s",
            model=self.model,
            n=len(self.values),
            seed=self.seed,
            seconds=self.seconds,
        )
        parts.append(html.line(about))
        return html.block(tr("Activation maximization"), *parts)


def sheet(pictures: np.ndarray, columns: int | None = None, gap_px: int = 2) -> np.ndarray:
    """Puts pictures (n, h, w, 3) in rows on a white sheet: (H, W, 3) uint8.

    Example:
        >>> vislib.activation_maximization.sheet(np.zeros((3, 28, 28, 3), np.uint8), columns=3).shape
        (28, 88, 3)
    """
    n, height, width = pictures.shape[:3]
    columns = columns or (n if n <= 3 else 5 if n == 10 else int(np.ceil(np.sqrt(n))))
    rows = -(-n // columns)
    canvas = np.full((rows * (height + gap_px) - gap_px, columns * (width + gap_px) - gap_px, 3), 255, np.uint8)
    for index, picture in enumerate(pictures):
        top, left = (index // columns) * (height + gap_px), (index % columns) * (width + gap_px)
        canvas[top : top + height, left : left + width] = picture
    return canvas


def as_pictures(pixels: np.ndarray) -> np.ndarray:
    """Pixels (n, h, w, c) in 0..1 as pictures (n, h, w, 3) uint8; c is 1 or 3."""
    pictures = np.clip(np.rint(pixels * 255), 0, 255).astype(np.uint8)
    return np.repeat(pictures, 3, axis=3) if pictures.shape[3] == 1 else pictures

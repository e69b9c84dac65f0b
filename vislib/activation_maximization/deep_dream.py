"""DeepDream: changes an image from coarse to fine, so that what a layer detects in it becomes stronger."""

import dataclasses
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vislib.activation_maximization.maximization import Maximization, as_pictures
from vislib.activation_maximization.maximizer import pixels_of
from vislib.errors import ParameterError
from vislib.images.fitting import Box, resize_box
from vislib.language import listing, text
from vislib.parameters import check_parameters, parameter
from vislib.progress import Progress, progress_bar
from vislib.targets import Layer, Target

if TYPE_CHECKING:
    from vislib.model.classifier import Classifier


@dataclass(frozen=True)
class DeepDreamer:
    """x ← x + rate · g / mean |g|, g the objective's gradient by the image; `steps` steps per octave, small to large.

    An octave is one size of the image. The first octave has the size of the network's input. Later ones are larger, so
    the network processes them tile by tile; a random shift of the tiles at each step prevents seams. Each octave
    starts from the image at its size plus the enlarged change so far.

    Reference: Mordvintsev, Olah & Tyka 2015, "Inceptionism: going deeper into neural networks".

    Example:
        >>> vislib.activation_maximization.DeepDreamer(octaves=2).steps
        10
    """

    octaves: int = parameter(
        3, text("Octaves"), low=1, high=6, help=text("Number of image sizes, each larger than the one before.")
    )
    octave_scale: float = parameter(
        1.4, text("Octave scale"), low=1.0, high=2.0, help=text("Ratio of each size to the one before.")
    )
    steps: int = parameter(10, text("Steps per octave"), low=1, high=1000)
    learning_rate: float = parameter(
        0.01, text("Step length"), low=1e-4, high=1.0, help=text("Mean change of a pixel in a step; white is 1.")
    )
    seed: int = parameter(0, text("Seed"), low=0, high=2**31 - 1, help=text("Seed of the random shifts of the tiles."))

    def __post_init__(self) -> None:
        check_parameters(self)

    def __call__(
        self, classifier: "Classifier", image: np.ndarray, objective: Target, progress: Progress = progress_bar
    ) -> Maximization:
        """Computes the picture; see `deep_dream`."""
        from vislib.activation_maximization.scorer import Scorer, check_takes_pictures

        check_takes_pictures(classifier)
        began = time.perf_counter()
        objective = objective.resolved(classifier).without_image()
        random = np.random.default_rng(self.seed)
        box, input_size = classifier.box(image), classifier.input_size
        change = np.zeros((*input_size, classifier.channels), np.float32)
        values, total = [], self.octaves * self.steps
        for octave in range(self.octaves):
            height, width = (round(side * self.octave_scale**octave) for side in input_size)
            whole = pixels_of(resize_box(image, box, (height, width)), classifier.channels)
            dream = np.clip(whole + _resized(change, (height, width)), 0, 1)
            places = [(top, left) for top in _starts(height, input_size[0]) for left in _starts(width, input_size[1])]
            scorer = Scorer(classifier, [objective] * len(places))
            identity_views = np.repeat(np.eye(3)[None], len(places), axis=0)
            for step in range(self.steps):
                shift = tuple(random.integers(0, input_size))
                rolled = np.roll(dream, shift, (0, 1))
                tiles = np.stack([rolled[t : t + input_size[0], l : l + input_size[1]] for t, l in places])  # noqa: E741
                value, gradients = scorer(tiles, identity_views)
                uphill = np.roll(_joined(gradients, places, dream.shape), (-shift[0], -shift[1]), (0, 1))
                dream = np.clip(dream + self.learning_rate * uphill / (np.abs(uphill).mean() + 1e-12), 0, 1)
                values.append([value.mean()])
                done = octave * self.steps + step + 1
                progress(done, total, as_pictures(dream[None])[0] if step % 2 == 0 or done == total else None)
            change = dream - whole
        pictures = as_pictures(dream[None])
        # The dream is the part that the network sees, so nothing is cut off here.
        seen = resize_box(pictures[0], Box(0, 0, *pictures.shape[1:3]), input_size)
        return Maximization(
            pictures=pictures,
            objectives=(objective,),
            values=np.array(values, np.float32),
            scores=Scorer(classifier, [objective])(pixels_of(seen, classifier.channels)[None], np.eye(3)[None])[0],
            seed=self.seed,
            params={spec.name: getattr(self, spec.name) for spec in dataclasses.fields(self)},
            model=classifier.current_key(),
            seconds=time.perf_counter() - began,
        )


def deep_dream(
    classifier: "Classifier",
    image: np.ndarray,
    objective: Target | str,
    progress: Progress = progress_bar,
    **params: Any,
) -> Maximization:
    """Changes an image so that what a layer detects in it becomes stronger.

    Args:
        classifier: The classifier that the layer belongs to.
        image: (H, W, 3) in 0..255; the result shows the part that the network sees.
        objective: A layer's name, or any target.
        progress: Called as progress(done, total, partial). If it raises, the work stops.
        **params: The fields of `DeepDreamer`.

    Returns:
        One picture, `octave_scale` ^ (octaves − 1) times as large as the network's input.

    Raises:
        LayerError: If there is no such layer.
        ParameterError: If a parameter is unknown or not accepted.

    Example:
        >>> vislib.activation_maximization.deep_dream(classifier, image, "conv2", steps=1, octaves=1).picture.shape
        (28, 28, 3)
    """
    known = [spec.name for spec in dataclasses.fields(DeepDreamer)]
    if unknown := sorted(set(params) - set(known)):
        raise ParameterError(
            text(
                "`deep_dream` has no parameter {unknown}; it takes {parameters}.",
                unknown=listing(unknown, "plain"),
                parameters=listing(known, "plain"),
            )
        )
    objective = Layer(objective) if isinstance(objective, str) else objective
    return DeepDreamer(**params)(classifier, image, objective, progress)


def _starts(length: int, window: int) -> list[int]:
    """Evenly spaced first pixels of the smallest number of windows that cover the length."""
    n = -(-length // window)
    return [round(start) for start in np.linspace(0, length - window, n)]


def _joined(tiles: np.ndarray, places: list[tuple[int, int]], shape: tuple[int, ...]) -> np.ndarray:
    """Tiles at their places as one array; the mean where they overlap."""
    total, count = np.zeros(shape, np.float32), np.zeros((*shape[:2], 1), np.float32)
    for tile, (top, left) in zip(tiles, places, strict=True):
        part = np.s_[top : top + tile.shape[0], left : left + tile.shape[1]]
        total[part] += tile
        count[part] += 1
    return total / count


def _resized(values: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    if values.shape[:2] == size:
        return values
    from vislib.backend import tf

    return tf.image.resize(values, size, method="bicubic").numpy()

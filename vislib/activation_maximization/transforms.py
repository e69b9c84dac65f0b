"""Small random changes of view. The picture should excite the unit in every view.

Each is an affine map of pixel coordinates, so a chain of them is one map and the picture is sampled once. Only the view
of the network moves, never the picture, so shifts do not add up.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vislib.language import text
from vislib.parameters import check_parameters, parameter


@dataclass(frozen=True)
class Transform(ABC):
    """A random change of view.

    Example:
        >>> am = vislib.activation_maximization
        >>> [isinstance(one, am.Transform) for one in am.default_transforms((28, 28))]
        [True, True, True, True]
    """

    def __post_init__(self) -> None:
        check_parameters(self)

    @abstractmethod
    def matrix(self, random: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
        """(3, 3): maps (x, y, 1) in the view to the place in the picture, both in pixels from the centre."""


@dataclass(frozen=True)
class Padding(Transform):
    """Adds a margin around the picture, so that it can move without being cut.

    Example:
        >>> vislib.activation_maximization.Padding(px=4)
        Padding(px=4)
    """

    px: int = parameter(12, text("Padding"), unit="px", low=0, high=256)

    def matrix(self, random: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
        return np.diag([1 + 2 * self.px / size[1], 1 + 2 * self.px / size[0], 1.0])


@dataclass(frozen=True)
class Jitter(Transform):
    """A shift by whole pixels, uniform in −px … px in both directions, so its mean is 0.

    Example:
        >>> am = vislib.activation_maximization
        >>> am.maximize(classifier, "3", steps=1, transforms=(am.Jitter(px=2),)).picture.shape
        (28, 28, 3)
    """

    px: int = parameter(8, text("Jitter"), unit="px", low=0, high=256)

    def matrix(self, random: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
        matrix = np.eye(3)
        matrix[:2, 2] = random.integers(-self.px, self.px, 2, endpoint=True)
        return matrix


@dataclass(frozen=True)
class Scale(Transform):
    """A change of size by a factor from 1 / (1 + share) to 1 + share, uniform on a logarithmic scale.

    Example:
        >>> vislib.activation_maximization.Scale(share=0.2)
        Scale(share=0.2)
    """

    share: float = parameter(0.1, text("Scale"), low=0.0, high=0.9)

    def matrix(self, random: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
        factor = (1 + self.share) ** random.uniform(-1, 1)
        return np.diag([factor, factor, 1.0])


@dataclass(frozen=True)
class Rotation(Transform):
    """A rotation about the centre, uniform in −degrees … degrees.

    Example:
        >>> vislib.activation_maximization.Rotation(degrees=10)
        Rotation(degrees=10.0)
    """

    degrees: float = parameter(5.0, text("Rotation"), unit="°", low=0.0, high=180.0)

    def matrix(self, random: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
        angle = np.deg2rad(random.uniform(-self.degrees, self.degrees))
        cosine, sine = np.cos(angle), np.sin(angle)
        return np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])


def drawn(transforms: Sequence[Transform], seed: int, step: int, n: int, size: tuple[int, int]) -> np.ndarray:
    """The views (n, 3, 3) float32 of n pictures at a step; they depend only on the seed and the step."""
    views = np.empty((n, 3, 3), np.float32)
    for index in range(n):
        random = np.random.default_rng([seed, step, index])
        view = np.eye(3)
        for transform in transforms:
            view = transform.matrix(random, size) @ view
        views[index] = view
    return views


def viewed(pictures, views):
    """Tensors: pictures (n, h, w, c) seen through views (n, 3, 3), bilinear; beyond its edges the picture is mirrored.

    Repeating the edge instead would count each edge pixel many times, and the ascent would drive it to extremes.
    """
    from vislib.backend import tf

    height, width = pictures.shape[1:3]
    centre = np.array([(width - 1) / 2, (height - 1) / 2], np.float32)
    x, y = np.meshgrid(np.arange(width) - centre[0], np.arange(height) - centre[1])
    grid = np.stack([x.ravel(), y.ravel(), np.ones(height * width)]).astype(np.float32)
    where = tf.matmul(views, tf.constant(grid))[:, :2] + centre[:, None]
    x, y = _mirrored(where[:, 0], width), _mirrored(where[:, 1], height)
    left, top = tf.minimum(tf.floor(x), max(width - 2, 0)), tf.minimum(tf.floor(y), max(height - 2, 0))
    right_share, lower_share = (x - left)[..., None], (y - top)[..., None]
    first = tf.cast(top * width + left, tf.int32)
    pixels = tf.reshape(pictures, (-1, height * width, pictures.shape[3]))

    def at(down: int, across: int):
        return tf.gather(pixels, first + down * width + across, batch_dims=1)

    below, beside = int(height > 1), int(width > 1)
    upper = at(0, 0) * (1 - right_share) + at(0, beside) * right_share
    lower = at(below, 0) * (1 - right_share) + at(below, beside) * right_share
    return tf.reshape(upper * (1 - lower_share) + lower * lower_share, tf.shape(pictures))


def _mirrored(where, length: int):
    """Pixel coordinates brought into 0 … length − 1, mirrored once at either end."""
    from vislib.backend import tf

    last = length - 1.0
    return tf.clip_by_value(last - tf.abs(last - tf.abs(where)), 0.0, last)

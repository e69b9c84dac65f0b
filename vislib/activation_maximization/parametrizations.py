"""Parametrizations of a picture: the variables that are optimised decide which pictures one step can reach.

Pictures are pixels (n, h, w, c) in 0..1, c = 3 (RGB) or 1 (grey).
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np

from vislib.language import text
from vislib.parameters import check_parameters, parameter

_NEARLY = 0.02  # smallest distance of a starting picture from black and white, where a sigmoid's gradient vanishes

# Square root of the covariance of colours in natural images (ImageNet), scaled to a largest column norm of 1; the
# numbers are lucid's.
_COLOURS = np.array([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]], np.float32)
_COLOURS /= np.linalg.norm(_COLOURS, axis=0).max()


@dataclass(frozen=True)
class Parametrization(ABC):
    """Computes pictures from variables; their pixels are always in 0..1.

    Example:
        >>> sorted(vislib.activation_maximization.PARAMETRIZATIONS)
        ['fourier', 'maco']
    """

    def __post_init__(self) -> None:
        check_parameters(self)

    @abstractmethod
    def noise(self, random: np.random.Generator, shape: tuple[int, int, int]) -> np.ndarray:
        """Random variables of one nearly grey picture of shape (h, w, c), float32."""

    @abstractmethod
    def variables_of(self, pixels: np.ndarray) -> np.ndarray:
        """The variables, float32, of a picture (h, w, c) in 0..1."""

    @abstractmethod
    def pixels(self, variables, size: tuple[int, int]):
        """From a tensor of variables (n, …) to a tensor of pictures (n, h, w, c) in 0..1, of size (h, w)."""

    @abstractmethod
    def confined(self, variables):
        """From a tensor of variables to the tensor of the nearest allowed variables."""


@dataclass(frozen=True)
class Pixels(Parametrization):
    """The variables are the pixels x, clipped to 0..1 after every step.

    With a radius, x is first projected into the ball ‖x − grey‖₂ ≤ radius.

    Example:
        >>> am = vislib.activation_maximization
        >>> am.maximize(classifier, "3", steps=1, parametrization=am.Pixels()).picture.shape
        (28, 28, 3)
    """

    radius: float | None = parameter(
        None, text("Radius"), kind=float, low=1e-6, high=1e6, help=text("Largest L2 distance from mid-grey.")
    )
    deviation: float = parameter(
        0.01, text("Start noise"), low=0.0, high=0.5, help=text("Standard deviation of the pixels, which are in 0..1.")
    )

    def noise(self, random: np.random.Generator, shape: tuple[int, int, int]) -> np.ndarray:
        return (0.5 + random.normal(0, self.deviation, shape)).astype(np.float32)

    def variables_of(self, pixels: np.ndarray) -> np.ndarray:
        return pixels.astype(np.float32)

    def pixels(self, variables, size: tuple[int, int]):
        return variables

    def confined(self, variables):
        from vislib.backend import tf

        if self.radius is not None:
            variables = 0.5 + tf.clip_by_norm(variables - 0.5, self.radius, axes=[1, 2, 3])
        return tf.clip_by_value(variables, 0.0, 1.0)


@dataclass(frozen=True)
class Fourier(Parametrization):
    """The variables z are Fourier coefficients of decorrelated colours, scaled by frequency, before a sigmoid.

        x = sigmoid(C · irfft2(s · z)),   s(f) = max(f, 1/longer side)^−decay · √(h·w) / 4

    In these variables the steepest direction follows natural images: their amplitudes fall with the frequency f, and
    their colours are correlated (C is the square root of the colours' covariance).

    Reference: Olah, Mordvintsev & Schubert 2017, https://distill.pub/2017/feature-visualization, "preconditioning".

    Example:
        >>> am = vislib.activation_maximization
        >>> am.maximize(classifier, "3", steps=1, parametrization=am.Fourier(decay=1.0)).picture.shape
        (28, 28, 3)
    """

    decay: float = parameter(
        1.5,
        text("Decay"),
        low=0.0,
        high=3.0,
        help=text("How strongly low frequencies are preferred; 0 means not at all."),
    )
    decorrelated: bool = parameter(
        True, text("Decorrelated colours"), help=text("Whether colours are correlated as in photographs.")
    )
    deviation: float = parameter(
        0.01, text("Start noise"), low=0.0, high=1.0, help=text("Standard deviation of the variables.")
    )

    def noise(self, random: np.random.Generator, shape: tuple[int, int, int]) -> np.ndarray:
        height, width, channels = shape
        return random.normal(0, self.deviation, (2, channels, height, width // 2 + 1)).astype(np.float32)

    def variables_of(self, pixels: np.ndarray) -> np.ndarray:
        inside = np.clip(pixels, _NEARLY, 1 - _NEARLY).astype(np.float64)
        values = np.log(inside / (1 - inside)) @ np.linalg.inv(_colours(self.decorrelated, pixels.shape[2])).T
        spectrum = np.fft.rfft2(values.transpose(2, 0, 1)) / self._scale(pixels.shape[:2])
        return np.stack([spectrum.real, spectrum.imag]).astype(np.float32)

    def pixels(self, variables, size: tuple[int, int]):
        from vislib.backend import tf

        spectrum = tf.complex(variables[:, 0], variables[:, 1]) * self._scale(size).astype(np.complex64)
        values = tf.transpose(tf.signal.irfft2d(spectrum, size), (0, 2, 3, 1))
        return tf.sigmoid(tf.linalg.matvec(_colours(self.decorrelated, values.shape[-1]), values))

    def confined(self, variables):
        return variables

    def _scale(self, size: tuple[int, int]) -> np.ndarray:
        height, width = size
        frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None])
        return np.maximum(frequency, 1 / max(size)) ** -self.decay * np.sqrt(height * width) / 4


@dataclass(frozen=True)
class Phase(Parametrization):
    """MaCo: the variables φ are the phases of the Fourier coefficients; their magnitudes are held.

        x = ½ + C · irfft2(m · exp(iφ)),   m(f) = k · √(h·w) · max(f, 1/longer side)^−decay,   m(0) = 0

    The magnitudes follow the power law of natural images, 1/f for the amplitude (Field 1987). k is such that the pixels
    of a picture have the standard deviation `contrast`, whatever the phases are; x is clipped to 0..1. So a picture
    cannot grow high frequencies, and needs no penalty.

    Reference: Fel et al. 2023, arXiv 2306.06805. Departs from it in two ways: the magnitude is the power law and not
    the average over ImageNet, so that it serves every size and grey images; and the random views are the maximizer's.

    Example:
        >>> am = vislib.activation_maximization
        >>> am.maximize(classifier, "3", steps=1, parametrization=am.Phase()).picture.shape
        (28, 28, 3)
    """

    decay: float = parameter(
        1.0, text("Decay"), low=0.0, high=3.0, help=text("How fast the magnitude falls with the frequency.")
    )
    contrast: float = parameter(
        0.2, text("Contrast"), low=0.01, high=0.5, help=text("Standard deviation of the pixels, which are in 0..1.")
    )
    decorrelated: bool = parameter(
        True, text("Decorrelated colours"), help=text("Whether colours are correlated as in photographs.")
    )

    def noise(self, random: np.random.Generator, shape: tuple[int, int, int]) -> np.ndarray:
        height, width, channels = shape
        return random.uniform(-np.pi, np.pi, (channels, height, width // 2 + 1)).astype(np.float32)

    def variables_of(self, pixels: np.ndarray) -> np.ndarray:
        values = (pixels.astype(np.float64) - 0.5) @ np.linalg.inv(_colours(self.decorrelated, pixels.shape[2])).T
        return np.angle(np.fft.rfft2(values.transpose(2, 0, 1))).astype(np.float32)

    def pixels(self, variables, size: tuple[int, int]):
        from vislib.backend import tf

        return tf.clip_by_value(self.unclipped(variables, size), 0.0, 1.0)

    def unclipped(self, variables, size: tuple[int, int]):
        """The pictures before they are clipped."""
        from vislib.backend import tf

        magnitude, phases = self.magnitude(size, variables.shape[1]).astype(np.float32), _of_real(variables, size[1])
        spectrum = tf.complex(magnitude * tf.cos(phases), magnitude * tf.sin(phases))
        values = tf.transpose(tf.signal.irfft2d(spectrum, size), (0, 2, 3, 1))
        return 0.5 + tf.linalg.matvec(_colours(self.decorrelated, values.shape[-1]), values)

    def magnitude(self, size: tuple[int, int], channels: int) -> np.ndarray:
        """The magnitudes (h, w // 2 + 1), float64, of each decorrelated colour."""
        height, width = size
        across = np.abs(np.fft.fftfreq(width))
        whole = np.maximum(np.hypot(np.fft.fftfreq(height)[:, None], across[None]), 1 / max(size)) ** -self.decay
        whole[0, 0] = 0
        of_colours = np.sqrt((_colours(self.decorrelated, channels).astype(np.float64) ** 2).sum() / channels)
        deviation = np.sqrt((whole**2).sum()) / (height * width) * of_colours
        return whole[:, : width // 2 + 1] * (self.contrast / deviation)

    def confined(self, variables):
        return variables


def _colours(decorrelated: bool, channels: int) -> np.ndarray:
    """The matrix (channels, channels) that makes RGB of the variables' colours."""
    return _COLOURS if channels == 3 and decorrelated else np.eye(channels, dtype=np.float32)


def _of_real(phases, width: int):
    """Phases (n, c, h, w // 2 + 1) such that the picture is real: in the columns that hold both a frequency and its
    negative, each is minus the other. Otherwise the inverse transform would change the magnitudes."""
    from vislib.backend import tf

    both = np.zeros(width // 2 + 1, np.float32)
    both[[0, width // 2] if width % 2 == 0 else [0]] = 1
    negative = tf.roll(tf.reverse(phases, axis=[2]), 1, axis=2)
    return phases - both * (phases + negative) / 2


PARAMETRIZATIONS: dict[str, dict[str, Any]] = {
    "fourier": {"parametrization": Fourier()},
    "maco": {"parametrization": Phase(), "learning_rate": 0.2},
}
"""Ways to make a picture, as fields of `Maximizer`: for the command line and the pages."""

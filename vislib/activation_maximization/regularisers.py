"""Penalties on pictures, subtracted from the objective. Pixels are in 0..1, so a penalty means the same everywhere."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from vislib.language import text
from vislib.parameters import check_parameters, parameter


@dataclass(frozen=True)
class Regulariser(ABC):
    """A penalty for each picture.

    Example:
        >>> am = vislib.activation_maximization
        >>> [isinstance(one, am.Regulariser) for one in (am.L2(), am.Blur(), am.TotalVariation())]
        [True, True, True]
    """

    def __post_init__(self) -> None:
        check_parameters(self)

    @abstractmethod
    def penalty(self, pixels):
        """From a tensor of pictures (n, h, w, c) in 0..1 to a tensor of penalties (n,)."""


@dataclass(frozen=True)
class TotalVariation(Regulariser):
    """weight · Σ |differences of neighbouring pixels| / (h·w·c), in both directions.

    Reference: Mahendran & Vedaldi 2014, arXiv 1412.0035, with β = 1.

    Example:
        >>> am = vislib.activation_maximization
        >>> am.maximize(classifier, "3", steps=1, regularisers=(am.TotalVariation(20),)).picture.shape
        (28, 28, 3)
    """

    weight: float = parameter(1.0, text("Total variation"), low=0.0, high=1e6)

    def penalty(self, pixels):
        from vislib.backend import tf

        return self.weight * tf.image.total_variation(pixels) / np.prod(pixels.shape[1:], dtype=np.float32)


@dataclass(frozen=True)
class L2(Regulariser):
    """weight · mean (x − ½)²: keeps a picture near mid-grey. Reference: Simonyan et al. 2013, arXiv 1312.6034.

    Example:
        >>> vislib.activation_maximization.L2(0.5).weight
        0.5
    """

    weight: float = parameter(1.0, text("L2"), low=0.0, high=1e6)

    def penalty(self, pixels):
        from vislib.backend import tf

        return self.weight * tf.reduce_mean(tf.square(pixels - 0.5), axis=[1, 2, 3])


_BINOMIAL = np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]).astype(np.float32) / 256


@dataclass(frozen=True)
class Blur(Regulariser):
    """weight · mean (x − blurred x)²: penalises detail that a 5 × 5 binomial blur, σ = 1 px, would remove.

    Reference: after Yosinski et al. 2015, arXiv 1506.06579, who blur the picture itself every few steps.

    Example:
        >>> vislib.activation_maximization.Blur(0.5).weight
        0.5
    """

    weight: float = parameter(1.0, text("Blur"), low=0.0, high=1e6)

    def penalty(self, pixels):
        from vislib.backend import tf

        channels = pixels.shape[-1]
        kernel = np.repeat(_BINOMIAL[:, :, None, None], channels, axis=2)
        margin = [[0, 0], [2, 2], [2, 2], [0, 0]]
        blurred = tf.nn.depthwise_conv2d(tf.pad(pixels, margin, "SYMMETRIC"), kernel, [1, 1, 1, 1], "VALID")
        return self.weight * tf.reduce_mean(tf.square(pixels - blurred), axis=[1, 2, 3])

"""Edits of every pixel's value: brightness, contrast, blur, noise."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from vislib.attribution.fills import black_and_white
from vislib.edits.base import Edit, like
from vislib.language import text
from vislib.model.preprocessing import LUMINANCE
from vislib.parameters import parameter


@dataclass(frozen=True)
class Brightness(Edit):
    """Every value times a factor: black + factor · (value − black).

    Black is 0; in an image of bands it is each band's smallest value.

    Example:
        >>> int(vislib.edits.Brightness(0.5).on(image).max())
        128
    """

    name = "brightness"
    title = text("Brightness")

    factor: float = parameter(1.0, text("Brightness"), low=0.0, high=3.0, help=text("1 changes nothing, 0 is black."))

    def on(self, image: np.ndarray) -> np.ndarray:
        return _stretched(image, black_and_white(image)[0], self.factor)


@dataclass(frozen=True)
class Contrast(Edit):
    """Every value's distance to the mean times a factor: mean + factor · (value − mean).

    The mean of a picture is one number, that of its luminance, so that no colour shifts; each band has its own mean.

    Example:
        >>> vislib.edits.Contrast(2.0).on(image).shape
        (28, 28, 3)
    """

    name = "contrast"
    title = text("Contrast")

    factor: float = parameter(
        1.0, text("Contrast"), low=0.0, high=3.0, help=text("1 changes nothing, 0 leaves the mean alone.")
    )

    def on(self, image: np.ndarray) -> np.ndarray:
        mean = image.mean(axis=(0, 1), dtype=np.float64)
        if image.dtype == np.uint8:
            mean = np.full(3, mean @ LUMINANCE)
        return _stretched(image, mean, self.factor)


@dataclass(frozen=True)
class Blur(Edit):
    """A Gaussian blur.

    Example:
        >>> vislib.edits.Blur(0.05).on(image).shape
        (28, 28, 3)
    """

    name = "blur"
    title = text("Blur")

    sigma: float = parameter(
        0.0, text("Blur"), low=0.0, high=0.1, help=text("Standard deviation, as a share of the image's longer side.")
    )

    def on(self, image: np.ndarray) -> np.ndarray:
        sigma_px = self.sigma * max(image.shape[:2])
        if not sigma_px:
            return image
        if image.dtype == np.uint8:
            return np.asarray(Image.fromarray(image).filter(ImageFilter.GaussianBlur(sigma_px)))
        from scipy.ndimage import gaussian_filter  # imported late, as this takes half a second

        return gaussian_filter(image, (sigma_px, sigma_px, 0), mode="nearest")


@dataclass(frozen=True)
class Noise(Edit):
    """Gaussian noise, independent for each pixel and channel.

    Example:
        >>> vislib.edits.Noise(0.1, seed=1).on(image).dtype
        dtype('uint8')
    """

    name = "noise"
    title = text("Noise")

    sigma: float = parameter(
        0.0, text("Noise"), low=0.0, high=1.0, help=text("Standard deviation; 1 is the distance from black to white.")
    )
    seed: int = parameter(0, text("Seed"), low=0, high=2**31 - 1, help=text("The same seed gives the same noise."))

    def on(self, image: np.ndarray) -> np.ndarray:
        if not self.sigma:
            return image
        black, white = black_and_white(image)
        noise = np.random.default_rng(self.seed).standard_normal(image.shape, np.float32)
        return like(image + self.sigma * (white - black) * noise, image)


def _stretched(image: np.ndarray, fixed: np.ndarray, factor: float) -> np.ndarray:
    """fixed + factor · (value − fixed), with one fixed value for each channel."""
    if factor == 1:
        return image
    if image.dtype != np.uint8:
        return like(fixed + factor * (image - fixed), image)
    # A picture has only 256 values, so a table of them is quicker than arithmetic on all pixels.
    tables = like(fixed[:, None] + factor * (np.arange(256) - fixed[:, None]), image)
    return np.stack([tables[channel][image[..., channel]] for channel in range(3)], axis=-1)

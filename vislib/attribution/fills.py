"""What a covered part of an image is replaced by, shared by all methods that cover parts."""

import numpy as np
from PIL import Image, ImageFilter

from vislib.language import text

FILLS = (text("grey"), text("mean"), text("blur"), text("noise"))


def cover_image(resized: np.ndarray, fill: str, grey: int = 127, seed: int = 0) -> np.ndarray:
    """The image that replaces the covered parts of another.

    Args:
        resized: The image that is covered: (h, w, 3) uint8, or bands in their own units (h, w, bands) float32, for
            which black and white are each band's smallest and largest value in this image.
        fill: One of `FILLS`: a grey level, the image's mean colour, the image blurred with a standard deviation
            of a fourteenth of its longer side, or uniform noise in each channel.
        grey: The level of the grey fill, 0 black to 255 white.
        seed: Seed of the noise.

    Returns:
        An image of the same shape and type.
    """
    if resized.dtype != np.uint8:
        return _cover_bands(resized, fill, grey / 255, seed).astype(resized.dtype)
    if fill == "grey":
        return np.full_like(resized, grey)
    if fill == "mean":
        return np.broadcast_to(np.rint(resized.mean(axis=(0, 1))).astype(np.uint8), resized.shape)
    if fill == "blur":
        radius = max(resized.shape[:2]) / 14
        return np.asarray(Image.fromarray(resized).filter(ImageFilter.GaussianBlur(radius)))
    return np.random.default_rng(seed).integers(0, 256, resized.shape, dtype=np.uint8)


def black_and_white(resized: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The values of black and of white in each channel, (c,) float32: 0 and 255, or a band's smallest and largest."""
    if resized.dtype == np.uint8:
        return np.zeros(resized.shape[2], np.float32), np.full(resized.shape[2], 255, np.float32)
    return resized.min(axis=(0, 1)), resized.max(axis=(0, 1))


def unit_bands(resized: np.ndarray) -> np.ndarray:
    """Each channel of an image (h, w, c) scaled from black to white to 0..1; a band of one value is 0."""
    black, white = black_and_white(resized)
    return (resized - black) / np.where(white > black, white - black, 1)


def _cover_bands(resized: np.ndarray, fill: str, grey: float, seed: int) -> np.ndarray:
    black, white = black_and_white(resized)
    if fill == "grey":
        return np.broadcast_to(black + grey * (white - black), resized.shape)
    if fill == "mean":
        return np.broadcast_to(resized.mean(axis=(0, 1), dtype=np.float64), resized.shape)
    if fill == "blur":
        from scipy.ndimage import gaussian_filter

        radius = max(resized.shape[:2]) / 14
        return gaussian_filter(resized, (radius, radius, 0), mode="nearest")
    return np.random.default_rng(seed).uniform(black, white, resized.shape)

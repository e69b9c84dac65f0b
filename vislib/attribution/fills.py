"""What a covered part of an image is replaced by, shared by all methods that cover parts."""

import numpy as np
from PIL import Image, ImageFilter

FILLS = ("grey", "mean", "blur", "noise")


def cover_image(resized: np.ndarray, fill: str, grey: int = 127, seed: int = 0) -> np.ndarray:
    """The image that replaces the covered parts of another.

    Args:
        resized: The image that is covered, (h, w, 3) uint8.
        fill: One of `FILLS`: a grey level, the image's mean colour, the image blurred with a standard deviation
            of a fourteenth of its longer side, or uniform noise in each channel.
        grey: The level of the grey fill, 0 black to 255 white.
        seed: Seed of the noise.

    Returns:
        An image (h, w, 3) uint8.
    """
    if fill == "grey":
        return np.full_like(resized, grey)
    if fill == "mean":
        return np.broadcast_to(np.rint(resized.mean(axis=(0, 1))).astype(np.uint8), resized.shape)
    if fill == "blur":
        radius = max(resized.shape[:2]) / 14
        return np.asarray(Image.fromarray(resized).filter(ImageFilter.GaussianBlur(radius)))
    return np.random.default_rng(seed).integers(0, 256, resized.shape, dtype=np.uint8)

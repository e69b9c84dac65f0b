"""The multi-band sample image: a landscape that is made up, with a river, fields, woods and bare soil.

No satellite took it. The spectra are round numbers chosen so that the usual band ratios come out as in textbooks: water
is darkest in the near infrared, vegetation is bright there and dark in red, soil rises steadily.
"""

import numpy as np
from scipy.ndimage import gaussian_filter

SIDE_PX = 96
BANDS = {"blue": 490, "green": 560, "red": 665, "red edge": 705, "near infrared": 842, "short-wave infrared": 1610}
"""The bands in their order: name → central wavelength in nm."""
SPECTRA = {
    "water": (0.06, 0.05, 0.03, 0.02, 0.01, 0.005),
    "vegetation": (0.03, 0.06, 0.03, 0.12, 0.45, 0.20),
    "soil": (0.10, 0.14, 0.19, 0.22, 0.28, 0.36),
}
"""Reflectance 0..1 of each surface in each band."""


def landscape(seed: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """A made-up landscape.

    Returns:
        Reflectance (96, 96, 6) float32 in 0..1, and the surface at each pixel (96, 96) uint8, an index of `SPECTRA`.
    """
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:SIDE_PX, :SIDE_PX]
    fields = rng.random((4, 4)) < 0.5
    is_green = fields[rows * 4 // SIDE_PX, columns * 4 // SIDE_PX]
    is_green |= _smooth(rng, 8) > 1.0  # woods, across the borders of the fields
    surface = np.where(is_green, 1, 2)
    river = 48 + 14 * np.sin(rows / 15) + 4 * _smooth(rng, 6)
    surface[np.abs(columns - river) < 5] = 0
    pure = np.array(list(SPECTRA.values()), np.float32)[surface]
    # As a sensor's pixel covers several surfaces, the borders are mixtures.
    mixed = gaussian_filter(pure, (0.7, 0.7, 0))
    shade = 1 + 0.12 * _smooth(rng, 3)[..., None]
    noise = rng.normal(0, 0.004, mixed.shape)
    reflectance: np.ndarray = np.clip(mixed * shade + noise, 0, 1).astype(np.float32)
    return reflectance, surface.astype(np.uint8)


def _smooth(rng: np.random.Generator, scale_px: float) -> np.ndarray:
    """Smooth noise (96, 96) with mean 0 and standard deviation 1."""
    noise = gaussian_filter(rng.normal(size=(SIDE_PX, SIDE_PX)), scale_px, mode="wrap")
    smooth: np.ndarray = (noise - noise.mean()) / noise.std()
    return smooth

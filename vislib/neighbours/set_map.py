"""A set of images on a plane: similar ones lie near each other."""

import importlib.util
import math
from collections.abc import Iterable

import numpy as np
from PIL import Image

from vislib.errors import ParameterError, listed
from vislib.language import text

METHODS = ("pca", "umap")
_NEIGHBOURS = 15
LEAST_FOR_UMAP = 10
"""UMAP places no fewer images: its neighbourhoods would be nearly all of them."""
_NOTHING = (128, 128, 128)


def umap_installed() -> bool:
    """Whether the package umap-learn is installed."""
    return importlib.util.find_spec("umap") is not None


def positions(vectors: np.ndarray, method: str = "pca", seed: int = 0) -> tuple[np.ndarray, float]:
    """Places of vectors on a plane.

    Args:
        vectors: (n, k): features or maps, one row an image, n at least 1.
        method: "pca": the two directions of the largest variance, by scikit-learn. "umap": neighbours stay neighbours
            (McInnes, Healy & Melville 2018, arXiv 1802.03426); it needs the package umap-learn.
        seed: Seed of what is random.

    Returns:
        (n, 2) float32 in 0..1, the longer side filled, with one scale for both and the middle at 0.5; and the share of
        the variance that they show, 0..1 (NaN for UMAP).

    Raises:
        ParameterError: If there is no such method, or UMAP is not installed or gets fewer than `LEAST_FOR_UMAP` images.
    """
    if method not in METHODS:
        raise ParameterError(
            text("A map is made by one of {methods}; not {method!r}.", methods=listed(METHODS), method=method)
        )
    flat = np.asarray(vectors, np.float32).reshape(len(vectors), -1)
    shown = float("nan")
    if method == "umap":
        found = _by_umap(flat, seed)
    elif not np.ptp(flat, axis=0).any():  # one image, or all alike
        found, shown = np.zeros((len(flat), 2)), 0.0
    else:
        from sklearn.decomposition import PCA

        n = min(2, *flat.shape)
        fitted = PCA(n, random_state=seed).fit(flat)
        found = np.zeros((len(flat), 2))
        found[:, :n] = fitted.transform(flat)
        shown = float(fitted.explained_variance_ratio_.sum())
    middle, reach = (found.min(axis=0) + found.max(axis=0)) / 2, float(np.ptp(found, axis=0).max()) or 1.0
    return np.clip((found - middle) / reach + 0.5, 0, 1).astype(np.float32), shown


def sprites(thumbnails: Iterable[Image.Image | None], n: int, side: int = 32) -> Image.Image:
    """All thumbnails in one picture, row by row in a square of cells; grey for one that is missing.

    10,000 of 32 pixels take 31 MB while it is made.
    """
    columns = math.ceil(math.sqrt(n))
    picture = Image.new("RGB", (columns * side, math.ceil(n / columns) * side), _NOTHING)
    for number, thumbnail in enumerate(thumbnails):
        if thumbnail is not None:
            place = (number % columns * side, number // columns * side)
            picture.paste(thumbnail.convert("RGB").resize((side, side), Image.Resampling.BOX), place)
    return picture


def _by_umap(vectors: np.ndarray, seed: int) -> np.ndarray:
    """(n, 2) of vectors (n, k)."""
    try:
        from umap import UMAP  # type: ignore[import-not-found]
    except ImportError:
        raise ParameterError(
            text("UMAP needs the package umap-learn: pip install umap-learn. PCA works without.")
        ) from None
    n = len(vectors)
    if n < LEAST_FOR_UMAP:
        raise ParameterError(
            text(
                "UMAP needs at least {least} images; not {n}. PCA places any number.",
                least=LEAST_FOR_UMAP,
                n=n,
            )
        )
    fitted = UMAP(n_neighbors=min(_NEIGHBOURS, n - 1), random_state=seed, n_jobs=1)  # a seed allows one thread only
    return fitted.fit_transform(vectors)

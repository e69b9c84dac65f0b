"""Images of any number of bands, such as satellite images, RGB with depth, or spectrograms.

Inside vislib such an image is an array (H, W, bands) in its own numbers.
"""

from dataclasses import dataclass

import numpy as np
from matplotlib import colormaps

from vislib.errors import ImageError, ParameterError, listed, warn
from vislib.images.arrays import MAX_BANDS, MAX_PIXELS, LoadedImage
from vislib.images.contents import FileSource, content_of, looks_like
from vislib.images.numpy_files import is_numpy, read_numpy
from vislib.images.tiff import is_tiff, read_tiff
from vislib.language import sentences, text

MAX_BYTES = 256 * 1024 * 1024
_MISSING = 128


@dataclass(frozen=True)
class BandStatistics:
    """One band in numbers, in the band's own unit.

    Attributes:
        low: The smallest value; NaN if the band has none, as for the next three.
        high: The largest value.
        mean: The mean.
        std: The standard deviation, by n.
        missing: The share of its pixels that are NaN or infinite, 0..1; the other numbers leave them out.
    """

    low: float
    high: float
    mean: float
    std: float
    missing: float


def load_bands(source: FileSource | np.ndarray) -> np.ndarray:
    """Reads an image of 1 to 32 bands; how it was read, where that is not plain, is a `VislibWarning`.

    See `read_bands`, which returns those sentences instead.

    Returns:
        Array (H, W, bands) in the file's own numbers.

    Example:
        >>> vislib.load_bands(np.zeros((4, 5, 13))).shape
        (4, 5, 13)
    """
    image = read_bands(source)
    for note in image.notes:
        warn(note)
    return image.values


def read_bands(source: FileSource | np.ndarray) -> LoadedImage:
    """Reads an image of 1 to 32 bands, with notes on how it was read.

    Args:
        source: An array, or the path, the bytes or an open file of a .npy, .npz or TIFF file: (H, W), (H, W, bands),
            or (bands, H, W) where the sizes leave no doubt: at most 32 come first and more than 32 last. The pages
            of a TIFF file are its first axis. A .npz file holds one array, or one called "image" or "bands".

    Raises:
        ImageError: If it is something else, damaged, or has more than `MAX_BYTES` bytes or `MAX_PIXELS` pixels.

    Example:
        >>> found = vislib.read_bands(np.zeros((13, 40, 50)))
        >>> found.values.shape, found.notes
        ((40, 50, 13), ('Its first axis was read as its 13 bands: (bands, H, W).',))
    """
    if isinstance(source, np.ndarray):
        return bands_last(source, text("The array"))
    content, name = content_of(source, text("Accepted: .npy, .npz or TIFF."), MAX_BYTES)
    if is_numpy(content):
        return bands_last(read_numpy(content, name, MAX_BYTES), name)
    if is_tiff(content):
        return bands_last(read_tiff(content, name, MAX_BYTES), name)
    raise ImageError(
        text(
            "{name} is no file of bands: it is no .npy, .npz or TIFF file, and {what_it_is}. np.save(path, "
            "bands) makes one of an array (H, W, bands).",
            name=name,
            what_it_is=looks_like(content),
        )
    )


def bands_last(values: np.ndarray, name: str) -> LoadedImage:
    """An array as (H, W, bands), and a note if the bands came first.

    Raises:
        ImageError: If it is no such array, or its sizes do not show which axis is the bands.
    """
    notes: tuple[str, ...] = ()
    if values.dtype.kind not in "iuf":
        raise ImageError(
            text(
                "{name} holds {dtype}, not numbers; bands.astype(np.float32) may make them numbers.",
                name=name,
                dtype=values.dtype,
            )
        )
    if values.ndim == 2:
        values = values[..., None]
    if values.ndim != 3 or 0 in values.shape:
        raise ImageError(
            text("{name} has shape {shape}; an image of bands is (H, W, bands).", name=name, shape=values.shape)
        )
    if values.shape[2] > MAX_BANDS:
        if values.shape[0] > MAX_BANDS:
            raise ImageError(
                text(
                    "{name} has shape {shape}; an image of bands is (H, W, bands) with 1 to {most} bands.",
                    name=name,
                    shape=values.shape,
                    most=MAX_BANDS,
                )
            )
        values = np.moveaxis(values, 0, -1)
        notes = (text("Its first axis was read as its {n} bands: (bands, H, W).", n=values.shape[2]),)
    if values.shape[0] * values.shape[1] > MAX_PIXELS:
        raise ImageError(
            text(
                "{name} has {n:,} pixels; at most {most:,} are accepted.",
                name=name,
                n=values.shape[0] * values.shape[1],
                most=MAX_PIXELS,
            )
        )
    return LoadedImage(np.ascontiguousarray(values, values.dtype.newbyteorder("=")), notes)


def for_network(values: np.ndarray, n_bands: int) -> LoadedImage:
    """An array as an image of a network's bands, (H, W, bands).

    Raises:
        ImageError: If it has other bands, too many pixels, or values that are missing.
    """
    wanted = text("This network takes images of {n} bands, arrays (H, W, {n}) as from vislib.load_bands", n=n_bands)
    if not isinstance(values, np.ndarray):
        raise ImageError(text("{wanted}; not {kind}.", wanted=wanted, kind=type(values).__name__))
    if values.ndim != 3 or values.shape[2] != n_bands or 0 in values.shape:
        turned = values.ndim == 3 and values.shape[0] == n_bands
        raise ImageError(
            sentences(
                text("{wanted}; this one has shape {shape}.", wanted=wanted, shape=values.shape),
                text("Its bands come first: np.moveaxis(image, 0, -1) puts them last.") if turned else "",
            )
        )
    image = bands_last(values, text("The image"))
    if not np.isfinite(values).all():
        n_missing = int((~np.isfinite(values)).sum())
        raise ImageError(
            text(
                "{n:,} of the image's {size:,} values are NaN or infinite. Replace them first: "
                "np.nan_to_num(image, nan=0, posinf=0, neginf=0).",
                n=n_missing,
                size=values.size,
            )
        )
    return image


def statistics(values: np.ndarray) -> list[BandStatistics]:
    """Each band of an image (H, W, bands) in numbers."""
    return [_statistics(values[..., band]) for band in range(values.shape[2])]


def _statistics(band: np.ndarray) -> BandStatistics:
    known = band[np.isfinite(band)].astype(np.float64)
    missing = 1 - known.size / band.size
    if not known.size:
        return BandStatistics(np.nan, np.nan, np.nan, np.nan, missing)
    return BandStatistics(float(known.min()), float(known.max()), float(known.mean()), float(known.std()), missing)


def display(
    values: np.ndarray,
    bands: tuple[int, ...] | None = None,
    colormap: str = "gray",
    limits: tuple[float, float] = (2.0, 98.0),
) -> np.ndarray:
    """A picture of an image of bands: three of them as red, green and blue, or one in the colours of a colormap.

    Each shown band is stretched from its lower percentile to its upper one. NaN and infinity are mid-grey, and so is
    a band of one value.

    Args:
        values: (H, W, bands).
        bands: Three numbers of bands, from 0, or one; by default the first three, or the first if there are fewer.
        colormap: A matplotlib name, for one band.
        limits: The percentiles, 0..100, that become 0 and 255.

    Returns:
        (H, W, 3) uint8.

    Raises:
        ParameterError: If there is no such band or colormap, or the limits are no two rising percentiles.
    """
    n_bands = values.shape[2]
    chosen = ((0, 1, 2) if n_bands >= 3 else (0,)) if bands is None else tuple(bands)
    if len(chosen) not in (1, 3) or not all(0 <= band < n_bands for band in chosen):
        raise ParameterError(
            text(
                "`bands` must be one or three numbers from 0 to {n}; not {chosen}.",
                n=n_bands - 1,
                chosen=listed(chosen),
            )
        )
    if len(limits) != 2 or not 0 <= limits[0] < limits[1] <= 100:
        raise ParameterError(
            text("`limits` must be two rising percentiles from 0 to 100; not {limits}.", limits=limits)
        )
    if colormap not in colormaps:
        raise ParameterError(text("There is no colormap '{colormap}'; try gray, viridis or magma.", colormap=colormap))
    shares = np.stack([_share(values[..., band], limits) for band in chosen], axis=-1)
    if len(chosen) == 3:
        return np.rint(np.nan_to_num(shares, nan=_MISSING / 255) * 255).astype(np.uint8)
    colours = (colormaps[colormap](np.arange(256) / 255)[:, :3] * 255).round().astype(np.uint8)
    known = np.isfinite(shares[..., 0])
    picture = colours[np.rint(np.where(known, shares[..., 0], 0) * 255).astype(int)]
    picture[~known] = _MISSING
    return picture


def as_picture(image: np.ndarray) -> np.ndarray:
    """An image of bands as its picture by `display`; an array that `load_image` accepts is returned unchanged.

    (H, W, 4) counts as bands unless it is uint8, which is RGB with opacity.
    """
    if image.ndim != 3 or image.shape[2] in (1, 3) or (image.shape[2] == 4 and image.dtype == np.uint8):
        return image
    return display(image)


def _share(band: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
    """A band (H, W) as 0..1 between two percentiles; NaN where it has no value, and all over if it has only one."""
    values = band.astype(np.float64)
    known = np.isfinite(values)
    low, high = np.percentile(values[known], limits) if known.any() else (0.0, 0.0)
    if low == high and known.any():  # more than 96 % of the pixels are equal
        low, high = values[known].min(), values[known].max()
    if low == high:
        return np.full(values.shape, np.nan)
    return np.where(known, np.clip((values - low) / (high - low), 0, 1), np.nan)

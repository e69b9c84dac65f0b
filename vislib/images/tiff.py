"""Reads the numbers of TIFF files as they are, through tifffile: any number of bands, 16 bits, floats.

Pillow reads photographs; it knows neither bands nor colours of more than 8 bits.
"""

import io
import logging
import zlib
from typing import Any

import numpy as np

from vislib.errors import ImageError
from vislib.language import text

logging.getLogger("tifffile").setLevel(logging.CRITICAL)  # it writes about damaged files, which our errors do
_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_NONE, _DEFLATE = (1,), (8, 32946)
_COLOURS = {2: 3, 5: 4, 6: 3, 8: 3}  # by PhotometricInterpretation: RGB, CMYK, YCbCr, CIELab; others have one


def is_tiff(content: bytes) -> bool:
    """Whether a file begins like TIFF or BigTIFF."""
    return content.startswith(_MAGIC)


def n_wide_bands(content: bytes, frame: int = 0) -> int:
    """The number of bands of a page that Pillow cannot read as it is; 0 if it can, or if the file is damaged.

    Pillow reads photographs: of colours it keeps the upper 8 bits, and it refuses other numbers of bands.
    """
    import tifffile

    try:
        with tifffile.TiffFile(io.BytesIO(content)) as file:
            page: Any = file.pages[frame]
            n_bands, n_colours = page.samplesperpixel, _COLOURS.get(int(page.photometric), 1)
            if n_bands > 1 and n_bands not in (n_colours, n_colours + 1):
                return n_bands
            is_float = page.dtype is not None and page.dtype.kind == "f"
            return n_bands if n_bands > 1 and (is_float or (n_bands == 3 and page.dtype != np.uint8)) else 0
    except Exception:  # noqa: BLE001 – on damaged files tifffile raises errors of any kind; Pillow says what is wrong
        return 0


def read_tiff(content: bytes, name: str, most_bytes: int, frame: int | None = None) -> np.ndarray:
    """The values of a TIFF file in their own numbers.

    Args:
        content: The file's bytes.
        name: The file's name, for messages.
        most_bytes: The largest array that is accepted, in bytes.
        frame: The number of the page to read, from 0; None: all pages that are like the first.

    Returns:
        (H, W, bands) for one page; for several (pages, H, W).

    Raises:
        ImageError: If the file is damaged, too large, or compressed otherwise than by deflate.
    """
    import tifffile

    try:
        with tifffile.TiffFile(io.BytesIO(content)) as file:
            first: Any = file.pages[frame or 0]
            pages = [first]
            if frame is None and first.samplesperpixel == 1:
                pages += [one for one in file.pages[1:] if (one.shape, one.dtype) == (first.shape, first.dtype)]
            for page in pages:
                _check(page, name, most_bytes // len(pages))
            arrays = [_channels_last(page) for page in pages]
    except ImageError:
        raise
    except Exception as error:  # on damaged files tifffile raises errors of any kind
        raise ImageError(text("{name} cannot be decoded: its contents are damaged.", name=name)) from error
    return arrays[0] if len(arrays) == 1 else np.stack([one[..., 0] for one in arrays])


def _check(page: Any, name: str, most_bytes: int) -> None:
    """Refuses a page that is too large, or compressed so that it cannot be bounded before it is decoded."""
    chunk = int(np.prod(page.chunks, dtype=object)) * page.dtype.itemsize
    size = int(np.prod(page.shape, dtype=object)) * page.dtype.itemsize
    if max(size, chunk) > most_bytes:
        raise ImageError(
            text(
                "{name} would take {size:,.0f} MB; at most {most:.0f} MB are accepted.",
                name=name,
                size=max(size, chunk) / 1e6,
                most=most_bytes / 1e6,
            )
        )
    compression = int(page.compression)
    if compression in _NONE:
        return
    if compression not in _DEFLATE or int(page.predictor) not in (1, 2):
        raise ImageError(
            text(
                "{name} is compressed as {compression}, which is not accepted. Save it without compression: "
                "tifffile.imwrite(path, bands, planarconfig='contig').",
                name=name,
                compression=getattr(page.compression, "name", compression),
            )
        )
    buffer = page.parent.filehandle
    for offset, count in zip(page.dataoffsets, page.databytecounts, strict=True):
        buffer.seek(offset)
        inflater = zlib.decompressobj()
        inflater.decompress(buffer.read(count), chunk + 1)
        if inflater.unconsumed_tail:
            raise ImageError(text("{name} cannot be decoded: a part of it unpacks to more than its size.", name=name))


def _channels_last(page: Any) -> np.ndarray:
    values = page.asarray()
    if values.ndim == 2:
        return values[..., None]
    return np.moveaxis(values, 0, -1) if page.axes.startswith("S") else values

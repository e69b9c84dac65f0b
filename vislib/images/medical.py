"""Reads DICOM files through pydicom, which is an extra: pip install pydicom."""

import io
import warnings
from dataclasses import replace
from typing import Any

import numpy as np
from PIL import Image

from vislib.errors import ImageError
from vislib.images.arrays import MAX_PIXELS, LoadedImage
from vislib.images.windows import Window, windowed
from vislib.language import sentences, text

_TAGS = (
    "Rows", "Columns", "NumberOfFrames", "SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration",
    "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "PixelPaddingValue", "PixelPaddingRangeLimit",
    "RescaleSlope", "RescaleIntercept", "ModalityLUTSequence", "WindowCenter", "WindowWidth", "VOILUTFunction",
    "RedPaletteColorLookupTableDescriptor", "GreenPaletteColorLookupTableDescriptor",
    "BluePaletteColorLookupTableDescriptor", "RedPaletteColorLookupTableData", "GreenPaletteColorLookupTableData",
    "BluePaletteColorLookupTableData", "PixelData", "FloatPixelData", "DoubleFloatPixelData",
)  # fmt: skip
"""The elements that are read; a file may hold millions of others."""
_DEFLATED = b"1.2.840.10008.1.2.1.99"
_RLE = "1.2.840.10008.1.2.5"
_MAX_RLE_BYTES = 4 * 1024**2  # a byte of it may stand for 64
_UNCOMPRESSED = text("Save it uncompressed (Explicit VR Little Endian) or as PNG.")


def is_dicom(content: bytes) -> bool:
    """Whether a file begins like DICOM: 128 free bytes, then "DICM"."""
    return content[128:132] == b"DICM"


def read_dicom(content: bytes, name: str, window: Window | None = None, frame: int = 0) -> LoadedImage:
    """A DICOM image as RGB, as a viewer shows it first.

    The stored values are brought to their unit by the file's rescale slope and intercept (or its table), then to
    0..255 by a window: the given one, else the file's first, else the full range. MONOCHROME1 is inverted, as there
    the smallest value is white. Pixels that the file marks as padding are black.

    Args:
        content: The file's bytes.
        name: The file's name, for messages.
        window: (level, width) in the unit of the values, such as Hounsfield units.
        frame: The number of the frame, from 0.

    Raises:
        ImageError: If pydicom is not installed, the file is damaged, has no such frame, is compressed in a way that
            cannot be read, or has more than `MAX_PIXELS` pixels.
    """
    try:
        import pydicom
    except ImportError:
        raise ImageError(
            text(
                "{name} is a DICOM file, and pydicom, which reads these, is not installed. Install it (pip "
                "install pydicom), or save the image as PNG or TIFF.",
                name=name,
            )
        ) from None
    if _DEFLATED in content:
        raise ImageError(
            sentences(text("{name} is a deflated DICOM file, which is not accepted.", name=name), _UNCOMPRESSED)
        )
    header = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pydicom warns about files that are not quite as the standard says
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            header = pydicom.dcmread(io.BytesIO(content), specific_tags=[*_TAGS])
            n_frames = _check(header, name, frame)
            stored = pydicom.pixels.pixel_array(header, index=frame)
            image = _shown(header, stored, window)
    except ImageError:
        raise
    except (NotImplementedError, RuntimeError) as error:
        given = None if header is None else header.file_meta.get("TransferSyntaxUID")
        syntax = given.name if given is not None and given.is_valid else text("something unknown")
        raise ImageError(
            sentences(
                text(
                    "{name} is a DICOM file whose pixels cannot be decoded; they are stored as {syntax}.",
                    name=name,
                    syntax=syntax,
                ),
                _UNCOMPRESSED,
            )
        ) from error
    except Exception as error:  # on damaged files pydicom raises errors of many kinds
        raise ImageError(
            text("{name} is a DICOM file that cannot be decoded: its contents are damaged.", name=name)
        ) from error
    if n_frames > 1:
        chosen = text("It has {n} frames; frame {frame}, counted from 0, is used.", n=n_frames, frame=frame)
        return replace(image, notes=(*image.notes, chosen))
    return image


def _check(header: Any, name: str, frame: int) -> int:
    """The number of frames, if the file has such pixels and their size is accepted."""
    if not any(tag in header for tag in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")):
        raise ImageError(text("{name} is a DICOM file without an image.", name=name))
    height, width, n_frames = int(header.Rows), int(header.Columns), int(header.get("NumberOfFrames") or 1)
    if not 0 < height * width <= MAX_PIXELS:
        raise ImageError(
            text(
                "{name} is a DICOM image of {width} × {height} pixels; 1 to {most} million pixels are accepted.",
                name=name,
                width=width,
                height=height,
                most=MAX_PIXELS // 1_000_000,
            )
        )
    if not 0 <= frame < n_frames:
        raise ImageError(
            text(
                "{name} has {n} frames, numbered from 0; there is no frame {frame}.", name=name, n=n_frames, frame=frame
            )
        )
    if header.file_meta.get("TransferSyntaxUID") == _RLE:
        from pydicom.encaps import get_frame

        if len(get_frame(header.PixelData, frame, number_of_frames=n_frames)) > _MAX_RLE_BYTES:
            raise ImageError(
                sentences(
                    text("{name} holds more run-length encoded pixels than are accepted (4 MB).", name=name),
                    _UNCOMPRESSED,
                )
            )
    return n_frames


def _shown(header: Any, stored: np.ndarray, window: Window | None) -> LoadedImage:
    """The stored values of one frame as RGB."""
    from pydicom.pixels import apply_color_lut, apply_modality_lut

    kind = str(header.PhotometricInterpretation)
    if kind == "PALETTE COLOR":
        colours = apply_color_lut(stored, header)
        return LoadedImage((colours >> 8 * (colours.dtype.itemsize - 1)).astype(np.uint8))
    if stored.ndim == 3:
        if header.BitsStored <= 8 and window is None:
            return LoadedImage(stored.astype(np.uint8))
        return windowed(stored, window)
    is_padding = _padding(header, stored)
    values = np.asarray(apply_modality_lut(stored, header), np.float64)
    chosen, said, curve = (window, "", "LINEAR_EXACT") if window is not None else _window_of(header)
    if chosen is None:
        values[is_padding] = values[~is_padding].min() if not is_padding.all() else 0
    if curve == "SIGMOID" and chosen is not None:
        values = 1 / (1 + np.exp(np.clip(-4 * (values - chosen[0]) / chosen[1], -700, 700)))
        ends = (chosen[0] - chosen[1] / 2, chosen[0] + chosen[1] / 2)
        image = LoadedImage(windowed(values, (0.5, 1)).values, (), ends)
    else:
        image = windowed(values, chosen)
    pixels, notes = image.values, (said,) if said else image.notes
    if kind == "MONOCHROME1":
        pixels = 255 - pixels
        notes = (
            *notes,
            text("Black and white were exchanged, because the file stores white as its lowest value (MONOCHROME1)."),
        )
    pixels[is_padding] = 0
    return LoadedImage(pixels, notes, image.black_and_white)


def _window_of(header: Any) -> tuple[Window | None, str, str]:
    """The first window of the file, how to say it, and its curve; no window if the file has none."""
    centres, widths = header.get("WindowCenter"), header.get("WindowWidth")
    if centres is None or widths is None or centres == "" or widths == "":
        return None, "", "LINEAR_EXACT"
    level, width = (float(np.atleast_1d(np.asarray(given, float))[0]) for given in (centres, widths))
    curve = str(header.get("VOILUTFunction") or "LINEAR").upper()
    said = text(
        "The file's window was used, level {level:.6g} and width {width:.6g}; another level and width can be set.",
        level=level,
        width=width,
    )
    if curve == "LINEAR":  # PS3.3 C.11.2.1.2.1: (x − (c − 0.5)) / (w − 1) + 0.5
        level, width = level - 0.5, max(width - 1, 1e-6)
    if not np.isfinite([level, width]).all() or width <= 0:
        return None, "", "LINEAR_EXACT"
    return (level, width), said, curve


def _padding(header: Any, stored: np.ndarray) -> np.ndarray:
    """Which stored values (H, W) the file marks as padding outside the image."""
    first = header.get("PixelPaddingValue")
    if first is None or isinstance(first, bytes):
        return np.zeros(stored.shape, bool)
    last = header.get("PixelPaddingRangeLimit", first)
    last = first if isinstance(last, bytes) else last
    return (stored >= min(first, last)) & (stored <= max(first, last))

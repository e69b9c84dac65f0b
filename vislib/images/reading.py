"""Reads images from unknown sources.

Inside vislib an image is an array (H, W, 3) uint8 of RGB values.
"""

import codecs
import hashlib
import io
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from vislib.errors import ImageError, warn
from vislib.images.arrays import MAX_PIXELS, LoadedImage, on_white, rgb_of

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
MAX_BYTES = 50 * 1024 * 1024

ImageSource = str | os.PathLike[str] | bytes | IO[bytes] | Image.Image | np.ndarray


def load_image(source: ImageSource) -> np.ndarray:
    """Reads an image as RGB; how it was read, where that is not plain, is a `VislibWarning`.

    See `read_image`, which returns those sentences instead.

    Returns:
        Array (H, W, 3) uint8.
    """
    image = read_image(source)
    for note in image.notes:
        warn(note)
    return image.values


def read_image(source: ImageSource) -> LoadedImage:
    """Reads an image as RGB, with notes on how it was read.

    Of an animation the first frame is used. The EXIF orientation is applied, and transparency is composited on white.
    Grey, palette, 1-bit and CMYK pictures are converted. 16-bit values are divided by 257; floating-point values are
    scaled from their own range, so that neither saturates.

    Args:
        source: A path, the file's bytes, a file object opened for reading bytes, a PIL image, or an
            array (H, W), (H, W, 1), (H, W, 3) or (H, W, 4) with values in 0..255, or floats in 0..1.

    Raises:
        ImageError: If the source is not an image in one of `FORMATS`, is damaged, has more than `MAX_PIXELS` pixels,
            or is an array with values in another range.
    """
    if isinstance(source, np.ndarray):
        image = rgb_of(source)
        return LoadedImage(image.values.copy(), image.notes) if image.values is source else image
    if isinstance(source, Image.Image):
        return LoadedImage(_decoded("The image", lambda: source))
    content, name = _read(source)
    if not content:
        raise ImageError(f"{name} is empty (0 bytes). {_accepted()}")
    try:
        return LoadedImage(_decoded(name, lambda: Image.open(io.BytesIO(content), formats=FORMATS)))
    except UnidentifiedImageError:
        problem = f"{name} is not an image that can be read: {_looks_like(content)}. {_accepted()}"
        raise ImageError(problem) from None


def _decoded(name: str, open_picture: Callable[[], Image.Image]) -> np.ndarray:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = open_picture()
            _check_size(picture)
            return _to_rgb(picture)
    except (ImageError, UnidentifiedImageError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ImageError(f"{name} is too large: more than {MAX_PIXELS:,} pixels. {_accepted()}") from None
    except Exception as error:
        # On damaged files Pillow's decoders raise exceptions that are not documented (struct.error, zlib.error,
        # SyntaxError, …). None of them may reach the user.
        reason = "it ends too early" if "truncated" in str(error) else "its contents are damaged"
        raise ImageError(f"{name} cannot be decoded: {reason}. {_accepted()}") from error


def image_digest(image: np.ndarray) -> str:
    """A short digest of an image's pixels (16 hexadecimal digits), for cache keys and file names."""
    return hashlib.sha256(repr(image.shape).encode() + np.ascontiguousarray(image).tobytes()).hexdigest()[:16]


def _accepted() -> str:
    return f"Accepted: {', '.join(FORMATS[:-1])} or {FORMATS[-1]}, up to {MAX_PIXELS // 1_000_000} million pixels."


def _read(source: str | os.PathLike[str] | bytes | IO[bytes]) -> tuple[bytes, str]:
    if isinstance(source, bytes):
        return source, "The file"
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        try:
            size = path.stat().st_size
            if size > MAX_BYTES:
                raise ImageError(f"{path.name} has {size / 1e6:.0f} MB; at most {MAX_BYTES / 1e6:.0f} MB are accepted.")
            return path.read_bytes(), path.name
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise ImageError(f"{path} cannot be read: {reason}.") from None
    if hasattr(source, "read"):
        try:
            return source.read(), "The file"
        except (OSError, ValueError) as error:
            raise ImageError(f"The file cannot be read: {error}.") from None
    raise ImageError(
        f"An image must be a path, bytes, a file object, a PIL image or an array; not {type(source).__name__}."
    )


def _check_size(picture: Image.Image) -> None:
    if picture.width < 1 or picture.height < 1:
        raise ImageError(f"The image has no pixels ({picture.width} × {picture.height}).")
    if picture.width * picture.height > MAX_PIXELS:
        raise ImageError(f"The image is too large: {picture.width} × {picture.height} pixels. {_accepted()}")


def _to_rgb(picture: Image.Image) -> np.ndarray:
    picture = ImageOps.exif_transpose(picture)
    mode = picture.mode
    if mode.startswith("I") or mode == "F":
        return _from_wide_grey(np.asarray(picture), mode)
    if mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in picture.info:
        return on_white(picture)
    return np.array(picture.convert("RGB"))


def _from_wide_grey(values: np.ndarray, mode: str) -> np.ndarray:
    """Converts 16-bit, 32-bit and floating-point grey to RGB; `convert("RGB")` would clip them to white."""
    values = values.astype(np.float64)
    finite = np.isfinite(values)
    if not finite.all():
        values = np.where(finite, values, values[finite].min() if finite.any() else 0.0)
    if mode == "F" or values.max() > 65535 or values.min() < 0:
        low, high = values.min(), values.max()
        scaled = (values - low) * (255 / (high - low)) if high > low else np.full_like(values, np.clip(low, 0, 255))
    else:
        scaled = values / 257
    return np.repeat(np.rint(scaled).astype(np.uint8)[..., None], 3, axis=2)


def _looks_like(content: bytes) -> str:
    start = content[:512].lstrip().lower()
    if b"<svg" in start:
        return "it is an SVG drawing"
    if start.startswith((b"<!doctype html", b"<html")):
        return "it is a web page"
    if start.startswith((b"%!ps", b"%pdf")):
        return "it is a PostScript or PDF document"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(content[:512])  # incremental, as byte 512 may split a letter
    except UnicodeDecodeError:
        return "its format is not recognised"
    return "it contains text"

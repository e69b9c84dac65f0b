"""Reads images from unknown sources.

Inside vislib an image is an array (H, W, 3) uint8 of RGB values. For images of other bands see `vislib.images.bands`.
"""

import hashlib
import io
import warnings
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from vislib.errors import ImageError, ParameterError, warn
from vislib.images.arrays import MAX_PIXELS, LoadedImage, checked, on_white, rgb_of
from vislib.images.contents import FileSource, content_of, looks_like
from vislib.images.large_jpeg import large_jpeg
from vislib.images.medical import is_dicom, read_dicom
from vislib.images.numpy_files import is_numpy, read_numpy
from vislib.images.tiff import is_tiff, n_wide_bands, read_tiff
from vislib.images.windows import Window, checked_window, windowed
from vislib.language import Text, listing, sentences, text

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
_PAGED = ("GIF", "WEBP", "PNG", "TIFF")
_MAX_BYTES_AS_NUMBERS = 8 * 3 * MAX_PIXELS

ImageSource = FileSource | Image.Image | np.ndarray


def load_image(source: ImageSource, window: Window | None = None, frame: int = 0) -> np.ndarray:
    """Reads an image as RGB; how it was read, where that is not plain, is a `VislibWarning`.

    See `read_image`, which takes the same arguments and returns those sentences instead.

    Returns:
        Array (H, W, 3) uint8.

    Example:
        >>> vislib.load_image(vislib.sample_path("cat.jpg")).shape
        (300, 451, 3)
    """
    image = read_image(source, window, frame)
    for note in image.notes:
        warn(note)
    return image.values


def load_of_many(source: ImageSource, said: set[str]) -> np.ndarray:
    """`load_image` for one of many images, of which each kind of note is a warning once.

    Args:
        source: As for `load_image`.
        said: The kinds that were said so far, which this function adds to: notes without their numbers.
    """
    image = read_image(source)
    for note in image.notes:
        kind = "".join(letter for letter in note if not letter.isdigit())
        if kind not in said:
            said.add(kind)
            warn(note)
    return image.values


def read_image(source: ImageSource, window: Window | None = None, frame: int = 0) -> LoadedImage:
    """Reads an image as RGB, with notes on how it was read.

    The EXIF orientation is applied, and transparency is composited on white. Grey, palette, 1-bit and CMYK pictures
    are converted. Values of more than 8 bits and floats in a file are brought to 0..255 from their smallest to their
    largest value, or by the window. DICOM files are shown as they ask for (see `vislib.images.medical`). A JPEG file of
    more than `MAX_PIXELS` pixels is reduced to a half, a quarter or an eighth of its width and height.

    Args:
        source: A path, the file's bytes, a file object opened for reading bytes, a PIL image, or an
            array (H, W), (H, W, 1), (H, W, 3) or (H, W, 4) with values in 0..255, or floats in 0..1. The file is in
            one of `FORMATS`, DICOM, or a .npy or .npz file of such an array.
        window: (level, width) in the unit of the values: level − width / 2 is black, level + width / 2 is white.
        frame: The number of the frame or page, from 0.

    Raises:
        ImageError: If the source is not such an image, is damaged, has more than `MAX_PIXELS` pixels (a JPEG file: at
            an eighth of its size, or progressive) or no such frame, or is an array with values in another range.
        ParameterError: If the window or the frame's number is not one.

    Example:
        >>> found = vislib.read_image(np.full((2, 2), 0.5))
        >>> found.values.shape, found.notes
        ((2, 2, 3), ('The image is an array of floats of at most 1, so it was read as 0 (black) to 1 (white).',))
    """
    window = checked_window(window)
    if isinstance(frame, bool) or not isinstance(frame, int | np.integer) or frame < 0:
        raise ParameterError(text("`frame` must be a whole number from 0; not {frame!r}.", frame=frame))
    if isinstance(source, np.ndarray):
        return _from_array(source, window)
    if isinstance(source, Image.Image):
        return _decoded(text("The image"), lambda: source, window, frame)
    content, name = content_of(source, _accepted())
    if is_dicom(content):
        return read_dicom(content, name, window, frame)
    if is_numpy(content):
        return _from_array(read_numpy(content, name, _MAX_BYTES_AS_NUMBERS), window)
    if is_tiff(content) and (n_bands := n_wide_bands(content, frame)):
        return _from_bands(content, name, n_bands, window, frame)
    large = large_jpeg(content) if frame == 0 else None
    if large is not None:
        image = _decoded(name, large.opened, window, frame)
        return replace(image, notes=(*image.notes, _reduced(large.size, image.values)))
    try:
        return _decoded(name, lambda: Image.open(io.BytesIO(content), formats=FORMATS), window, frame)
    except UnidentifiedImageError:
        problem = sentences(
            text("{name} is not an image that can be read: {what_it_is}.", name=name, what_it_is=looks_like(content)),
            _accepted(),
        )
        raise ImageError(problem) from None


def _from_array(values: np.ndarray, window: Window | None) -> LoadedImage:
    if window is not None:
        values = checked(values)
        return windowed(values[..., 0] if values.shape[2] == 1 else values[..., :3], window)
    image = rgb_of(values)
    return LoadedImage(image.values.copy(), image.notes) if image.values is values else image


def _from_bands(content: bytes, name: str, n_bands: int, window: Window | None, frame: int) -> LoadedImage:
    if n_bands != 3:
        raise ImageError(
            text(
                "{name} has {n} bands, not the one or three of a picture. vislib.load_bands(path) reads them "
                "for a network of {n} bands, and vislib.images.bands.display of that makes a picture.",
                name=name,
                n=n_bands,
            )
        )
    return windowed(read_tiff(content, name, _MAX_BYTES_AS_NUMBERS, frame), window)


def _decoded(name: str, open_picture: Callable[[], Image.Image], window: Window | None, frame: int) -> LoadedImage:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = open_picture()
            _check_size(picture)
            is_paged = picture.format in _PAGED and getattr(picture, "is_animated", False)
            if frame:
                _turn_to(picture, name, frame)
            image = _to_rgb(picture, window)
    except (ImageError, UnidentifiedImageError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ImageError(
            sentences(text("{name} is too large: more than {most:,} pixels.", name=name, most=MAX_PIXELS), _accepted())
        ) from None
    except Exception as error:
        # On damaged files Pillow's decoders raise exceptions that are not documented (struct.error, zlib.error,
        # SyntaxError, …). None of them may reach the user.
        reason = text("it ends too early") if "truncated" in str(error) else text("its contents are damaged")
        raise ImageError(
            sentences(text("{name} cannot be decoded: {reason}.", name=name, reason=reason), _accepted())
        ) from error
    if is_paged:
        return replace(image, notes=(*image.notes, _frame_note(frame)))
    return image


def _frame_note(frame: int) -> Text:
    """Which of several frames is used."""
    if frame:
        return text("It has several frames; frame {frame}, counted from 0, is used.", frame=frame)
    return text("It has several frames; the first one is used.")


def _reduced(size: tuple[int, int], pixels: np.ndarray) -> str:
    """The note on an image of another (width, height) before it was reduced, and turned as its EXIF data say."""
    height, width = pixels.shape[:2]
    before = sorted(size) if width <= height else sorted(size, reverse=True)
    return text(
        "The image was reduced from {before_width} × {before_height} to {width} × {height} pixels; the limit is {most} "
        "million.",
        before_width=before[0],
        before_height=before[1],
        width=width,
        height=height,
        most=MAX_PIXELS // 1_000_000,
    )


def _turn_to(picture: Image.Image, name: str, frame: int) -> None:
    try:
        picture.seek(frame)
    except EOFError:
        raise ImageError(text("{name} has no frame {frame}; its first is frame 0.", name=name, frame=frame)) from None
    _check_size(picture)


def image_digest(image: np.ndarray) -> str:
    """A short digest of an image's pixels (16 hexadecimal digits), for cache keys and file names."""
    return hashlib.sha256(repr(image.shape).encode() + np.ascontiguousarray(image).tobytes()).hexdigest()[:16]


def _accepted() -> str:
    return text(
        "Accepted: {formats} or DICOM, up to {most} million pixels; a larger JPEG file is reduced unless it is "
        "progressive.",
        formats=listing(FORMATS, "plain"),
        most=MAX_PIXELS // 1_000_000,
    )


def _check_size(picture: Image.Image) -> None:
    if picture.width < 1 or picture.height < 1:
        raise ImageError(
            text("The image has no pixels ({width} × {height}).", width=picture.width, height=picture.height)
        )
    if picture.width * picture.height > MAX_PIXELS:
        raise ImageError(
            sentences(
                text("The image is too large: {width} × {height} pixels.", width=picture.width, height=picture.height),
                _accepted(),
            )
        )


def _to_rgb(picture: Image.Image, window: Window | None) -> LoadedImage:
    picture = ImageOps.exif_transpose(picture)
    mode = picture.mode
    if mode.startswith("I") or mode == "F":
        return windowed(np.asarray(picture), window)
    if mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in picture.info:
        pixels = on_white(picture)
    else:
        pixels = np.array(picture.convert("RGB"))
    return LoadedImage(pixels) if window is None else windowed(pixels, window)

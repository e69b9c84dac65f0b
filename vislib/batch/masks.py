"""True masks of a segmentation's images: a file or an array for each, in which a grey level is a class's number."""

import hashlib
import io
import os
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import numpy as np
from PIL import Image

from vislib.errors import DatasetError, ImageError
from vislib.images.arrays import MAX_PIXELS
from vislib.images.contents import content_of
from vislib.images.fitting import Box
from vislib.images.numpy_files import is_numpy, read_numpy
from vislib.images.sources import Source
from vislib.language import listing, sentences, text
from vislib.model.classifier import Classifier

SUFFIXES = (".png", ".tif", ".tiff", ".bmp", ".gif", ".npy")
LEFT_OUT = 255
"""The grey level of pixels that do not count, where the network has more than two classes."""
OUTSIDE = -1
_FORMATS = ("PNG", "TIFF", "BMP", "GIF")
_ACCEPTED = text("A mask is a grey or palette picture (PNG, TIFF, BMP, GIF) or a .npy file of class numbers (h, w).")
_Mask = str | np.ndarray | None


class MaskedSource:
    """Images with the true class of each pixel.

    Args:
        images: The images.
        masks: A path or an array (H, W) for each image; None for an image without one.
        digest: A digest that changes when the images or the masks change.
    """

    def __init__(self, images: Source, masks: Sequence[_Mask], digest: str):
        self.name, self.digest = images.name, digest
        self._images, self._masks = images, masks

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, number: int) -> np.ndarray:
        return self._images[number]

    def title(self, number: int) -> str:
        return self._images.title(number)

    def label(self, number: int) -> str | None:
        return self._images.label(number)

    def mask(self, number: int) -> np.ndarray | None:
        """The mask (H, W) of an image; None if it has none. Raises ImageError if it cannot be read."""
        mask = self._masks[number]
        return read_mask(mask) if isinstance(mask, str) else mask

    def piece(self, start: int, stop: int) -> "MaskedSource":
        return MaskedSource(self._images.piece(start, stop), self._masks[start:stop], self.digest)


def with_masks(images: Source, masks: Any) -> MaskedSource:
    """The images of a batch with their masks.

    Args:
        images: The images.
        masks: A folder with a mask for each image, in a file of the image's name (and of its folder, if the folders of
            images are there, too); or a sequence (n,) of paths, arrays (H, W) of class numbers, or None.

    Raises:
        DatasetError: If there is no such folder, no image has a mask, or the numbers of images and masks differ.
    """
    found = _in_folder(images, Path(masks)) if isinstance(masks, str | os.PathLike) else _listed(images, masks)
    identity = hashlib.sha256(images.digest.encode())
    for mask in found:
        identity.update(_identity(mask))
    return MaskedSource(images, found, identity.hexdigest()[:16])


def _in_folder(images: Source, folder: Path) -> list[_Mask]:
    if not folder.is_dir():
        raise DatasetError(text("There is no folder of masks '{folder}'.", folder=folder))
    files: dict[PurePath, str] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in SUFFIXES and path.is_file() and not path.name.startswith("."):
            name = path.relative_to(folder).with_suffix("")
            if name in files:
                raise DatasetError(
                    text("{folder} has two masks called '{name}'; leave one of them.", folder=folder, name=name)
                )
            files[name] = str(path)
    titles = [PurePath(images.title(number)).with_suffix("") for number in range(len(images))]
    found: list[_Mask] = [files.get(title) or files.get(PurePath(title.name)) for title in titles]
    if not any(found):
        raise DatasetError(
            text(
                "No file in {folder} has the name of an image, such as '{name}.png'. The mask of an image "
                "has its name and ends in one of {suffixes}.",
                folder=folder,
                name=titles[0].name,
                suffixes=listing(SUFFIXES, "plain"),
            )
        )
    return found


def _listed(images: Source, masks: Any) -> list[_Mask]:
    every = list(masks) if isinstance(masks, list | tuple | np.ndarray) else None
    if every is None or not all(mask is None or isinstance(mask, str | os.PathLike | np.ndarray) for mask in every):
        raise DatasetError(
            text("`masks` must be a folder, or a sequence of paths or of arrays (H, W) of class numbers.")
        )
    if len(every) != len(images):
        raise DatasetError(text("There are {n:,} images, but {masks:,} masks.", n=len(images), masks=len(every)))
    return [os.fspath(mask) if isinstance(mask, str | os.PathLike) else mask for mask in every]


def _identity(mask: _Mask) -> bytes:
    if isinstance(mask, np.ndarray):
        return repr((mask.shape, str(mask.dtype))).encode() + np.ascontiguousarray(mask).tobytes()
    if mask is None or not os.path.exists(mask):
        return f"{mask}\n".encode(errors="surrogateescape")
    about = os.stat(mask)
    return f"{mask} {about.st_size} {about.st_mtime_ns}\n".encode(errors="surrogateescape")


def read_mask(path: str) -> np.ndarray:
    """The class numbers (H, W) in a mask's file: grey levels, or the numbers of a palette's colours.

    Raises:
        ImageError: If the file cannot be read, or holds no class numbers.
    """
    content, name = content_of(path, _ACCEPTED)
    if is_numpy(content):
        return read_numpy(content, name, 8 * MAX_PIXELS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=_FORMATS)
            if picture.width * picture.height > MAX_PIXELS:
                raise ImageError(
                    text(
                        "The mask {name} is too large: {width} × {height} pixels.",
                        name=name,
                        width=picture.width,
                        height=picture.height,
                    )
                )
            levels = np.asarray(picture)
    except ImageError:
        raise
    except Exception as error:  # Pillow's decoders raise nearly anything for damaged files
        raise ImageError(sentences(text("The mask {name} cannot be read.", name=name), _ACCEPTED)) from error
    if levels.ndim == 3 and (levels[..., :3] == levels[..., :1]).all():
        levels = levels[..., 0]
    if levels.ndim != 2:
        said = text("The mask {name} is in colour, so its pixels are no class numbers.", name=name)
        raise ImageError(sentences(said, _ACCEPTED))
    return levels


@dataclass(frozen=True, eq=False)
class FitMasks:
    """Fits images to a network's input, and their masks to its output.

    Attributes:
        classifier: A segmentation.
    """

    classifier: Classifier

    def __call__(self, image: np.ndarray) -> np.ndarray:
        return self.classifier.resize(image)

    def mask(self, source: Any, number: int, image: np.ndarray) -> np.ndarray | None:
        """The mask of an image of a `MaskedSource` as `fitted_mask` makes it; None if it has none."""
        mask = source.mask(number)
        shape, n_classes = self.classifier.network.output_shape[:2], len(self.classifier.labels)
        size = (image.shape[0], image.shape[1])
        return None if mask is None else fitted_mask(mask, size, self.classifier.box(image), shape, n_classes)


def fit_of(classifier: Classifier, source: Any) -> "Callable[[np.ndarray], np.ndarray] | FitMasks":
    """What brings the images of a source to the network's size, and their masks if there are any."""
    return FitMasks(classifier) if hasattr(source, "mask") else classifier.resize


def fitted_mask(
    mask: np.ndarray, image_size: tuple[int, int], box: Box, shape: tuple[int, int], n_classes: int
) -> np.ndarray:
    """The true class of each pixel of a segmentation's output, (h, w) int; −1 where it does not count.

    Each pixel of the output has the class at its centre. The part of the output that lies outside the image, and the
    grey level 255 of a network of more than two classes, do not count.

    Args:
        mask: Class numbers (H, W), of the image's size.
        image_size: (H, W) of the image.
        box: The part of the image that the network sees.
        shape: (h, w) of the output.
        n_classes: Number of the network's classes.

    Raises:
        ImageError: If the mask has another size, or a number that is no class.
    """
    if mask.ndim != 2 or mask.shape != image_size:
        raise ImageError(
            text(
                "The image is {height} × {width} and its mask {size}; a mask has the image's size.",
                height=image_size[0],
                width=image_size[1],
                size=" × ".join(map(str, mask.shape)),
            )
        )
    wrong = ~np.isin(mask, [*range(n_classes), *([LEFT_OUT] if n_classes > 2 else [])])
    if wrong.any():
        value, last = mask[wrong][0], n_classes - 1
        if n_classes > 2:
            raise ImageError(
                text(
                    "The mask has the value {value}; the network's class numbers go from 0 to {last}, and {left_out} "
                    "leaves a pixel out.",
                    value=value,
                    last=last,
                    left_out=LEFT_OUT,
                )
            )
        raise ImageError(
            text(
                "The mask has the value {value}; the network's class numbers go from 0 to {last}.",
                value=value,
                last=last,
            )
        )
    rows, columns = (
        np.floor(start + (np.arange(n_px) + 0.5) * length / n_px).astype(int)
        for start, length, n_px in zip((box.top, box.left), (box.height, box.width), shape, strict=True)
    )
    inside = np.ix_((rows >= 0) & (rows < mask.shape[0]), (columns >= 0) & (columns < mask.shape[1]))
    found = np.full(shape, OUTSIDE)
    found[inside] = mask[np.ix_(rows[inside[0][:, 0]], columns[inside[1][0]])]
    found[found >= n_classes] = OUTSIDE
    return found


def overlaps(predicted: np.ndarray, true: np.ndarray, n_classes: int) -> tuple[list[int], list[int]]:
    """For each class, the number of pixels that both masks (h, w) give it, and the number that at least one does;
    pixels with a negative true class do not count."""
    counts = true >= 0
    predicted, true = predicted[counts], true[counts]
    both = np.bincount(true[predicted == true], minlength=n_classes)
    either = np.bincount(true, minlength=n_classes) + np.bincount(predicted, minlength=n_classes) - both
    return both.tolist(), either.tolist()

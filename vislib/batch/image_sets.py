"""Sets of images by whatever names them, and reading them a batch at a time."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vislib.errors import ImageError
from vislib.images.finding import source_of
from vislib.images.sets import ArrayImages, ImageSet
from vislib.images.sources import SetImages, Source
from vislib.language import Text, plural, text
from vislib.model.classifier import Classifier

_MOST_AT_ONCE = 64


def images_of(given: Any) -> Source:
    """A set of images.

    Args:
        given: A folder, a .zip, a list or Parquet file of paths; a list of paths; an array (n, h, w, 1 or 3) uint8 or
            a list of arrays; an `ImageSet`; "mnist" or "cifar10" for that data set's test images with their classes, if
            there is no such folder.

    Raises:
        DatasetError: If there are no images.
        ArchiveError: If a zip file is refused.

    Example:
        >>> len(vislib.concepts.images_of(vislib.sample_path("digits")))
        10
    """
    from vislib.training.datasets import DATASETS, load_dataset

    if isinstance(given, str) and given in DATASETS and not Path(given).exists():
        dataset = load_dataset(given)
        images = ArrayImages(dataset.test_images, text("the test images of {dataset}", dataset=given))
        return SetImages(images, [dataset.labels[index] for index in dataset.test_labels])
    return source_of(given)


def read_in_batches(
    classifier: Classifier, images: ImageSet, numbers: Sequence[int], unread: list[int]
) -> Iterator[tuple[list[int], np.ndarray]]:
    """Images of a set, resized to the network's input, a batch at a time: their numbers, and (n, h, w, 3). The numbers
    of those that cannot be read are added to `unread`.

    Raises:
        ImageError: If none of the images can be read.
    """
    size, any_read = min(classifier.network.batch_size, _MOST_AT_ONCE), False
    for start in range(0, len(numbers), size):
        read, resized = [], []
        for number in numbers[start : start + size]:
            try:
                resized.append(classifier.resize(images[int(number)]))
                read.append(int(number))
            except ImageError:
                unread.append(int(number))
        any_read = any_read or bool(read)
        yield read, np.stack(resized) if resized else np.empty((0, *classifier.input_size, 3), np.uint8)
    if not any_read:
        raise ImageError(text("None of the {n:,} images of {images} can be read.", n=len(numbers), images=images.name))


def said_of_unread(unread: Sequence[int]) -> tuple[Text, ...]:
    """A sentence on images that could not be read; none if all could."""
    if not unread:
        return ()
    return (plural("{n} image could not be read.", "{n:,} images could not be read.", len(unread)),)

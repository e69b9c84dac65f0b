"""Sets of images for concepts: a folder, a zip, arrays, a data set by name; and those of a set that are of a class."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vislib.batch.finding import source_of
from vislib.errors import DatasetError, ImageError, ParameterError
from vislib.images.sets import ArrayImages, ImageSet
from vislib.model.classifier import Classifier
from vislib.progress import Steps
from vislib.targets.base import Target
from vislib.tasks import Task

_MOST_AT_ONCE = 64


def images_of(given: Any) -> ImageSet:
    """A set of images.

    Args:
        given: A folder, a .zip, a list or Parquet file of paths; a list of paths; an array (n, h, w, 1 or 3) uint8 or
            a list of arrays; an `ImageSet`; "mnist" or "cifar10" for that data set's test images, if there is no such
            folder.

    Raises:
        DatasetError: If there are no images.
        ArchiveError: If a zip file is refused.
    """
    from vislib.training.datasets import DATASETS, load_dataset

    if isinstance(given, str) and given in DATASETS and not Path(given).exists():
        return ArrayImages(load_dataset(given).test_images, f"the test images of {given}")
    if isinstance(given, str | os.PathLike | list | tuple | np.ndarray):
        return source_of(given)
    return given


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
        raise ImageError(f"None of the {len(numbers):,} images of {images.name} can be read.")


def decides(classifier: Classifier, target: Target) -> bool:
    """Whether the network gives each image one class, and the target is the score of one."""
    return classifier.task in (Task.CLASSIFICATION, Task.BINARY) and target.class_index is not None


@dataclass(frozen=True, eq=False)
class ImagesOfTarget:
    """A target, and the images of a set on which it is explained.

    Attributes:
        classifier: The network.
        images: The set.
        target: The target, resolved.
        only_predicted: Whether images are left out for which the network does not predict the target's class.
    """

    classifier: Classifier
    images: ImageSet
    target: Target
    only_predicted: bool

    @classmethod
    def of(cls, classifier: Classifier, images: Any, target: Any, only_predicted: bool | None) -> "ImagesOfTarget":
        """From what a person gives; for None images are left out where the network gives each image one class.

        Raises:
            DatasetError: If there are no images.
            ParameterError: If there is no such class, or `only_predicted` is True where there are no classes.
        """
        what = classifier.target(target)
        may_choose = decides(classifier, what)
        if only_predicted and not may_choose:
            raise ParameterError(
                f"`only_predicted` is for networks that give each image one class, and for the score of a class; "
                f"{classifier.key}'s task is {classifier.task}, and the target is {what.in_words()}."
            )
        return cls(classifier, images_of(images), what, may_choose if only_predicted is None else only_predicted)

    def target_on(self, inputs: np.ndarray) -> Target | None:
        """The target for one preprocessed image (h, w, c); None if it has no value there, as the region of a class that
        a segmentation does not see."""
        network = self.classifier.network
        try:
            return self.target.on_image(network, lambda: network.logits(inputs[None])[0])
        except ParameterError:
            return None

    def read(self, most: int, steps: Steps, unread: list[int]) -> Iterator[tuple[list[int], np.ndarray]]:
        """As `read_in_batches`, but only images to explain, at most `most`; then the rest of the set is not read.

        Args:
            most: The largest number of images.
            steps: Counts the images that are used, min(most, those of the set).
            unread: Fills with the numbers of images that cannot be read.

        Raises:
            DatasetError: If there is no such image.
            ImageError: If none can be read.
        """
        n, most_used = 0, min(most, len(self.images))
        every = range(len(self.images))
        for numbers, resized in read_in_batches(self.classifier, self.images, every, unread):
            seen = (numbers or unread)[-1] + 1
            if self.only_predicted and numbers:
                logits = self.classifier.network.logits(self.classifier.preprocess_input(resized))
                is_class = logits.argmax(axis=-1) == self.target.class_index
                numbers, resized = np.array(numbers)[is_class].tolist(), resized[is_class]
            numbers, resized = numbers[: most - n], resized[: most - n]
            n += len(numbers)
            if numbers:
                yield numbers, resized
            steps.part(max(n, most_used * seen // len(self.images)), most_used)
            if n == most:
                break
        steps.finished(most_used)
        if not n:
            raise DatasetError(
                f"The network predicts {self.classifier.labels[int(self.target.class_index)]!r} for none of the "
                f"{len(self.images):,} images of {self.images.name}. Give images of that class, or use all of them "
                "with only_predicted=False."
            )

    @property
    def without_value(self) -> DatasetError:
        """The error where the target has no value for any of the images."""
        return DatasetError(f"The {self.target.in_words()} has no value for any of the images of {self.images.name}.")


def said_of_unread(unread: list[int]) -> tuple[str, ...]:
    """A sentence on images that could not be read; none if all could."""
    if not unread:
        return ()
    return ("1 image could not be read." if len(unread) == 1 else f"{len(unread):,} images could not be read.",)

"""The images of a set for which a target is explained: all, or those that the network takes for a class."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from vislib.batch.image_sets import images_of, read_in_batches
from vislib.errors import DatasetError, ParameterError
from vislib.images.sets import ImageSet
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.progress import Steps
from vislib.targets.base import Target
from vislib.tasks import Task


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
                text(
                    "`only_predicted` is for networks that give each image one class, and for the score of a "
                    "class; {model}'s task is {task}, and the target is {target}.",
                    model=classifier.name,
                    task=classifier.task.in_words(),
                    target=what.in_words(),
                )
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
                text(
                    "The network predicts {label!r} for none of the {n:,} images of {images}. Give images of "
                    "that class, or use all of them with only_predicted=False.",
                    label=self.classifier.labels[int(self.target.class_index)],
                    n=len(self.images),
                    images=self.images.name,
                )
            )

    @property
    def without_value(self) -> DatasetError:
        """The error where the target has no value for any of the images."""
        return DatasetError(
            text(
                "The {target} has no value for any of the images of {images}.",
                target=self.target.in_words(),
                images=self.images.name,
            )
        )

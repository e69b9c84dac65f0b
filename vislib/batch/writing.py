"""Computes a part of a batch and writes it; the same for every engine."""

from collections.abc import Iterator
from itertools import islice

from vislib.batch.decoding import Decoded
from vislib.batch.parts import compute_part
from vislib.batch.settings import BatchSettings
from vislib.batch.store import BatchFolder
from vislib.model.classifier import Classifier
from vislib.progress import Progress


def part_range(part: int, n_images: int, settings: BatchSettings) -> range:
    """The numbers of a part's images."""
    return range(part * settings.part_rows, min((part + 1) * settings.part_rows, n_images))


def n_parts(n_images: int, settings: BatchSettings) -> int:
    """The number of parts of a batch of `n_images` images."""
    return -(-n_images // settings.part_rows)


def write_part(
    classifier: Classifier,
    settings: BatchSettings,
    images: Iterator[Decoded],
    part: int,
    size: int,
    folder: BatchFolder,
    progress: Progress,
) -> None:
    """Computes one part from the next `size` decoded images and writes it."""
    found = compute_part(classifier, settings, islice(images, size), size, progress)
    folder.write(part, settings, found, settings.map_shape(classifier.input_size), classifier.task)

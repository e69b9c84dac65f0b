"""The batches of images that a network is trained on: shuffled, augmented, in 0..1."""

import numpy as np

from vislib.backend import keras
from vislib.training.options import TrainingOptions


class Batches(keras.utils.PyDataset):
    """Batches (n, h, w, c) float32 in 0..1 with labels (n,), from pixels in 0..255.

    The order and the augmentation of an epoch depend on the seed and the epoch's number alone.

    Args:
        images: (n, h, w, c) uint8.
        labels: (n,) integers.
        batch_size: Images per batch; the last batch may have fewer.
        options: Seed and augmentation; None for unchanged images in their order.
    """

    def __init__(self, images: np.ndarray, labels: np.ndarray, batch_size: int, options: TrainingOptions | None = None):
        super().__init__()
        self._images, self._labels, self._batch_size, self._options = images, labels, batch_size, options
        self.start_epoch(0)

    def start_epoch(self, epoch: int) -> None:
        """Shuffles the images for the epoch with this number."""
        self._epoch = epoch
        self._order = np.arange(len(self._labels))
        if self._options is not None:
            np.random.default_rng([self._options.seed, epoch]).shuffle(self._order)

    def on_epoch_end(self) -> None:
        self.start_epoch(self._epoch + 1)

    def __len__(self) -> int:
        return -(-len(self._labels) // self._batch_size)

    @property
    def sizes(self) -> list[int]:
        """The number of images of each batch."""
        n, size = len(self._labels), self._batch_size
        return [min(size, n - start) for start in range(0, n, size)]

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        chosen = self._order[index * self._batch_size : (index + 1) * self._batch_size]
        images = self._images[chosen]
        if self._options is not None:
            images = augmented(
                images, self._options.flip, self._options.shift_px, (self._options.seed, self._epoch, index)
            )
        return images.astype(np.float32) / 255, self._labels[chosen]


def augmented(images: np.ndarray, flip: bool, shift_px: int, seed: tuple[int, ...]) -> np.ndarray:
    """Images (n, h, w, c), each mirrored with probability 1/2 and shifted at random by up to `shift_px` in both axes.

    The border is repeated where a shift leaves pixels empty.
    """
    rng = np.random.default_rng(seed)
    n, height, width, _ = images.shape
    if shift_px:
        margin = (shift_px, shift_px)
        padded = np.pad(images, ((0, 0), margin, margin, (0, 0)), mode="edge")
        top, left = rng.integers(0, 2 * shift_px + 1, (2, n))
        rows = top[:, None] + np.arange(height)
        columns = left[:, None] + np.arange(width)
        images = padded[np.arange(n)[:, None, None], rows[:, :, None], columns[:, None, :]]
    if flip:
        mirrored: np.ndarray = rng.random((n, 1, 1, 1)) < 0.5
        images = np.where(mirrored, images[:, :, ::-1], images)
    return images

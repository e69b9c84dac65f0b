"""The figures of the documentation on asking back: python -m benchmarks.asking_back [attacks neighbours callback]

Which sample images PGD flips within 2 grey levels; how many of the first five neighbours among CIFAR-10's test images
share the class; and how much the callback adds to an epoch of the digit network. The last two read the data sets.
"""

import statistics
import sys
import time
from pathlib import Path

import numpy as np

import vislib
from vislib import adversarial, neighbours, training
from vislib.backend import keras
from vislib.training.networks import build

SAMPLES = Path(__file__).parents[1] / "sample_images"
PHOTOS = ("cat", "coffee", "cat_and_coffee", "rocket", "astronaut")
N_EPOCHS, PART = 4, 5
"""An epoch is measured on a part of the training images: one in five."""


def attacks() -> None:
    classifier = vislib.load_classifier("efficientnet-lite0")
    for name in PHOTOS:
        image = vislib.load_image(SAMPLES / f"{name}.jpg")
        for attack in (adversarial.fgsm, adversarial.pgd):
            found = attack(classifier, image, 2)
            print(f"{name}: {'flipped' if found.succeeded else 'not flipped'}. {found.in_words()}")


def same_class() -> None:
    for name, images in (("cifar10", "cifar10"), ("digits", "mnist")):
        index = neighbours.index_of(vislib.load_classifier(name), images)
        share = neighbours.same_class_share(index, 5)
        print(
            f"{name}: {share:.1%} of the first five neighbours share the class; {1 - index.is_wrong.mean():.1%} right"
        )


def callback() -> None:
    data = training.load_dataset("mnist")
    chosen = np.random.default_rng(0).permutation(len(data.train_labels))[: len(data.train_labels) // PART]
    x, y = data.train_images[chosen] / np.float32(255), data.train_labels[chosen]
    images = [vislib.load_image(SAMPLES / "digits" / f"{digit}.png") for digit in (3, 8)]
    explain = vislib.callbacks.Explain(images, "grad-cam", after=lambda explained: None, preprocess="0..1")
    spent: list[float] = []
    inner = explain._explain
    explain._explain = lambda epoch: spent.append(_seconds(lambda: inner(epoch)))  # type: ignore[method-assign]
    model = build("digits")
    model.compile("adam", "sparse_categorical_crossentropy", jit_compile=False)
    clock = _Clock()
    model.fit(x, y, 64, N_EPOCHS, verbose=0, callbacks=[clock, explain])
    epoch = PART * statistics.median(clock.seconds[1:])
    each = ", ".join(f"{seconds:.2f}" for seconds in spent[1:])
    print(f"an epoch of all images takes {epoch:.1f} s, by {len(x):,} of them")
    print(f"the callback takes {spent[0]:.2f} s before the training and {each} s after the epochs")
    print(f"it adds {statistics.median(spent[1:]) / epoch:.2%} to an epoch, and once {spent[0] / epoch:.0%} of one")


def _seconds(work) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


class _Clock(keras.callbacks.Callback):
    """The seconds of each epoch up to its last batch."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def on_epoch_begin(self, epoch, logs=None):
        self._begun = time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        self._last = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(self._last - self._begun)


if __name__ == "__main__":
    parts = {"attacks": attacks, "neighbours": same_class, "callback": callback}
    for part in sys.argv[1:] or parts:
        parts[part]()

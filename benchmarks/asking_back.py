"""The figures of the documentation on asking back: python -m benchmarks.asking_back [PART …]

The parts: attacks, neighbours, callback, stroke. Which sample images PGD flips within 2 grey levels; how many of the
first five neighbours among CIFAR-10's test images share the class; how much the callback adds to an epoch of the digit
network (these two read the data sets); and on the page What if, in a browser, the milliseconds from the end of a stroke
to the new answer.
"""

import shutil
import statistics
import sys
import time
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

import vislib
from benchmarks.page_times import BROWSER_ARGUMENTS, until_all
from benchmarks.server import serving
from vislib import adversarial, neighbours, training
from vislib.backend import keras
from vislib.training.networks import build

SAMPLES = Path(__file__).parents[1] / "sample_images"
PHOTOS = ("cat", "coffee", "cat_and_coffee", "rocket", "astronaut")
N_EPOCHS, PART = 4, 5
"""An epoch is measured on a part of the training images: one in five."""
N_STROKES = 20
_ANSWER = "ol.v-top"
# Resolves at the first frame with another answer, with the milliseconds since the pointer was lifted.
_WATCH = """(answer) => {
    const before = document.querySelector(answer).innerHTML
    let lifted
    document.addEventListener('pointerup', () => { lifted = performance.now() }, { capture: true, once: true })
    window.changed = new Promise((resolve) => {
        const look = () => {
            const now = document.querySelector(answer)
            if (lifted && now && now.innerHTML !== before) resolve(performance.now() - lifted)
            else if (lifted && performance.now() - lifted > 10000) resolve(null)
            else requestAnimationFrame(look)
        }
        look()
    })
}"""


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


def stroke() -> None:
    places = np.random.default_rng(0).uniform(0.25, 0.75, (N_STROKES, 2, 2))
    found: list[float] = []
    with serving() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=BROWSER_ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.goto(f"{server.address}/what_if")
        until_all(page, time.perf_counter())
        canvas = page.get_by_role("application")
        for begin, end in places:
            canvas.scroll_into_view_if_needed()
            box = canvas.bounding_box()
            assert box is not None
            (x, y), (u, v) = (
                np.array([box["x"], box["y"]]) + part * (box["width"], box["height"]) for part in (begin, end)
            )
            page.evaluate(_WATCH, _ANSWER)
            page.mouse.move(x, y)
            page.mouse.down()
            page.mouse.move(x + 0.2 * (u - x), y + 0.2 * (v - y), steps=4)
            page.mouse.up()
            milliseconds = page.evaluate("window.changed")
            if milliseconds is None:
                print("a stroke changed no figure of the answer within 10 s")
            else:
                found.append(milliseconds)
            until_all(page, time.perf_counter())
        browser.close()
    first, *further = found
    print(
        f"{len(found)} strokes, milliseconds from pointer-up to the new answer: the first {first:.0f}, then median "
        f"{statistics.median(further):.0f} ({min(further):.0f} to {max(further):.0f})"
    )


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
    parts = {"attacks": attacks, "neighbours": same_class, "callback": callback, "stroke": stroke}
    for part in sys.argv[1:] or parts:
        parts[part]()

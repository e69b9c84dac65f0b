"""Tests whether a planted shortcut is found: python -m benchmarks.shortcut [--data-dir DIR] [--out DIR]

All MNIST training images of one class get a small mark in a corner, and the digit network is trained again. A batch
then explains test images: half of that class with the mark, all others without. The accuracy alone does not reveal the
shortcut. The report ranks clusters of maps by suspicion; the mark's cluster should be among the first three. Ends with
status 1 if it is not."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import vislib
from vislib import load_classifier
from vislib.language import percent, whole_percent
from vislib.report import found_reasons, write_report
from vislib.training import NetworkOptions, TrainingOptions, TrainingRun, load_dataset
from vislib.training.dataset import Dataset

CLASS = 4
ROWS = COLUMNS = slice(2, 5)
METHODS = ("grad-cam", "occlusion")


def marked(images: np.ndarray) -> np.ndarray:
    """The images (n, h, w, 1) with a white square of 3 × 3 pixels near the upper left corner."""
    images = images.copy()
    images[:, ROWS, COLUMNS] = 255
    return images


def planted(dataset: Dataset, class_index: int) -> Dataset:
    """The data set with the mark on every training image of a class; its test images do not change."""
    images, labels = dataset.train_images.copy(), dataset.train_labels
    images[labels == class_index] = marked(images[labels == class_index])
    return Dataset(
        f"{dataset.name} with a mark", dataset.labels, images, labels, dataset.test_images, dataset.test_labels
    )


def test_set(dataset: Dataset, class_index: int, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The first n test images, their labels, and which have the mark: every second image of the class."""
    images, labels = dataset.test_images[:n].copy(), dataset.test_labels[:n]
    bears = np.zeros(len(labels), bool)
    bears[np.flatnonzero(labels == class_index)[::2]] = True
    images[bears] = marked(images[bears])
    return images, labels, bears


def place_of_mark(reasons: list, bears: np.ndarray, class_index: int) -> int | None:
    """The place in the list, from 1, of the cluster of the class with the mark on more than 90 % of its images."""
    for place, reason in enumerate(reasons, 1):
        if reason.class_index == class_index and bears[list(reason.numbers)].mean() > 0.9:
            return place
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", help="with MNIST (default: $VISLIB_DATA_DIR)")
    parser.add_argument("--out", help="folder to keep the batch and its report in")
    parser.add_argument("--class", dest="class_index", type=int, default=CLASS, help=f"marked (default {CLASS})")
    parser.add_argument("--images", type=int, default=2000, help="test images explained (default 2000)")
    parser.add_argument("--epochs", type=int, default=2, help="of training (default 2)")
    options = parser.parse_args()
    begun = time.monotonic()
    dataset = load_dataset("mnist", options.data_dir)
    run = TrainingRun(
        "digits",
        planted(dataset, options.class_index),
        TrainingOptions(epochs=options.epochs, n_images=12_000),
        network=NetworkOptions(seed=0),
    )
    model = run.start().model
    print(f"trained in {time.monotonic() - begun:.0f} s", flush=True)
    classifier = load_classifier(model, preprocess=load_classifier("digits").preprocess, labels=dataset.labels)
    images, labels, bears = test_set(dataset, options.class_index, options.images)
    with tempfile.TemporaryDirectory() as temporary:
        out = Path(options.out or temporary) / "batch"
        vislib.explain_many(classifier, images, METHODS, out=out, labels=labels.tolist())
        rows = vislib.open_batch(out).table(["correct", "predicted"]).to_pandas()
        of_class = labels == options.class_index
        with_mark, without = rows.correct[of_class & bears].mean(), rows.correct[of_class & ~bears].mean()
        print(
            f"right: {percent(rows.correct.mean())} of all; of class {options.class_index} with the mark "
            f"{percent(with_mark)}, without {percent(without)}"
        )
        places = []
        for method in METHODS:
            reasons = found_reasons(vislib.open_batch(out), method)
            places.append(place_of_mark(reasons, bears, options.class_index))
            print(f"{method}: the mark's cluster is at place {places[-1]} of {len(reasons)}")
            for place, reason in enumerate(reasons[:5], 1):
                print(
                    f"  {place}. class {reason.class_index}: {len(reason.numbers)} of {reason.of} images, "
                    f"{whole_percent(bears[list(reason.numbers)].mean())} with the mark, "
                    f"suspicion {reason.suspicion:.2f} "
                    f"(always {reason.always:.2f}, others {reason.others:.2f}, at {reason.place})"
                )
        print(f"→ {write_report(out)}, {time.monotonic() - begun:.0f} s")
    return 0 if all(place is not None and place <= 3 for place in places) else 1


if __name__ == "__main__":
    sys.exit(main())

"""Measures how often CRAFT and TCAV find a planted concept: python -m scripts.planted_concept

For each seed a digit network is trained on MNIST, where half of the fours bear a white square of 3 × 3 pixels in a
corner. CRAFT looks for concepts of the four in 100 test images, half of them with the mark; a concept shows the mark if
at least 6 of its 8 crops hold all of it. TCAV tests the mark, and digits that bear none. The table is written into
docs/concepts.md.
"""

import sys
from pathlib import Path

import numpy as np

import vislib
from vislib.concepts import craft, tcav
from vislib.training import Dataset, NetworkOptions, TrainingOptions, TrainingRun, load_dataset

PAGE = Path(__file__).parents[1] / "docs" / "concepts.md"
BEGIN, END = "<!-- planted: made by python -m scripts.planted_concept -->", "<!-- end of planted -->"
HEAD = (
    "| seed | the mark raises the logit by | place of its concept, last hidden layer (default) | importance | place, "
    "last layer with maps | TCAV, the mark | TCAV, a random folder |\n"
    "|---|---|---|---|---|---|---|\n"
)
SEEDS, FOUR, MARK, SIDE = range(6), 4, 3, 3
N_TRAINING, N_CONCEPTS, N_SHOWN = 8_000, 10, 8


def with_mark(images: np.ndarray, bears: np.ndarray) -> np.ndarray:
    """Images (n, 28, 28, 1), some of which bear the mark."""
    images = images.copy()
    images[bears, MARK : MARK + SIDE, MARK : MARK + SIDE] = 255
    return images


def network(mnist: Dataset, seed: int) -> vislib.Classifier:
    """A digit network that was trained for one epoch on digits, half of whose fours bear the mark."""
    random = np.random.default_rng(seed)
    used = random.permutation(len(mnist.train_labels))[:N_TRAINING]
    bears = (mnist.train_labels[used] == FOUR) & (random.random(N_TRAINING) < 0.5)
    images = with_mark(mnist.train_images[used], bears)
    tests = mnist.test_images[:100], mnist.test_labels[:100]
    marked = Dataset("marked digits", mnist.labels, images, mnist.train_labels[used], *tests)
    options = TrainingOptions(epochs=1, seed=seed)
    model = TrainingRun("digits", marked, options, network=NetworkOptions(seed=seed)).start().model
    return vislib.load_classifier(model, preprocess="0..1", labels=mnist.labels)


def place_of_mark(concepts: vislib.concepts.Concepts, bears: np.ndarray) -> int | None:
    """The place of the first concept, from 0, most of whose crops hold the whole mark; None if there is none."""
    first, last = concepts.crop_boxes[..., :2], concepts.crop_boxes[..., :2] + concepts.crop_boxes[..., 2:]
    whole = (first <= MARK).all(axis=-1) & (last >= MARK + SIDE).all(axis=-1)
    shows = (whole & bears[concepts.crop_images]).mean(axis=1) >= 0.75
    return int(shows.argmax()) if shows.any() else None


def row(mnist: Dataset, seed: int) -> str:
    """One line of the table."""
    classifier = network(mnist, seed)
    bare, others = mnist.test_images[mnist.test_labels == FOUR][:200], mnist.test_images[mnist.test_labels != FOUR]
    bears = np.arange(len(bare)) % 2 == 0
    images, target = with_mark(bare, bears), classifier.target(FOUR)
    rise = np.subtract(
        *(
            classifier.network.values(classifier.preprocess_input(np.repeat(each, 3, axis=3)), target)
            for each in (images[bears], bare[bears])
        )
    ).mean()
    places, importance = [], "–"
    for layer in (None, classifier.network.last_map_layer):
        found = craft(classifier, images, FOUR, layer, n_concepts=N_CONCEPTS, n_shown=N_SHOWN, most_images=100)
        place = place_of_mark(found, bears)
        places.append("not found" if place is None else str(place + 1))
        if layer is None and place is not None:
            importance = f"{found.importance[place]:.2f} of {found.importance.sum():.2f}"
    shown = {"the mark": with_mark(others[:30], np.ones(30, bool)), "nothing": others[30:60]}
    scores = [
        f"{score.score:.2f}, p = {score.p:.1g}, {'significant' if score.significant else 'not significant'}"
        for score in tcav(classifier, shown, others[100:200], images, FOUR)
    ]
    return f"| {seed} | {rise:.1f} | {places[0]} | {importance} | {places[1]} | {' | '.join(scores)} |\n"


def main() -> None:
    mnist, rows = load_dataset("mnist"), []
    for seed in SEEDS:
        rows.append(row(mnist, seed))
        print(rows[-1], end="", file=sys.stderr, flush=True)
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n{HEAD}{''.join(rows)}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()

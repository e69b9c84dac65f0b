"""The images nearest to one, by the angle between their features."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from vislib import html
from vislib.activations.features import features
from vislib.errors import ParameterError
from vislib.language import text, tr
from vislib.model.classifier import Classifier
from vislib.neighbours.index import UNKNOWN, ImageIndex
from vislib.neighbours.nearest import directions, neighbours_of, other_neighbours

KINDS = {
    "nearest": text("Nearest"),
    "of_other_class": text("Nearest of another class"),
    "wrong": text("Nearest that the network gets wrong"),
}
"""The groups of neighbours, and their titles."""


@dataclass(frozen=True)
class Neighbour:
    """An image of a set that is similar to the one that was asked about.

    Attributes:
        number: Its number in the set.
        title: Its name.
        distance: 1 − cosine of the angle between the features, 0..2; 0 for the same direction.
        label: The name of its true class; None if unknown.
        predicted: The name of the class that the network predicts for it; None if there is no single one.
        probability: The probability of that class, 0..1; NaN without one.
        wrong: Whether its true class is known and the network predicts another one; False for a network of several
            labels an image, where one label does not say that the image has no other.

    Example:
        >>> index = vislib.neighbours.index_of(classifier, vislib.sample_path("digits"))
        >>> nearest = vislib.neighbours.search(classifier, index, image, n=1).nearest[0]
        >>> nearest.title, nearest.predicted
        ('3.png', '3')
    """

    number: int
    title: str
    distance: float
    label: str | None
    predicted: str | None
    probability: float
    wrong: bool


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The images of a set that are most similar to one; each tuple has the nearest first.

    Attributes:
        model: The classifier's key.
        layer: Where the features are read, in words.
        set_name: The name of the set.
        answer: The name of the class that the network predicts for the image; None if there is no single one.
        nearest: The nearest images of all.
        of_other_class: The nearest ones of another class than `answer`, by their true class where it is known, else by
            the predicted one.
        wrong: The nearest ones that the network gets wrong; empty where no true class is known, and for a network of
            several labels an image.
        strangeness: The share of the set's images that have another one nearer than this image has its nearest, 0..1:
            near 1 the set holds nothing like it. NaN for a set of one.
        notes: Sentences to show beside the images.

    Example:
        >>> index = vislib.neighbours.index_of(classifier, vislib.sample_path("digits"))
        >>> found = vislib.neighbours.search(classifier, index, image, n=3)
        >>> len(found.nearest), found.answer
        (3, '3')
    """

    model: str
    layer: str
    set_name: str
    answer: str | None
    nearest: tuple[Neighbour, ...]
    of_other_class: tuple[Neighbour, ...]
    wrong: tuple[Neighbour, ...]
    strangeness: float
    notes: tuple[str, ...] = ()

    def _repr_html_(self) -> str:
        names = ("image", "distance", "label", "predicted")
        parts = []
        for kind, title in KINDS.items():
            rows = [
                [row[name] if row[name] is not None else "" for name in names]
                for row in self.rows()
                if row["kind"] == kind
            ]
            head = (tr("image"), tr("distance"), tr("label"), tr("predicted"))
            parts += [html.line(tr(title)), html.table(rows, head)] if rows else []
        heading = tr("Most similar images of {images}, by {layer}", images=self.set_name, layer=self.layer)
        return html.block(heading, *parts, *(html.line(tr(note)) for note in self.notes))

    def rows(self) -> list[dict[str, Any]]:
        """The neighbours as rows of a table."""
        return [
            {
                "kind": kind,
                "image": each.title,
                "number": each.number,
                "distance": each.distance,
                "label": each.label,
                "predicted": each.predicted,
            }
            for kind in KINDS
            for each in getattr(self, kind)
        ]


def search(classifier: Classifier, index: ImageIndex, image: np.ndarray, n: int = 8) -> Neighbours:
    """The images of an index that are most similar to an image, by scikit-learn's nearest neighbours.

    Two images are similar if the network's penultimate layer answers alike: if they are alike to the network. That need
    not be what a person finds alike.

    Args:
        classifier: The network of the index.
        index: Made by `index_of`.
        image: (H, W, 3) in 0..255.
        n: How many of each kind, 1 to 100; fewer if there are not so many.

    Raises:
        ParameterError: If the index is of another network, or `n` is not accepted.

    Example:
        >>> index = vislib.neighbours.index_of(classifier, vislib.sample_path("digits"))
        >>> found = vislib.neighbours.search(classifier, index, image, n=2)
        >>> found.nearest[0].title
        '3.png'
    """
    index.check(classifier)
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or not 1 <= n <= 100:
        raise ParameterError(text("`n` must be a whole number from 1 to 100; not {n!r}.", n=n))
    vectors, logits = features(classifier, classifier.resize(image)[None])
    answer = int(logits[0].argmax()) if (index.predicted != UNKNOWN).any() else UNKNOWN
    every = np.arange(len(index))
    other = every[index.class_of != answer] if answer != UNKNOWN else every[:0]
    nearest = _nearest(index, vectors[0], every, int(n))
    return Neighbours(
        index.model,
        index.layer,
        index.set_name,
        None if answer == UNKNOWN else index.class_names[answer],
        nearest,
        _nearest(index, vectors[0], other, int(n)),
        _nearest(index, vectors[0], every[index.is_wrong], int(n)),
        float((index.own_distances < nearest[0].distance).mean()) if len(index) > 1 else float("nan"),
        index.notes,
    )


def same_class_share(index: ImageIndex, n: int = 5) -> float:
    """How often the nearest images share the class: the mean share of an image's first `n` neighbours in the set,
    without itself, that have its true class; over the images whose class is known.

    Raises:
        ParameterError: If the true class of at most `n` images is known.

    Example:
        >>> same = np.stack([image] * 4)
        >>> _ = vislib.explain_many(classifier, same, "grad-cam", out="results", labels=["3"] * 4, features=True)
        >>> index = vislib.neighbours.index_of(classifier, vislib.open_batch("results"))
        >>> vislib.neighbours.same_class_share(index, n=3)
        1.0
    """
    known = index.label != UNKNOWN
    if known.sum() <= n:
        raise ParameterError(
            text("The true class of more than {n} images must be known; it is of {known}.", n=n, known=int(known.sum()))
        )
    labels = index.label[known]
    _, rows = other_neighbours(index.directions[known], n)
    return float((labels[rows] == labels[:, None]).mean())


def _nearest(index: ImageIndex, vector: np.ndarray, among: np.ndarray, n: int) -> tuple[Neighbour, ...]:
    """The n nearest of the rows `among`."""
    if not len(among):
        return ()
    distances, places = neighbours_of(index.directions[among], directions(vector[None]), n)
    return tuple(
        _neighbour(index, int(among[place]), float(distance))
        for place, distance in zip(places[0], distances[0], strict=True)
    )


def _neighbour(index: ImageIndex, row: int, distance: float) -> Neighbour:
    def name(class_index: int) -> str | None:
        return None if class_index == UNKNOWN else index.class_names[class_index]

    return Neighbour(
        int(index.numbers[row]),
        index.titles[row],
        distance,
        name(int(index.label[row])),
        name(int(index.predicted[row])),
        float(index.probability[row]),
        bool(index.is_wrong[row]),
    )

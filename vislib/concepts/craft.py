"""CRAFT: the concepts of a class, found in crops of its images, and how much each matters."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from vislib.concepts.concepts import Concepts
from vislib.concepts.factors import coefficients_of, factor, said_of_lost
from vislib.concepts.images import decides, images_of, images_to_explain, said_of_unread
from vislib.concepts.importance import contributions_of_image, sobol_of_image
from vislib.errors import DatasetError, ParameterError, listed
from vislib.images.bands import as_picture
from vislib.images.fitting import Box, resize_bands, resize_box
from vislib.images.sets import ImageSet
from vislib.model.classifier import Classifier
from vislib.parameters import check_parameters, parameter
from vislib.progress import Progress, Steps, no_progress
from vislib.speed.blas_threads import one_blas_thread
from vislib.targets.base import Target

_STEP_SHARE = 0.8
_DESIGNS = ("16", "32", "64", "128")


@dataclass(frozen=True)
class Settings:
    """How concepts are found. Each field has its meaning, range and default as metadata."""

    n_concepts: int = parameter(10, "Concepts", low=2, high=50, help="How many are looked for.")
    crop_share: float = parameter(
        0.33, "Crop", low=0.1, high=1.0, help="Side of a crop, as a share of the input's shorter side."
    )
    n_shown: int = parameter(8, "Crops shown", low=1, high=32, help="How many crops show each concept.")
    most_images: int = parameter(
        200, "Images", low=1, high=2_000, help="At most so many images of the class are used, the first of the set."
    )
    most_measured: int = parameter(
        24, "Images for the importance", low=1, high=2_000, help="Over so many of them the importance is measured."
    )
    n_designs: str = parameter(
        "32", "Masks", choices=_DESIGNS, help="Size of the Sobol sequence: more masks, a more exact importance."
    )
    seed: int = parameter(0, "Seed", low=0, high=2**31 - 1, help="The same seed gives the same concepts.")

    def __post_init__(self) -> None:
        check_parameters(self)


def craft(
    classifier: Classifier,
    images: Any,
    target: int | str | Target,
    layer: str | None = None,
    *,
    only_predicted: bool | None = None,
    progress: Progress = no_progress,
    **settings: Any,
) -> Concepts:
    """Finds the concepts of a class: A ≈ U W over crops of its images, with A (crops, channels) the positive part of a
    layer's activations, averaged over a crop, and U, W ≥ 0. The rows of W are the concepts.

    In a whole image U is found for each place with W fixed. The importance of a concept is the total Sobol index of
    scaling its coefficients, with the rest of the network run on the changed maps.

    Memory holds one vector of channels for each crop and a batch of images; it does not grow with the set.

    Args:
        classifier: The network.
        images: A set of images; see `vislib.concepts.images_of`.
        target: The class by number or label, or any target.
        layer: A layer with feature maps; by default the last one before pooling.
        only_predicted: Whether only images are used for which the network predicts the class. By default so, where the
            network gives each image one class.
        progress: Called as progress(done, total). If it raises, the work stops.
        settings: Fields of `vislib.concepts.Settings`, such as n_concepts=10, crop_share=0.33, seed=0.

    Returns:
        The concepts, the most important first.

    Raises:
        DatasetError: If there are no images, none of the class, or none for which the target has a value.
        ImageError: If none can be read.
        LayerError: If the layer has no feature maps, or the target does not depend on it.
        ParameterError: If there is no such class or setting, or there are fewer crops than concepts.

    Reference:
        Fel et al. 2023, "CRAFT: concept recursive activation factorization for explainability", arXiv 2211.10154.
        Departs from it in three ways: there is no recursion into earlier layers; crops lie on a regular grid; and what
        no concept holds stays in the maps while concepts are scaled, so that the unscaled maps give the network's own
        score.
    """
    chosen = _settings(settings)
    source, network = images_of(images), classifier.network
    what = classifier.target(target)
    layer = network.last_map_layer_before(what) if layer is None else layer
    network.map_node(layer)
    if only_predicted is None:
        only_predicted = decides(classifier, what)
    n_used, n_measured = (min(most, len(source)) for most in (chosen.most_images, chosen.most_measured))
    total = n_used + min(n_used, n_measured)
    steps = Steps(progress, total)
    unread: list[int] = []
    with one_blas_thread():
        crops = _Crops.of(classifier, source, what, layer, only_predicted, chosen, steps, unread)
        found = factor(crops.activations, chosen.n_concepts, chosen.seed)
        measured = _evenly(crops.images, chosen.most_measured)
        given = [
            _importance(classifier, source, number, what, layer, found.vectors, chosen, steps) for number in measured
        ]
    each = [values for values in given if values is not None]
    if not each:
        raise DatasetError(f"The {what.in_words()} has no value for any of the images of {source.name}.")
    progress(total, total)
    importance, contributions = (np.mean(values, axis=0) for values in zip(*each, strict=True))
    order = np.argsort(-importance, kind="stable")
    coefficients = found.coefficients[:, order]
    shown = np.argsort(-coefficients, axis=0, kind="stable")[: chosen.n_shown].T
    return Concepts(
        model=classifier.key,
        layer=layer,
        explained=what.in_words(),
        class_index=what.class_index,
        vectors=found.vectors[order],
        importance=importance[order].astype(np.float32),
        contributions=contributions[order].astype(np.float32),
        coefficients=coefficients,
        crops=crops.pictures(classifier, source, shown),
        crop_images=crops.numbers[shown],
        crop_boxes=crops.boxes[shown],
        error=found.error,
        lost=crops.lost,
        n_images=len(crops.images),
        n_measured=len(each),
        set_name=source.name,
        seed=chosen.seed,
        notes=(
            *said_of_lost(layer, crops.lost),
            *_said_of_images(crops.images, chosen, only_predicted),
            *said_of_unread(unread),
        ),
    )


def _settings(given: dict[str, Any]) -> Settings:
    known = Settings.__dataclass_fields__
    for name in given:
        if name not in known:
            raise ParameterError(f"`craft` has no setting '{name}'; there are: {listed(known)}.")
    return Settings(**given)


def grid_of_crops(size: tuple[int, int], share: float) -> list[tuple[int, int, int, int]]:
    """The crops (top, left, side, side) of an image (height, width), evenly spaced, at most 0.8 of a side apart."""
    side = max(1, round(share * min(size)))
    starts = []
    for length in size:
        n = int(np.ceil((length - side) / max(1, _STEP_SHARE * side))) + 1
        starts.append(np.unique(np.rint(np.linspace(0, length - side, n)).astype(int)))
    return [(int(top), int(left), side, side) for top in starts[0] for left in starts[1]]


@dataclass(frozen=True, eq=False)
class _Crops:
    """The crops of a set's images.

    Attributes:
        activations: (n_crops, channels): the positive part, averaged over each crop's places.
        lost: 0..1: the share of the activations that is negative.
        numbers: (n_crops,): the image of each.
        boxes: (n_crops, 4).
        images: The numbers of the images.
    """

    activations: np.ndarray
    lost: float
    numbers: np.ndarray
    boxes: np.ndarray
    images: list[int]

    @classmethod
    def of(
        cls,
        classifier: Classifier,
        source: ImageSet,
        target: Target,
        layer: str,
        only_predicted: bool,
        chosen: Settings,
        steps: Steps,
        unread: list[int],
    ) -> "_Crops":
        boxes = grid_of_crops(classifier.input_size, chosen.crop_share)
        vectors, negative, used = [], 0.0, list[int]()
        for numbers, resized in images_to_explain(
            classifier, source, target, only_predicted, chosen.most_images, steps, unread
        ):
            for image in resized:
                cut = np.stack([_enlarged(classifier, image, box) for box in boxes])
                positive, below = _mean_activations(classifier, cut, layer)
                vectors.append(positive)
                negative += float(below.sum(dtype=np.float64))
                steps.watch(0, 1)
            used += numbers
        activations, places = np.concatenate(vectors), np.tile(np.array(boxes), (len(used), 1))
        kept = float(activations.sum(dtype=np.float64))
        lost = negative / (kept + negative) if negative else 0.0
        return cls(activations, lost, np.repeat(used, len(boxes)), places, used)

    def pictures(self, classifier: Classifier, source: ImageSet, shown: np.ndarray) -> np.ndarray:
        """The pictures (n, k, side, side, 3) uint8 of crops (n, k)."""
        found = {}
        for number in np.unique(self.numbers[shown]):
            resized = classifier.resize(source[int(number)])
            picture = resized if classifier.takes_pictures else as_picture(resized)
            for crop in np.unique(shown[self.numbers[shown] == number]):
                top, left, height, width = self.boxes[crop]
                found[int(crop)] = picture[top : top + height, left : left + width]
        return np.stack([np.stack([found[int(crop)] for crop in of_concept]) for of_concept in shown])


def _enlarged(classifier: Classifier, image: np.ndarray, box: tuple[int, int, int, int]) -> np.ndarray:
    resize = resize_box if classifier.takes_pictures else resize_bands
    return resize(image, Box(*map(float, box)), classifier.input_size)


def _mean_activations(classifier: Classifier, images: np.ndarray, layer: str) -> tuple[np.ndarray, np.ndarray]:
    """The positive part of a layer's activations and the magnitude of the negative part, averaged over places."""
    network, found = classifier.network, []
    for start in range(0, len(images), network.batch_size):
        inputs = classifier.preprocess_input(images[start : start + network.batch_size])
        (maps,) = network.maps(inputs, [layer])
        found.append([np.maximum(sign * maps, 0).mean(axis=(1, 2)) for sign in (1, -1)])
    positive, negative = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return positive, negative


def _importance(
    classifier: Classifier,
    source: ImageSet,
    number: int,
    target: Target,
    layer: str,
    vectors: np.ndarray,
    chosen: Settings,
    steps: Steps,
) -> tuple[np.ndarray, np.ndarray] | None:
    """The total Sobol index and the contribution of each concept, for one image; None if the target has no value for
    it, as the region of a class that a segmentation does not see there."""
    network = classifier.network
    inputs = classifier.preprocess_input(classifier.resize(source[number])[None])
    try:
        what = target.on_image(network, lambda: network.logits(inputs)[0])
    except ParameterError:
        steps.finished()
        return None
    maps, gradients, values = network.maps_and_gradients(inputs, layer, what)
    network.check_finite(values, inputs)
    coefficients = coefficients_of(maps[0].reshape(-1, maps.shape[3]), vectors)
    sobol = sobol_of_image(
        classifier,
        inputs,
        layer,
        maps,
        coefficients,
        vectors,
        what,
        n_designs=int(chosen.n_designs),
        seed=chosen.seed,
        progress=steps.watch,
    )
    steps.finished()
    return sobol, contributions_of_image(gradients[0], coefficients, vectors)


def _evenly(images: list[int], most: int) -> list[int]:
    """At most `most` of the images, evenly spread."""
    places = np.unique(np.linspace(0, len(images) - 1, min(most, len(images))).round().astype(int))
    return [images[place] for place in places]


def _said_of_images(images: list[int], chosen: Settings, only_predicted: bool) -> tuple[str, ...]:
    n, of_class = len(images), " for which the network predicts the class" if only_predicted else ""
    if n == chosen.most_images:
        return (f"The first {n:,} images{of_class} were used.",)
    if n < 10:
        return (f"Only {n} image{'s' if n > 1 else ''}{of_class}: with so few, a concept may be one image.",)
    return ()

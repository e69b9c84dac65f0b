"""CRAFT: the concepts of a class, found in crops of its images, and how much each matters."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from vislib.batch.image_sets import said_of_unread
from vislib.concepts.concepts import Concepts
from vislib.concepts.crops import Crops
from vislib.concepts.factors import Factors, coefficients_of, factor, said_of_lost
from vislib.concepts.images import ImagesOfTarget
from vislib.concepts.importance import contributions_of_image, sobol_of_image
from vislib.concepts.layers import default_layer, has_places
from vislib.errors import ParameterError, listed
from vislib.language import Text, plural, text
from vislib.model.classifier import Classifier
from vislib.parameters import check_parameters, parameter
from vislib.progress import Progress, Steps, progress_bar
from vislib.speed.blas_threads import one_blas_thread
from vislib.targets.base import Target


@dataclass(frozen=True)
class Settings:
    """How concepts are found. Each field has its meaning, range and default as metadata.

    Example:
        >>> vislib.concepts.Settings(n_concepts=4).crop_share
        0.33
    """

    n_concepts: int = parameter(10, text("Concepts"), low=2, high=50, help=text("How many are looked for."))
    crop_share: float = parameter(
        0.33, text("Crop"), low=0.1, high=1.0, help=text("Side of a crop, as a share of the input's shorter side.")
    )
    n_shown: int = parameter(8, text("Crops shown"), low=1, high=32, help=text("How many crops show each concept."))
    most_images: int = parameter(
        200,
        text("Images"),
        low=1,
        high=2_000,
        help=text("The largest number of images of the class that are used, the first of the set."),
    )
    most_measured: int = parameter(
        24,
        text("Images for the importance"),
        low=1,
        high=2_000,
        help=text("The number of these images over which the importance is measured."),
    )
    n_designs: int = parameter(
        32,
        text("Masks"),
        low=2,
        high=1024,
        help=text("Length of the Sobol sequence, a power of 2: more, a more exact importance."),
    )
    seed: int = parameter(0, text("Seed"), low=0, high=2**31 - 1, help=text("The same seed gives the same concepts."))

    def __post_init__(self) -> None:
        check_parameters(self)
        if self.n_designs & (self.n_designs - 1):
            raise ParameterError(
                text(
                    "The `n_designs` parameter of `Settings` must be a power of 2; not {n_designs}.",
                    n_designs=self.n_designs,
                )
            )


def craft(
    classifier: Classifier,
    images: Any,
    target: int | str | Target,
    layer: str | None = None,
    *,
    only_predicted: bool | None = None,
    progress: Progress = progress_bar,
    **settings: Any,
) -> Concepts:
    """Finds the concepts of a class: A ≈ U W over crops of its images, with A (crops, channels) the positive part of a
    layer's activations, averaged over a crop, and U, W ≥ 0. The rows of W are the concepts.

    A layer with feature maps sees each crop enlarged. The last hidden layer of a network that ends in several dense
    layers sees the crop in its place; the rest of the image has the image's median colour. See `layers.default_layer`.

    In a whole image U is found for each place with W fixed. The importance of a concept is the total Sobol index of
    scaling its coefficients, with the rest of the network run on the changed maps.

    Memory holds one vector of channels for each crop and a batch of images; it does not grow with the set.

    Args:
        classifier: The network.
        images: A set of images; see `vislib.concepts.images_of`.
        target: The class by number or label, or any target.
        layer: A layer with feature maps, or the last hidden layer of a network that ends in several dense layers; by
            default that one, else the last one before pooling.
        only_predicted: Whether only images are used for which the network predicts the class. By default so, where the
            network gives each image one class.
        progress: Called as progress(done, total). If it raises, the work stops.
        settings: Fields of `vislib.concepts.Settings`, such as n_concepts=10, crop_share=0.33, seed=0.

    Returns:
        The concepts, the most important first.

    Raises:
        DatasetError: If there are no images, none of the class, or none for which the target has a value.
        ImageError: If none can be read.
        LayerError: If the layer is no such layer, or the target does not depend on it.
        ParameterError: If there is no such class or setting, or there are fewer crops than concepts.

    Reference:
        Fel et al. 2023, "CRAFT: concept recursive activation factorization for explainability", arXiv 2211.10154.
        Departs from it in four ways: there is no recursion into earlier layers; crops lie on a regular grid; at a layer
        without places a crop is not enlarged but stays in its place, because dense layers know where a part is; and
        what no concept holds stays in the maps while concepts are scaled, so that the unscaled maps give the network's
        own score.

    Example:
        >>> concepts = vislib.concepts.craft(
        ...     classifier, vislib.sample_path("digits"), "3", only_predicted=False, n_concepts=2
        ... )
        >>> len(concepts)
        2
    """
    chosen, network = _settings(settings), classifier.network
    asked = ImagesOfTarget.of(classifier, images, target, only_predicted)
    layer = default_layer(network, asked.target) if layer is None else layer
    has_places(network, layer)
    n_used, n_measured = (min(most, len(asked.images)) for most in (chosen.most_images, chosen.most_measured))
    total, unread = n_used + min(n_used, n_measured), list[int]()
    steps = Steps(progress, total)
    with one_blas_thread():
        crops = Crops.of(asked, layer, chosen.crop_share, chosen.most_images, steps, unread)
        found = factor(crops.activations, chosen.n_concepts, chosen.seed)
        numbers = _evenly(crops.images, chosen.most_measured)
        measured = [_importance(asked, number, layer, found.vectors, chosen, steps) for number in numbers]
    values = [each for each in measured if each is not None]
    if not values:
        raise asked.without_value
    progress(total, total)
    notes = (
        *said_of_lost(layer, crops.lost),
        *_said_of_images(crops.images, chosen, asked.only_predicted),
        *said_of_unread(unread),
    )
    return _sorted(asked, layer, crops, found, np.array(values, np.float32), chosen, notes)


def _sorted(
    asked: ImagesOfTarget,
    layer: str,
    crops: Crops,
    found: Factors,
    measured: np.ndarray,
    chosen: Settings,
    notes: tuple[str, ...],
) -> Concepts:
    """The concepts, the most important first; `measured` is (images, 2, n), both measures of each concept."""
    importance, contributions = measured.mean(axis=0)
    order = np.argsort(-importance, kind="stable")
    coefficients = found.coefficients[:, order]
    shown = np.argsort(-coefficients, axis=0, kind="stable")[: chosen.n_shown].T
    return Concepts(
        model=asked.classifier.current_key(),
        layer=layer,
        explained=asked.target.in_words(),
        class_index=asked.target.class_index,
        vectors=found.vectors[order],
        importance=importance[order],
        contributions=contributions[order],
        coefficients=coefficients,
        crops=crops.pictures(asked.classifier, asked.images, shown),
        crop_images=crops.numbers[shown],
        crop_boxes=crops.boxes[shown],
        error=found.error,
        lost=crops.lost,
        n_images=len(crops.images),
        n_measured=len(measured),
        set_name=asked.images.name,
        seed=chosen.seed,
        notes=notes,
    )


def _settings(given: dict[str, Any]) -> Settings:
    known = Settings.__dataclass_fields__
    for name in given:
        if name not in known:
            raise ParameterError(
                text("`craft` has no setting '{name}'; there are: {settings}.", name=name, settings=listed(known))
            )
    return Settings(**given)


def _importance(
    asked: ImagesOfTarget, number: int, layer: str, vectors: np.ndarray, chosen: Settings, steps: Steps
) -> tuple[np.ndarray, np.ndarray] | None:
    """The total Sobol index and the contribution of each concept for one image; None if the target has no value
    there."""
    classifier, network = asked.classifier, asked.classifier.network
    inputs = classifier.preprocess_input(classifier.resize(asked.images[number])[None])
    what = asked.target_on(inputs[0])
    if what is None:
        steps.finished()
        return None
    maps, gradients, values = network.outputs_and_gradients(inputs, layer, what)
    network.check_finite(values, inputs)
    coefficients = coefficients_of(maps[0].reshape(-1, maps.shape[-1]), vectors)
    sobol = sobol_of_image(
        classifier,
        inputs,
        layer,
        maps,
        coefficients,
        vectors,
        what,
        n_designs=chosen.n_designs,
        seed=chosen.seed,
        progress=steps.watch,
    )
    steps.finished()
    return sobol, contributions_of_image(gradients[0], coefficients, vectors)


def _evenly(images: list[int], most: int) -> list[int]:
    """At most `most` of the images, evenly spread."""
    places = np.unique(np.linspace(0, len(images) - 1, min(most, len(images))).round().astype(int))
    return [images[place] for place in places]


def _said_of_images(images: list[int], chosen: Settings, only_predicted: bool) -> tuple[Text, ...]:
    n = len(images)
    if n == chosen.most_images:
        if only_predicted:
            return (text("The first {n:,} images for which the network predicts the class were used.", n=n),)
        return (text("The first {n:,} images were used.", n=n),)
    if n < 10 and only_predicted:
        return (
            plural(
                "Only {n} image for which the network predicts the class: with so few, a concept may be one image.",
                "Only {n} images for which the network predicts the class: with so few, a concept may be one image.",
                n,
            ),
        )
    if n < 10:
        return (
            plural(
                "Only {n} image: with so few, a concept may be one image.",
                "Only {n} images: with so few, a concept may be one image.",
                n,
            ),
        )
    return ()

"""TCAV: whether a network uses a concept that a person shows it by images."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from vislib.batch.image_sets import images_of, read_in_batches, said_of_unread
from vislib.concepts.concept_score import ConceptScore
from vislib.concepts.directions import directions_tested
from vislib.concepts.images import ImagesOfTarget
from vislib.errors import DatasetError, ParameterError
from vislib.images.sets import ImageSet
from vislib.language import Text, plural, text
from vislib.model.classifier import Classifier
from vislib.progress import Progress, Steps, progress_bar
from vislib.speed.blas_threads import one_blas_thread
from vislib.targets.base import Target

LEAST_IMAGES = 4
_FEW, _SAME = 10, 1e-5


def tcav(
    classifier: Classifier,
    concepts: Any,
    random: Any,
    images: Any,
    target: int | str | Target,
    layers: str | Sequence[str] | None = None,
    *,
    n_runs: int = 20,
    alpha: float = 0.05,
    most_images: int = 200,
    only_predicted: bool | None = None,
    seed: int = 0,
    progress: Progress = progress_bar,
) -> list[ConceptScore]:
    """Tests whether concepts that a person shows by images matter for a target (testing with concept activation
    vectors).

    In each run a linear classifier separates two thirds of the concept's images from as many random ones, by a layer's
    activations averaged over the places. Its normal v is the concept's direction. The score is the share of `images`
    with Σ_places ∂ target / ∂ activations · v > 0. The same is done with two random halves.

    A score counts only if the direction also separates held-out images: between any two folders there is some
    direction, and a few images of nothing in particular would else give a firm score.

    Args:
        classifier: The network.
        concepts: A set of images that show the concept, or several: name → set. See `vislib.concepts.images_of`.
        random: A set of random images, without the concept; at least twice as many as the concept has serve best.
        images: The images on which the target is differentiated.
        target: The class by number or label, or any target.
        layers: One or several layers with feature maps; by default the last one before pooling.
        n_runs: Number of runs for the concept, and of random runs, at least 3.
        alpha: The level of significance. It is divided by the number of concepts × layers (Bonferroni).
        most_images: Largest number of images of each set: of `images` the first, of the others drawn at random.
        only_predicted: Whether of `images` only those are used for which the network predicts the class. By default
            so, where the network gives each image one class.
        seed: Seed of all draws.
        progress: Called as progress(done, total). If it raises, the work stops.

    Returns:
        One score for each concept and layer.

    Raises:
        DatasetError: If a set has too few images, or `images` has none of the class.
        ImageError: If no image of a set can be read.
        LayerError: If a layer has no feature maps, or the target does not depend on it.
        ParameterError: If a value is not accepted.
        ModelError: If the gradient cannot be computed.

    Reference:
        Kim et al. 2018, arXiv 1711.11279. Departs from it in three ways: activations are averaged over places, so that
        few images are enough; the classifier is a logistic regression; and a direction must separate held-out
        images. Known weakness: all runs share the concept's images, so they are not independent.

    Example:
        >>> random = np.random.default_rng(0).integers(0, 256, (20, 28, 28, 1), np.uint8)
        >>> bright = np.clip(random + 60, 0, 255).astype(np.uint8)
        >>> (score,) = vislib.concepts.tcav(
        ...     classifier, bright, random, image[None], "3", only_predicted=False, n_runs=3
        ... )
        >>> 0 <= score.score <= 1
        True
    """
    _check(n_runs, alpha, most_images)
    named = {name: images_of(each) for name, each in concepts.items()} if isinstance(concepts, Mapping) else None
    if named is None:
        one = images_of(concepts)
        named = {one.name: one}
    others, asked = images_of(random), ImagesOfTarget.of(classifier, images, target, only_predicted)
    network = classifier.network
    names = [layers] if isinstance(layers, str) else list(layers or [network.last_map_layer_before(asked.target)])
    for layer in names:
        network.map_node(layer)
    rng, n_tests = np.random.default_rng(seed), len(named) * len(names)
    n_used = [min(most_images, len(each)) for each in (*named.values(), others, asked.images)]
    steps, unread = Steps(progress, sum(n_used) + n_tests), list[int]()
    with one_blas_thread():
        activations = {
            name: _activations(classifier, each, names, most_images, rng, steps, unread) for name, each in named.items()
        }
        of_random = _activations(classifier, others, names, most_images, rng, steps, unread)
        slopes = _slopes(asked, names, most_images, steps, unread)
        found = []
        for name in named:
            for layer in names:
                runs = directions_tested(activations[name][layer], of_random[layer], slopes[layer], n_runs, seed)
                found.append(
                    ConceptScore(
                        concept=name,
                        layer=layer,
                        explained=asked.target.in_words(),
                        **runs,
                        n_tests=n_tests,
                        alpha=float(alpha),
                        n_concept=len(activations[name][layer]),
                        n_random=len(of_random[layer]),
                        n_images=len(slopes[layer]),
                        notes=(
                            *_said_of_slopes(layer, slopes[layer]),
                            *_said_of_few(activations[name][layer], of_random[layer]),
                            *said_of_unread(unread),
                        ),
                    )
                )
                steps.finished()
    return found


def _check(n_runs: Any, alpha: Any, most_images: Any) -> None:
    for name, value, least in (("n_runs", n_runs, 3), ("most_images", most_images, LEAST_IMAGES)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or not least <= value <= 10_000:
            raise ParameterError(
                text(
                    "`{name}` must be a whole number from {least} to 10000; not {value!r}.",
                    name=name,
                    least=least,
                    value=value,
                )
            )
    if isinstance(alpha, bool) or not isinstance(alpha, float | np.floating) or not 0 < alpha < 1:
        raise ParameterError(text("`alpha` must be a number between 0 and 1; not {alpha!r}.", alpha=alpha))


def _activations(
    classifier: Classifier,
    images: ImageSet,
    layers: Sequence[str],
    most: int,
    rng: np.random.Generator,
    steps: Steps,
    unread: list[int],
) -> dict[str, np.ndarray]:
    """For each layer the activations (n, channels) of images of a set, averaged over places."""
    numbers = np.sort(rng.permutation(len(images))[:most])
    found: dict[str, list[np.ndarray]] = {layer: [] for layer in layers}
    for read, resized in read_in_batches(classifier, images, numbers.tolist(), missed := list[int]()):
        if read:
            maps = classifier.network.maps(classifier.preprocess_input(resized), layers)
            for layer, values in zip(layers, maps, strict=True):
                found[layer].append(values.mean(axis=(1, 2)))
        steps.part(sum(map(len, found[layers[0]])), len(numbers))
    steps.finished(len(numbers))
    unread += missed
    joined = {layer: np.concatenate(parts) for layer, parts in found.items()}
    n = len(joined[layers[0]])
    if n < LEAST_IMAGES:
        raise DatasetError(
            plural(
                "{images} has {n} image that can be read; at least {least} are needed, and some dozens serve better.",
                "{images} has {n} images that can be read; at least {least} are needed, and some dozens serve better.",
                n,
                images=images.name,
                least=LEAST_IMAGES,
            )
        )
    return joined


def _slopes(
    asked: ImagesOfTarget, layers: Sequence[str], most: int, steps: Steps, unread: list[int]
) -> dict[str, np.ndarray]:
    """For each layer the gradient of the target (n, channels), summed over places."""
    network = asked.classifier.network
    found: dict[str, list[np.ndarray]] = {layer: [] for layer in layers}
    for _, resized in asked.read(most, steps, unread):
        for start in range(0, len(resized), network.gradient_batch_size):
            inputs = asked.classifier.preprocess_input(resized[start : start + network.gradient_batch_size])
            every = [asked.target_on(one) for one in inputs]
            has_one, targets = [one is not None for one in every], [one for one in every if one is not None]
            for layer in layers if targets else ():
                found[layer].append(network.maps_and_gradients(inputs[has_one], layer, targets)[1].sum(axis=(1, 2)))
    if not found[layers[0]]:
        raise asked.without_value
    return {layer: np.concatenate(parts) for layer, parts in found.items()}


def _said_of_few(concept: np.ndarray, random: np.ndarray) -> tuple[Text, ...]:
    n = min(len(concept), len(random) // 2)
    if n >= _FEW:
        return ()
    return (
        text("Each run has only {n} images of the concept and {n} random ones; some dozens give a firmer answer.", n=n),
    )


def _said_of_slopes(layer: str, slopes: np.ndarray) -> tuple[Text, ...]:
    if not slopes.any():
        return (text("The gradient at {layer} is 0 for every image, so no score is above 0.", layer=layer),)
    if len(slopes) > 1 and np.abs(slopes - slopes[0]).max() <= _SAME * np.abs(slopes).max():
        return (
            text(
                "Behind {layer} the network is linear, so the gradient is the same for all images and each run's score "
                "is 0 or 1. Choose an earlier layer.",
                layer=layer,
            ),
        )
    return ()

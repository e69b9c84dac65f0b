"""TCAV: whether a network uses a concept that a person shows it by images."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vislib.concepts.images import decides, images_of, images_to_explain, read_in_batches, said_of_unread
from vislib.errors import DatasetError, ParameterError
from vislib.images.sets import ImageSet
from vislib.model.classifier import Classifier
from vislib.progress import Progress, Steps, no_progress
from vislib.speed.blas_threads import one_blas_thread
from vislib.targets.base import Target

if TYPE_CHECKING:
    from vislib.network.network import Network

LEAST_IMAGES = 4
_HELD_OUT = 3
"""One in so many images is held out."""
_SAME = 1e-5


@dataclass(frozen=True, eq=False)
class ConceptScore:
    """How a target depends on a concept at one layer.

    Attributes:
        concept: The concept's name.
        layer: The layer's name.
        explained: The target in words.
        scores: (n_runs,) 0..1: in each run the share of the images whose target rises along the concept's direction.
        random_scores: (n_runs,): the same for directions between two random halves.
        p: Two-sided p-value of Welch's t-test between both.
        accuracies: (n_runs,) 0..1: the share of held-out images that each direction tells apart from random images.
        random_accuracies: (n_runs,): the same for random halves.
        p_accuracy: One-sided p-value of Welch's t-test: are the concept's accuracies higher?
        n_tests: Number of concepts × layers that were tested together; both p-values must be below alpha / n_tests.
        alpha: The level of significance.
        n_concept: Number of images of the concept.
        n_random: Number of random images.
        n_images: Number of images whose target was differentiated.
        notes: Sentences to show beside the score.
    """

    concept: str
    layer: str
    explained: str
    scores: np.ndarray
    random_scores: np.ndarray
    p: float
    accuracies: np.ndarray
    random_accuracies: np.ndarray
    p_accuracy: float
    n_tests: int
    alpha: float
    n_concept: int
    n_random: int
    n_images: int
    notes: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        """The mean score, 0..1: above 0.5 the concept raises the target, below it lowers it."""
        return float(self.scores.mean())

    @property
    def is_learned(self) -> bool:
        """Whether the layer tells the concept's held-out images from random ones, better than random from random."""
        return self.p_accuracy < self.alpha / self.n_tests

    @property
    def significant(self) -> bool:
        """Whether the layer knows the concept and the score differs from those of random directions."""
        return self.is_learned and self.p < self.alpha / self.n_tests

    def rows(self) -> list[dict[str, Any]]:
        """One row a run, for a table."""
        named = {
            "score": self.scores,
            "random_score": self.random_scores,
            "accuracy": self.accuracies,
            "random_accuracy": self.random_accuracies,
        }
        runs = zip(*(values.tolist() for values in named.values()), strict=True)
        return [{"concept": self.concept, "layer": self.layer} | dict(zip(named, run, strict=True)) for run in runs]

    def in_words(self) -> str:
        """The finding as a sentence."""
        runs = f"{len(self.scores)} runs against {len(self.random_scores)} random ones"
        if not self.is_learned:
            return (
                f"{self.layer} does not tell “{self.concept}” from random images: {self.accuracies.mean():.0%} of the "
                f"held-out images are told apart, {self.random_accuracies.mean():.0%} by chance ({runs})."
            )
        if not self.significant:
            return (
                f"No effect of “{self.concept}” on the {self.explained} is shown at {self.layer}: its score "
                f"{self.score:.2f} is like those of random directions, {self.random_scores.mean():.2f} on average "
                f"(p = {self.p:.2g}, {runs})."
            )
        effect = "raises" if self.score > self.random_scores.mean() else "lowers"
        return (
            f"“{self.concept}” {effect} the {self.explained} at {self.layer}: score {self.score:.2f}, random "
            f"directions {self.random_scores.mean():.2f} (p = {self.p:.2g}, {runs})."
        )


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
    progress: Progress = no_progress,
) -> list[ConceptScore]:
    """Tests whether concepts that a person shows by images matter for a target (testing with concept activation
    vectors).

    In each run a linear classifier separates two thirds of the concept's images from as many random ones, by a layer's
    activations averaged over the places. Its normal v is the concept's direction. The score is the share of `images`
    with Σ_places ∂ target / ∂ activations · v > 0. The same is done with two random halves.

    A score counts only if the direction also tells held-out images apart: between any two folders there is some
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
        most_images: At most so many of each set are used: of `images` the first, of the others drawn at random.
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
        few images are enough; the classifier is a logistic regression; and a direction must tell held-out images
        apart. Known weakness: all runs share the concept's images, so they are not independent.
    """
    _check(n_runs, alpha, most_images)
    named = {name: images_of(each) for name, each in concepts.items()} if isinstance(concepts, Mapping) else None
    if named is None:
        one = images_of(concepts)
        named = {one.name: one}
    others, source, network = images_of(random), images_of(images), classifier.network
    what = classifier.target(target)
    names = [layers] if isinstance(layers, str) else list(layers or [network.last_map_layer_before(what)])
    for layer in names:
        network.map_node(layer)
    if only_predicted is None:
        only_predicted = decides(classifier, what)
    rng = np.random.default_rng(seed)
    n_used = [min(most_images, len(each)) for each in (*named.values(), others, source)]
    steps, unread = Steps(progress, sum(n_used) + len(named) * len(names)), list[int]()
    with one_blas_thread():
        activations = {
            name: _activations(classifier, each, names, most_images, rng, steps, unread) for name, each in named.items()
        }
        of_random = _activations(classifier, others, names, most_images, rng, steps, unread)
        slopes = _slopes(classifier, source, what, names, only_predicted, most_images, steps, unread)
        found = []
        for name in named:
            for layer in names:
                given = (activations[name][layer], of_random[layer], slopes[layer])
                found.append(_tested(name, layer, what, *given, n_runs, alpha, len(named) * len(names), seed, unread))
                steps.finished()
    return found


def _check(n_runs: Any, alpha: Any, most_images: Any) -> None:
    for name, value, least in (("n_runs", n_runs, 3), ("most_images", most_images, LEAST_IMAGES)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or not least <= value <= 10_000:
            raise ParameterError(f"`{name}` must be a whole number from {least} to 10000; not {value!r}.")
    if isinstance(alpha, bool) or not isinstance(alpha, float | np.floating) or not 0 < alpha < 1:
        raise ParameterError(f"`alpha` must be a number between 0 and 1; not {alpha!r}.")


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
            f"{images.name} has {n} image{'s' if n != 1 else ''} that can be read; at least {LEAST_IMAGES} are needed, "
            "and some dozens serve better."
        )
    return joined


def _slopes(
    classifier: Classifier,
    images: ImageSet,
    target: Target,
    layers: Sequence[str],
    only_predicted: bool,
    most: int,
    steps: Steps,
    unread: list[int],
) -> dict[str, np.ndarray]:
    """For each layer the gradient of the target (n, channels), summed over places."""
    network: Network = classifier.network
    found: dict[str, list[np.ndarray]] = {layer: [] for layer in layers}
    for _, resized in images_to_explain(classifier, images, target, only_predicted, most, steps, unread):
        for start in range(0, len(resized), network.gradient_batch_size):
            inputs = classifier.preprocess_input(resized[start : start + network.gradient_batch_size])
            every = [_on_image(network, one, target) for one in inputs]
            has_one, targets = [one is not None for one in every], [one for one in every if one is not None]
            for layer in layers if targets else ():
                found[layer].append(network.maps_and_gradients(inputs[has_one], layer, targets)[1].sum(axis=(1, 2)))
    if not found[layers[0]]:
        raise DatasetError(f"The {target.in_words()} has no value for any of the images of {images.name}.")
    return {layer: np.concatenate(parts) for layer, parts in found.items()}


def _on_image(network: "Network", inputs: np.ndarray, target: Target) -> Target | None:
    """The target for one preprocessed image (h, w, c); None if it has no value there, as the region of a class that a
    segmentation does not see."""
    try:
        return target.on_image(network, lambda: network.logits(inputs[None])[0])
    except ParameterError:
        return None


def _tested(
    name: str,
    layer: str,
    target: Target,
    concept: np.ndarray,
    random: np.ndarray,
    slopes: np.ndarray,
    n_runs: int,
    alpha: float,
    n_tests: int,
    seed: int,
    unread: list[int],
) -> ConceptScore:
    rng = np.random.default_rng(seed)
    n = min(len(concept), len(random) // 2)
    runs = [_run(_drawn(concept, n, rng), _drawn(random, n, rng), slopes) for _ in range(n_runs)]
    halves = [np.split(_drawn(random, 2 * n, rng), 2) for _ in range(n_runs)]
    random_runs = [_run(one, other, slopes) for one, other in halves]
    scores, accuracies = np.array(runs).T
    random_scores, random_accuracies = np.array(random_runs).T
    return ConceptScore(
        concept=name,
        layer=layer,
        explained=target.in_words(),
        scores=scores,
        random_scores=random_scores,
        p=t_test(scores, random_scores, "two-sided"),
        accuracies=accuracies,
        random_accuracies=random_accuracies,
        p_accuracy=t_test(accuracies, random_accuracies, "greater"),
        n_tests=n_tests,
        alpha=alpha,
        n_concept=len(concept),
        n_random=len(random),
        n_images=len(slopes),
        notes=(*_said_of_slopes(layer, slopes), *said_of_unread(unread)),
    )


def _drawn(rows: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    return rows[rng.permutation(len(rows))[:n]]


def _run(ones: np.ndarray, zeros: np.ndarray, slopes: np.ndarray) -> tuple[float, float]:
    """The score and the accuracy on held-out images of the direction from `zeros` (n, channels) to `ones`."""
    n_held = max(1, len(ones) // _HELD_OUT)
    train = np.concatenate([ones[n_held:], zeros[n_held:]])
    held = np.concatenate([ones[:n_held], zeros[:n_held]])
    normal, offset = direction(train, np.arange(len(train)) < len(ones) - n_held)
    right = (held @ normal + offset > 0) == (np.arange(len(held)) < n_held)
    return float((slopes @ normal > 0).mean()), float(right.mean())


def direction(activations: np.ndarray, is_concept: np.ndarray) -> tuple[np.ndarray, float]:
    """The unit normal (channels,) of the plane that separates a concept's activations (n, channels) from others, and
    the offset b: v · a + b > 0 on the concept's side. A logistic regression finds it."""
    from sklearn.linear_model import LogisticRegression

    centre = activations.mean(axis=0, dtype=np.float64)
    scale = float(np.sqrt(np.mean((activations - centre) ** 2))) or 1.0
    fitted = LogisticRegression(max_iter=1_000).fit((activations - centre) / scale, is_concept)
    normal = fitted.coef_[0] / scale
    offset = float(fitted.intercept_[0] - normal @ centre)
    length = float(np.linalg.norm(normal)) or 1.0
    return normal / length, offset / length


def t_test(one: np.ndarray, other: np.ndarray, alternative: str) -> float:
    """The p-value of Welch's t-test; where neither varies, 1 if the means agree and else 0 (or 1 on the wrong side)."""
    from scipy.stats import ttest_ind

    difference = float(one.mean() - other.mean())
    if max(np.ptp(one), np.ptp(other)) == 0:
        return 0.0 if difference > 0 or (difference < 0 and alternative == "two-sided") else 1.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of one sample that does not vary, which is no problem
        return float(ttest_ind(one, other, equal_var=False, alternative=alternative).pvalue)


def _said_of_slopes(layer: str, slopes: np.ndarray) -> tuple[str, ...]:
    if not slopes.any():
        return (f"The gradient at {layer} is 0 for every image, so no score is above 0.",)
    if len(slopes) > 1 and np.abs(slopes - slopes[0]).max() <= _SAME * np.abs(slopes).max():
        return (
            f"Behind {layer} the network is linear, so the gradient is the same for all images and each run's score is "
            "0 or 1. An earlier layer tells more.",
        )
    return ()

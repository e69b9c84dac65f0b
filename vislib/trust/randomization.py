"""The model-randomization sanity check: if a map stays the same with random weights, it does not show the decision."""

import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from vislib.attribution.base import Explainer
from vislib.errors import ModelError
from vislib.graph.copies import with_separate_weights
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.progress import Progress, no_progress, within
from vislib.targets.base import Target


@dataclass(frozen=True, eq=False)
class RandomizedStage:
    """A method's map when part of the network is random.

    Attributes:
        layers: The layers made random at this stage, in addition to those of the stages before.
        share: The share of the layers with weights that are random now, 0 to 1.
        values: The map (h, w).
        rank_correlation: Spearman's rank correlation of the absolute values with those of the trained network's map,
            −1 to 1; NaN where one of the two maps is constant.
        similarity: SSIM of the same two maps, each stretched to 0..1; −1 to 1, or NaN.

    Example:
        >>> methods = {"saliency": vislib.methods()["saliency"]()}
        >>> found = vislib.trust.cascading_randomization(methods, classifier, image, classifier.target("3"), n_stages=2)
        >>> [round(stage.share, 1) for stage in found["saliency"]][-1]
        1.0
    """

    layers: tuple[str, ...]
    share: float
    values: np.ndarray
    rank_correlation: float
    similarity: float


def cascading_randomization(
    explainers: Mapping[str, Explainer],
    classifier: Classifier,
    resized: np.ndarray,
    target: Target,
    n_stages: int = 5,
    seed: int = 0,
    progress: Progress = no_progress,
) -> dict[str, list[RandomizedStage]]:
    """Each method's map as the network's layers become random, from the output towards the input.

    The first stage randomizes the last layer alone; the others randomize groups with equal numbers of layers. A kernel
    is replaced by normal random numbers of the same standard deviation; biases and the parameters of batch
    normalization are shuffled among their channels, so that activations keep their size. All this happens on a copy;
    the original model does not change.

    Args:
        explainers: The methods, resolved for the classifier, by names that the caller chooses.
        classifier: The classifier whose decision is explained.
        resized: The image at the network's input size, (h, w, 3) uint8.
        target: What is explained, the same at every stage.
        n_stages: The number of stages after the trained network, 1 or more; 1 randomizes all layers at once.
        seed: Seed of the random weights.
        progress: Called as progress(done, total) between maps and within them. If it raises, the work stops.

    Returns:
        The stages by name: first the trained network, last the network with random weights in all layers.

    Raises:
        ModelError: If Keras cannot copy the model.

    Reference: Adebayo et al. 2018, arXiv 1810.03292, sections 3 and 4.

    Example:
        >>> methods = {"saliency": vislib.methods()["saliency"]()}
        >>> target = classifier.target("3")
        >>> found = vislib.trust.cascading_randomization(methods, classifier, image, target, n_stages=2)
        >>> [stage.share for stage in found["saliency"]][0]
        0.0
    """
    with _twin(classifier) as twin:
        return _maps_by_stage(explainers, twin, resized, target, n_stages, np.random.default_rng(seed), progress)


def _maps_by_stage(
    explainers: Mapping[str, Explainer],
    twin: Classifier,
    resized: np.ndarray,
    target: Target,
    n_stages: int,
    random: np.random.Generator,
    progress: Progress,
) -> dict[str, list[RandomizedStage]]:
    groups = _groups(twin, n_stages)
    found: dict[str, list[RandomizedStage]] = {name: [] for name in explainers}
    total, done, n_random = (len(groups) + 1) * len(explainers), 0, 0
    n_layers = sum(map(len, groups))
    progress(0, total)
    for group in ([], *groups):
        for _, weights in group:
            _randomize(weights, random)
        n_random += len(group)
        for name, explainer in explainers.items():
            values = explainer.attribute(twin, resized, target, within(progress, done, total)).values
            first = found[name][0].values if found[name] else values
            found[name].append(
                RandomizedStage(
                    tuple(layer for layer, _ in group), n_random / n_layers, values, *compare_maps(first, values)
                )
            )
            done += 1
            progress(done, total)
    return found


def compare_maps(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """(Spearman's rank correlation, SSIM) of the absolute values of two maps (h, w).

    Both are NaN where one of the maps is constant: it has no order to compare.

    Example:
        >>> vislib.trust.compare_maps(np.eye(9), np.eye(9))
        (1.0, 1.0)
    """
    from scipy import stats
    from skimage.metrics import structural_similarity

    one, other = (np.abs(values).astype(np.float64) for values in (one, other))
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return np.nan, np.nan
    rank = float(stats.spearmanr(one.ravel(), other.ravel()).statistic)
    stretched = [(values - values.min()) / np.ptp(values) for values in (one, other)]
    window = min(7, (min(one.shape) - 1) // 2 * 2 + 1)
    return rank, float(structural_similarity(*stretched, data_range=1.0, win_size=window))


# The last copy used: functions traced for one method serve the next method of the same network. Only one copy is kept,
# as it takes as much memory as the network.
_idle: list[tuple[weakref.ref[Classifier], Classifier]] = []
_idle_lock = threading.Lock()


@contextmanager
def _twin(classifier: Classifier) -> Iterator[Classifier]:
    """A copy of the classifier with its current weights, for exclusive use."""
    with _idle_lock:
        found = [twin for kept, twin in _idle if kept() is classifier]
        _idle.clear()
    twin = found[0] if found else _copy(classifier)
    twin.model.set_weights(classifier.model.get_weights())
    yield twin
    with _idle_lock:
        _idle[:] = [(weakref.ref(classifier), twin)]


def _copy(classifier: Classifier) -> Classifier:
    from vislib.graph.reasons import reason_of

    try:
        model = with_separate_weights(classifier.model)
    except Exception as error:  # a custom layer can raise anything
        raise ModelError(
            text(
                "{model} cannot be copied, so its weights cannot be made random; leave this check out with "
                "randomize=False. Keras's reason: {error}.",
                model=classifier.name,
                error=reason_of(error),
            )
        ) from error
    return classifier.copy_with(f"{classifier.key}, random", model)


def _groups(classifier: Classifier, n_stages: int) -> list[list[tuple[str, list]]]:
    """Names and weights of the layers, from the logits backwards: the last layer, then groups of equal number."""
    layers: dict[int, tuple[str, list]] = {}
    for node in reversed(classifier.network.graph.nodes):
        weights = [weight for weight in getattr(node.operation, "weights", ()) if "float" in str(weight.dtype)]
        if weights:
            layers.setdefault(id(weights[0]), (node.name, weights))
    every = list(layers.values())
    if n_stages == 1:
        return [every]
    rest = np.array_split(np.arange(1, len(every)), min(n_stages - 1, max(len(every) - 1, 1)))
    return [every[:1], *([every[position] for position in group] for group in rest if len(group))]


def _randomize(weights: list, random: np.random.Generator) -> None:
    orders: dict[int, np.ndarray] = {}
    for weight in weights:
        values = np.asarray(weight)
        if values.ndim == 1:
            # One order for the whole layer, as a channel's mean and variance belong together.
            order = orders.setdefault(len(values), random.permutation(len(values)))
            weight.assign(values[order])
        elif values.ndim > 1:
            weight.assign(random.normal(0, values.std() or 1.0, values.shape).astype(values.dtype))

"""Measures of trust in a batch, on request: deletion and insertion, ROAD, the random logit test, strongest channels."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from vislib.attribution.base import Explainer, Family
from vislib.batch.measures import agreement
from vislib.batch.settings import BatchSettings, column
from vislib.model.classifier import Classifier
from vislib.targets.base import Target
from vislib.targets.scores import as_probability

if TYPE_CHECKING:
    import pyarrow as pa


def trust_measures(settings: BatchSettings) -> tuple[str, ...]:
    """The measures of each method's maps that are computed on request."""
    wanted = {"deletion": settings.curves, "insertion": settings.curves, "road": settings.road}
    wanted["random_logit"] = settings.random_logit
    return tuple(name for name, is_wanted in wanted.items() if is_wanted)


def channel_fields(settings: BatchSettings) -> "list[tuple[str, pa.DataType]]":
    """The columns of the strongest channels; empty if they are not computed."""
    import pyarrow as pa

    if not settings.channels:
        return []
    return [("channel_index", pa.list_(pa.int32())), ("channel_value", pa.list_(pa.float64()))]


def strongest_channels(
    classifier: Classifier, settings: BatchSettings, resized: np.ndarray, targets: Sequence[Target]
) -> list[dict[str, Any]]:
    """For each image the channels of the layer that contribute most to its target, above or below 0, the largest first;
    see `vislib.attribution.channels.contributions`."""
    from vislib.attribution.channels import contributions

    assert settings.channels_layer is not None
    inputs = classifier.preprocess_input(resized)
    values = contributions(classifier.network, inputs, settings.channels_layer, targets)
    order = np.argsort(-np.abs(values), axis=1, kind="stable")[:, : settings.channels]
    rows = zip(order, np.take_along_axis(values, order, axis=1), strict=True)
    return [{"channel_index": index.tolist(), "channel_value": value.tolist()} for index, value in rows]


def other_maps(
    classifier: Classifier,
    method: Explainer,
    targets: Sequence[Target],
    seeds: Sequence[int],
    maps_of: Callable[[list[Target]], list[np.ndarray]],
) -> list[np.ndarray]:
    """The maps for another class of each image, drawn at random; empty for a baseline.

    Args:
        classifier: The network, for which `can_compare` holds.
        method: The method.
        targets: The target of each image.
        seeds: The seed of each drawing.
        maps_of: Computes the method's maps for other targets of the same images.
    """
    from vislib.trust import another_class

    if method.family is Family.BASELINE:
        return []
    others = [another_class(classifier, target, seed) for target, seed in zip(targets, seeds, strict=True)]
    return maps_of([other for other in others if other is not None])


def can_compare(classifier: Classifier, target: Target) -> bool:
    """Whether there is another class for the random logit test of this target."""
    from vislib.trust import another_class

    return another_class(classifier, target) is not None


def measured(
    classifier: Classifier,
    settings: BatchSettings,
    resized: np.ndarray,
    values: np.ndarray,
    other: np.ndarray | None,
    target: Target,
    name: str,
) -> dict[str, float]:
    """The columns of `trust_measures` for one map (h, w); `other` is the map for another class, or None.

    Deletion, insertion and ROAD are areas under curves of the class's probability, or of the target's value where it
    has none.
    """
    from vislib import trust
    from vislib.trust.curves import N_STEPS

    probability = as_probability(target)
    found: dict[str, float] = {}
    if settings.curves:
        given = (classifier, resized, values, probability, min(N_STEPS, values.size))
        found[column(name, "deletion")] = trust.deletion(*given, fill=settings.deletion_fill).area
        found[column(name, "insertion")] = trust.insertion(*given, fill=settings.insertion_fill).area
    if settings.road:
        found[column(name, "road")] = trust.road(classifier, resized, values, probability).area
    if settings.random_logit and other is not None:
        found[column(name, "random_logit")] = agreement(np.abs(values), np.abs(other)) or 0.0
    return found

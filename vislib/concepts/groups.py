"""The groups of one image: a few regions and the channels that are active there together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from vislib.concepts.factors import factor, said_of_lost
from vislib.errors import ParameterError
from vislib.images.fitting import Box
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.speed.blas_threads import one_blas_thread
from vislib.targets.base import Target

MOST_GROUPS = 16


@dataclass(frozen=True, eq=False)
class Groups:
    """The groups of an image, those that raise the target most first.

    Attributes:
        layer: The layer whose activations are factored.
        maps: (h, w, n) float32, ≥ 0: how strong each group is at each place, in the unit of the activations.
        channels: (n, channels) float32, ≥ 0: how much each channel belongs to each group; rows of length 1.
        contributions: (n,) float32: what each group adds to the target, Σ over places and channels of
            gradient × (maps · channels). Behind the layer a network may bend; where it is linear, this is exact.
        rest: What the activations that no group holds add to the target, in the same way.
        error: ‖A⁺ − maps · channels‖ / ‖A⁺‖ with A⁺ the positive part of the activations.
        lost: 0..1: the share of the activations that is negative, which no group holds.
        target: What the contributions are to.
        explained: The same in words.
        score: The target's value for the image.
        model: The classifier's key.
        box: The part of the image that the maps cover.
        image_size: (height, width) of the image.
        params: The layer, the number of groups and the seed.
        notes: Sentences to show beside the groups.

    Example:
        >>> groups = vislib.concepts.groups(classifier, image, n_groups=3)
        >>> groups.contributions.shape, len(groups.strongest_channels(0, n=2))
        ((3,), 2)
    """

    layer: str
    maps: np.ndarray
    channels: np.ndarray
    contributions: np.ndarray
    rest: float
    error: float
    lost: float
    target: Target
    explained: str
    score: float
    model: str
    box: Box
    image_size: tuple[int, int]
    params: Mapping[str, Any]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.channels)

    def strongest_channels(self, group: int, n: int = 3) -> list[tuple[int, float]]:
        """The n channels of a group with the largest weights, largest first: (channel, share of the group's square)."""
        weights = self.channels[group]
        order = np.argsort(-weights, kind="stable")[:n]
        return [(int(channel), float(weights[channel] ** 2)) for channel in order if weights[channel] > 0]


def groups(
    classifier: Classifier,
    image: np.ndarray,
    layer: str | None = None,
    n_groups: int = 6,
    *,
    target: int | str | Target | None = None,
    seed: int = 0,
) -> Groups:
    """Groups a layer's channels by where they are active together: A⁺ (places, channels) ≈ maps · channels, both ≥ 0.

    Args:
        classifier: The network.
        image: (H, W, 3) in 0..255.
        layer: A layer with feature maps; by default the last one before pooling.
        n_groups: The number of groups, 1 to 16.
        target: What the contributions are to: a class by number or label, or any target; by default the class that
            the network predicts.
        seed: Seed of the factoring; the same seed gives the same groups.

    Returns:
        The groups, with the error of the factoring and each group's contribution to the target.

    Raises:
        LayerError: If the layer has no feature maps, none of its activations is positive, or the target does not
            depend on it.
        ParameterError: If there is no such class, or the layer has fewer places or channels than groups.
        ModelError: If the gradient cannot be computed.

    Reference:
        Olah et al. 2018, "The building blocks of interpretability" (distill.pub/2018/building-blocks). Departs from it
        in the contributions, which are those to one target by gradient × activation.

    Example:
        >>> groups = vislib.concepts.groups(classifier, image, n_groups=3)
        >>> groups.maps.shape, groups.channels.shape
        ((24, 24, 3), (3, 64))
    """
    if isinstance(n_groups, bool) or not isinstance(n_groups, int | np.integer) or not 1 <= n_groups <= MOST_GROUPS:
        raise ParameterError(
            text(
                "`n_groups` must be a whole number from 1 to {most}; not {n!r}.",
                most=MOST_GROUPS,
                n=n_groups,
            )
        )
    network = classifier.network
    inputs = classifier.preprocess_input(classifier.resize(image)[None])
    with one_blas_thread():
        if target is None:
            target = classifier.main_class(network.logits(inputs)[0])
        what = classifier.target(target).on_image(network, lambda: network.logits(inputs)[0])
        layer = network.last_map_layer_before(what) if layer is None else layer
        maps, gradients, values = network.maps_and_gradients(inputs, layer, what)
        network.check_finite(values, inputs)
        height, width, n_channels = maps.shape[1:]
        places, slopes = maps[0].reshape(-1, n_channels), gradients[0].reshape(-1, n_channels)
        found = factor(places, int(n_groups), seed)
        shares = (found.coefficients * (slopes @ found.vectors.T)).sum(axis=0)
    order = np.argsort(-shares, kind="stable")
    return Groups(
        layer=layer,
        maps=found.coefficients[:, order].reshape(height, width, -1),
        channels=found.vectors[order],
        contributions=shares[order].astype(np.float32),
        rest=float((places * slopes).sum(dtype=np.float64) - shares.sum(dtype=np.float64)),
        error=found.error,
        lost=found.lost,
        target=what,
        explained=what.in_words(),
        score=float(values[0]),
        model=classifier.current_key(),
        box=classifier.box(image),
        image_size=(image.shape[0], image.shape[1]),
        params={"layer": layer, "n_groups": int(n_groups), "seed": seed},
        notes=(*said_of_lost(layer, found.lost), *classifier.image_of(image).notes),
    )

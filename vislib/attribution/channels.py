"""The channels of a layer that decided: what each contributes to a target, and where on the image."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vislib import html
from vislib.attribution.base import upsample
from vislib.errors import LayerError, ParameterError, listed
from vislib.graph.relevance_rules import DEFAULT_COMPOSITE, composite_named
from vislib.language import text, tr
from vislib.model.classifier import Classifier
from vislib.targets.base import Target, check_within

if TYPE_CHECKING:
    from vislib.network.network import Network

BY = ("gradient", "relevance")
"""Gradient × activation (Shrikumar et al. 2016, arXiv 1605.01713), or layer-wise relevance propagation."""

_SHOWN = 8


@dataclass(frozen=True, eq=False)
class Channels:
    """What the channels of a layer contribute to a target.

    Attributes:
        layer: The layer's name.
        target: The target, resolved.
        by: One of `BY`.
        composite: The composite of LRP; None for the gradient.
        values: (channels,) float32, in the unit of the target; above 0 raises it.
        cells: (h, w, channels) float32, the contribution of each place; it adds up to `values`.
        score: The target's value.

    Example:
        >>> found = vislib.channels(classifier, image)
        >>> found.layer, found.strongest(3).shape
        ('conv2_activation', (3,))
    """

    layer: str
    target: Target
    by: str
    composite: str | None
    values: np.ndarray
    cells: np.ndarray
    score: float

    @property
    def rest(self) -> float:
        """What the layer's channels do not contribute: biases behind the layer, paths around it, and by gradient what
        is not linear behind it."""
        return self.score - float(self.values.sum(dtype=np.float64))

    @property
    def order(self) -> np.ndarray:
        """The channels' numbers, from the one that raises the target most to the one that lowers it most."""
        return np.argsort(-self.values, kind="stable")

    def _repr_html_(self) -> str:
        rows = [(int(channel), f"{self.values[channel]:+.4g}") for channel in self.strongest(_SHOWN)]
        score = tr(
            "{target} = {score:.4g}, of which {rest:.3g} is not the layer's",
            target=self.target.in_words(),
            score=self.score,
            rest=self.rest,
        )
        title = tr(
            "Channels of {layer}: the {n} largest contributions of {total:,}",
            layer=self.layer,
            n=len(rows),
            total=len(self.values),
        )
        return html.block(title, html.table(rows, (tr("channel"), tr("contribution"))), html.line(score))

    def strongest(self, n: int) -> np.ndarray:
        """The numbers of the n channels with the largest contribution, above or below 0, the largest first."""
        return np.argsort(-np.abs(self.values), kind="stable")[:n]


def channels(
    classifier: Classifier,
    image: np.ndarray,
    layer: str | None = None,
    target: int | str | Target | None = None,
    by: str = "gradient",
    composite: str = DEFAULT_COMPOSITE,
) -> Channels:
    """What each channel of a layer contributes to a target for one image.

    By gradient it is Σ over places of activation · ∂ target / ∂ activation. If nothing but averages and one dense layer
    lie behind the layer, the contributions and the bias add up to the logit exactly. By relevance it is the sum of the
    layer's relevance over places.

    Args:
        classifier: The network.
        image: (H, W, 3) in 0..255.
        layer: A layer with feature maps; None means the last one before pooling.
        target: The class as a number or a label, or any target; None means the most probable class.
        by: One of `BY`.
        composite: For relevance, one of `vislib.graph.relevance_rules.COMPOSITES`.

    Raises:
        LayerError: If there is no such layer, or the target does not depend on it.
        ParameterError: If there is no such class or composite.

    Reference: Achtibat et al. 2023, arXiv 2206.03208, section 3.

    Example:
        >>> found = vislib.channels(classifier, image, "pool", target="3")
        >>> found.values.shape, found.strongest(2).shape
        ((64,), (2,))
    """
    if by not in BY:
        raise ParameterError(text("`by` must be one of {choices}; not {by!r}.", choices=listed(BY), by=by))
    network = classifier.network
    resized = classifier.resize(image)[None]
    inputs = classifier.preprocess_input(resized)
    if target is None:
        target = classifier.main_class(network.logits(inputs)[0])
    resolved = classifier.target(target)
    layer = network.last_map_layer_before(resolved) if layer is None else layer
    on_image = resolved.on_image(network, lambda: network.logits(inputs)[0])
    if by == "gradient":
        maps, gradients, scores = network.maps_and_gradients(inputs, layer, on_image)
        cells = maps[0] * gradients[0]
        return Channels(layer, on_image, by, None, cells.sum(axis=(0, 1)), cells, float(scores[0]))
    network.map_node(layer)
    rules = composite_named(composite)
    bounds = classifier.input_bounds(resized) if rules.needs_bounds else None
    found = network.relevance(inputs, on_image, rules, [layer], bounds)
    cells = found.layers[layer][0]
    if not cells.any():
        raise LayerError(
            text(
                "No relevance of {target} reaches layer '{layer}'; name a layer before it.",
                target=on_image.in_words(),
                layer=layer,
            )
        )
    return Channels(layer, on_image, by, composite, cells.sum(axis=(0, 1)), cells, float(found.values[0]))


def contributions(network: "Network", inputs: np.ndarray, layer: str, targets: Target | Sequence[Target]) -> np.ndarray:
    """What each channel of a layer contributes to a target by gradient, for several images: (n, channels) float32.

    Args:
        network: The network.
        inputs: Preprocessed images (n, h, w, c).
        layer: A layer with feature maps.
        targets: One target for all images, or one for each, all of the same form.

    Raises:
        LayerError: If there is no such layer, or the target does not depend on it.
    """
    maps, gradients, _ = network.maps_and_gradients(inputs, layer, targets)
    return (maps * gradients).sum(axis=(1, 2))


@dataclass(frozen=True)
class MaskingCheck:
    """The target's value without some channels.

    Attributes:
        masked: The channels that raise the target most, set to 0.
        without: The target's value without them.
        at_random: The mean of its values without as many channels at random.
        n_random: How often channels were drawn.
    """

    masked: tuple[int, ...]
    without: float
    at_random: float
    n_random: int


def masking_check(
    classifier: Classifier, image: np.ndarray, found: Channels, n: int = 5, n_random: int = 20, seed: int = 0
) -> MaskingCheck:
    """Sets the n channels that raise the target most to 0, and n at random, to test what the contributions claim.

    The part of the network behind the layer runs 1 + n_random times.

    Args:
        classifier: The network.
        image: The image of `found`.
        found: The result of `channels`.
        n: How many channels are set to 0; all if the layer has fewer.
        n_random: How often n channels are drawn at random, at least 1.
        seed: Seed of the draws.
    """
    network, n_channels = classifier.network, len(found.values)
    random = np.random.default_rng(seed)
    masked = [int(channel) for channel in found.order[:n]]
    scales = np.ones((1 + n_random, n_channels), np.float32)
    scales[0, masked] = 0
    for row in scales[1:]:
        row[random.permutation(n_channels)[:n]] = 0
    inputs = classifier.preprocess_input(classifier.resize(image)[None])
    values = [
        network.values_of_scaled_maps(inputs, found.layer, scales[start : start + network.batch_size], found.target)
        for start in range(0, len(scales), network.batch_size)
    ]
    without, *drawn = np.concatenate(values)
    return MaskingCheck(tuple(masked), float(without), float(np.mean(drawn)), n_random)


def rows(found: Channels) -> list[dict]:
    """The channels as rows of a table, the one that raises the target most first."""
    return [{"channel": int(one), "contribution": float(found.values[one])} for one in found.order]


def heatmaps(classifier: Classifier, image: np.ndarray, found: Channels, numbers: Sequence[int]) -> np.ndarray:
    """Where on the image some channels get their contribution from: (n, h, w) float32 at the network's input size.

    By relevance it is the part of the pixels' relevance that passes through the channel (Achtibat et al. 2023). By
    gradient it is the channel's own `cells`, enlarged: Grad-CAM's and Layer-CAM's summand. In both cases it has the
    sign of what raises the target.

    Args:
        classifier: The network.
        image: The image of `found`.
        found: The result of `channels`.
        numbers: The channels.

    Raises:
        LayerError: If there is no such channel.
    """
    for number in numbers:
        check_within(number, len(found.values), text("the channels of layer '{layer}'", layer=found.layer))
    if found.by == "gradient":
        return np.stack([upsample(found.cells[..., number], classifier.input_size) for number in numbers])
    resized = classifier.resize(image)[None]
    rules = composite_named(found.composite or DEFAULT_COMPOSITE)
    bounds = classifier.input_bounds(resized) if rules.needs_bounds else None
    alone = np.zeros((len(numbers), *found.cells.shape), np.float32)
    for place, number in enumerate(numbers):
        alone[place, ..., number] = found.cells[..., number]
    inputs = classifier.preprocess_input(resized)
    return classifier.network.relevance_from(inputs, found.layer, alone, found.target, rules, bounds).sum(axis=-1)

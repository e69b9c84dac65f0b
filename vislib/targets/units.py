"""Targets on units: a channel, a neuron, a region, a direction. All are weighted sums of activations."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from vislib.errors import LayerError, ParameterError
from vislib.language import text
from vislib.targets.base import Explained, ExplainedNetwork, Term, check_within, digest_of, output_shape, shape_of


class WeightedSum(Term):
    """Σ w · a over a layer's activations; the operand w broadcasts over a, (h, w, c) or (c,)."""

    def measure(self, network: ExplainedNetwork) -> Callable:
        return _weighted_sum


@dataclass(frozen=True)
class Channel(WeightedSum):
    """The mean of a channel over its feature map; for a dense layer, one unit.

    Activation maximization reads it before its ReLU. A channel of the last layer is read before its softmax or sigmoid.

    Example:
        >>> channel = vislib.targets.Channel("conv2", 5)
        >>> vislib.explain("saliency", classifier, image, channel).explained
        'conv2 channel 5'
        >>> (0.5 * channel - vislib.targets.Layer("conv1")).in_words()
        '0.5 · conv2 channel 5 − layer conv1'
    """

    before_relu: ClassVar[bool] = True
    layer: str
    channel: int

    def in_words(self) -> str:
        return text("{layer} channel {channel}", layer=self.layer, channel=self.channel)

    def resolved(self, classifier: Explained) -> "Channel":
        check_within(
            self.channel, shape_of(classifier, self.layer)[-1], text("Channels of layer '{layer}'", layer=self.layer)
        )
        return Channel(self.layer, int(self.channel))

    def operand(self, network: ExplainedNetwork) -> np.ndarray:
        shape = output_shape(network, self.layer)
        return _mean_over_positions(_one_hot(shape[-1], self.channel), shape)


@dataclass(frozen=True)
class Neuron(WeightedSum):
    """One unit of a feature map: a channel at a row and a column, by default at the centre.

    Activation maximization reads it before its ReLU.

    Example:
        >>> vislib.explain("saliency", classifier, image, vislib.targets.Neuron("conv2", 5, row=3, column=4)).explained
        'conv2 channel 5 at (3, 4)'
    """

    before_relu: ClassVar[bool] = True
    layer: str
    channel: int
    row: int | None = None
    column: int | None = None

    def in_words(self) -> str:
        if self.row is None and self.column is None:
            return text("{layer} channel {channel} at the centre", layer=self.layer, channel=self.channel)
        return text(
            "{layer} channel {channel} at ({row}, {column})",
            layer=self.layer,
            channel=self.channel,
            row=self.row,
            column=self.column,
        )

    def resolved(self, classifier: Explained) -> "Neuron":
        shape = classifier.network.map_node(self.layer).output.shape[1:]
        row = shape[0] // 2 if self.row is None else self.row
        column = shape[1] // 2 if self.column is None else self.column
        axes = (
            text("Rows of layer '{layer}'", layer=self.layer),
            text("Columns of layer '{layer}'", layer=self.layer),
            text("Channels of layer '{layer}'", layer=self.layer),
        )
        for number, n_numbers, axis in zip((row, column, self.channel), shape, axes, strict=True):
            check_within(number, n_numbers, axis)
        return Neuron(self.layer, int(self.channel), int(row), int(column))

    def operand(self, network: ExplainedNetwork) -> np.ndarray:
        weights = np.zeros(output_shape(network, self.layer), np.float32)
        weights[self.row, self.column, self.channel] = 1
        return weights


@dataclass(frozen=True)
class Region(WeightedSum):
    """The mean of a channel over the places of a mask; in a layer of class maps, the pixels of a class.

    Args:
        layer: A layer with feature maps.
        channel: Index of the channel.
        mask: (h, w) at the layer's size, true at the places that count.

    Raises:
        ParameterError: If the mask is not (h, w) or is true nowhere.

    Example:
        >>> half = np.arange(24 * 24).reshape(24, 24) < 288
        >>> vislib.explain("saliency", classifier, image, vislib.targets.Region("conv2", 5, half)).values.shape
        (28, 28)
    """

    layer: str
    channel: int
    mask: np.ndarray = field(repr=False, compare=False)
    digest: str = field(default="", init=False, repr=False)

    def __post_init__(self) -> None:
        mask = np.array(self.mask, bool)
        if mask.ndim != 2 or not mask.any():
            raise ParameterError(text("A region is a mask (h, w) in which at least one place is true."))
        mask.setflags(write=False)
        object.__setattr__(self, "mask", mask)
        object.__setattr__(self, "digest", digest_of(mask))

    def in_words(self) -> str:
        return text(
            "{layer} channel {channel} over {n} places",
            layer=self.layer,
            channel=self.channel,
            n=int(self.mask.sum()),
        )

    def resolved(self, classifier: Explained) -> "Region":
        shape = classifier.network.map_node(self.layer).output.shape[1:]
        check_within(self.channel, shape[2], text("Channels of layer '{layer}'", layer=self.layer))
        if self.mask.shape != tuple(shape[:2]):
            raise LayerError(
                text(
                    "A mask of layer '{layer}' is {height} × {width}; not {given}.",
                    layer=self.layer,
                    height=shape[0],
                    width=shape[1],
                    given=self.mask.shape,
                )
            )
        return self

    def operand(self, network: ExplainedNetwork) -> np.ndarray:
        weights = np.zeros(output_shape(network, self.layer), np.float32)
        weights[self.mask, self.channel] = 1 / self.mask.sum()
        return weights


@dataclass(frozen=True)
class Direction(WeightedSum):
    """The mean over positions of ⟨a, v⟩, where v is a direction in the space of a layer's channels, of length 1.

    Args:
        layer: The layer.
        vector: v, one number for each channel, of any length ‖v‖ > 0.

    Raises:
        ParameterError: If the vector is zero or not finite. `resolved` raises it if the number of channels differs.

    Example:
        >>> along = vislib.targets.Direction("dense", np.ones(128))
        >>> vislib.explain("saliency", classifier, image, along).values.shape
        (28, 28)
    """

    layer: str
    vector: tuple[float, ...] = field(repr=False)

    def __post_init__(self) -> None:
        vector = np.asarray(self.vector, np.float64).ravel()
        length = np.linalg.norm(vector)
        if not np.isfinite(length) or length == 0:
            raise ParameterError(text("A direction is a vector of finite numbers that are not all 0."))
        object.__setattr__(self, "vector", tuple((vector / length).tolist()))

    def in_words(self) -> str:
        return text("{layer} direction", layer=self.layer)

    def resolved(self, classifier: Explained) -> "Direction":
        n_channels = shape_of(classifier, self.layer)[-1]
        if len(self.vector) != n_channels:
            raise ParameterError(
                text(
                    "A direction of layer '{layer}' has {n} numbers, one for each channel; not {given}.",
                    layer=self.layer,
                    n=n_channels,
                    given=len(self.vector),
                )
            )
        return self

    def operand(self, network: ExplainedNetwork) -> np.ndarray:
        return _mean_over_positions(np.array(self.vector, np.float32), output_shape(network, self.layer))


def _one_hot(length: int, index: int) -> np.ndarray:
    weights = np.zeros(length, np.float32)
    weights[index] = 1
    return weights


def _mean_over_positions(weights: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Weights for activations (h, w, c) or (c,): the mean over positions, with weights (c,) of the channels."""
    return weights if len(shape) == 1 else weights[None, None] / np.float32(shape[0] * shape[1])


def _weighted_sum(activations, weights):
    from vislib.backend import tf

    return tf.reduce_sum(activations * weights, axis=list(range(1, len(activations.shape))))

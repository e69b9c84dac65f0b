"""The channels of an earlier layer that a unit is made of."""

import numpy as np

from vislib.graph.layer_kinds import Role, nearest_kind
from vislib.model.classifier import Classifier
from vislib.targets.base import Target


def contributions(classifier: Classifier, image: np.ndarray, target: Target, layer: str) -> np.ndarray:
    """What each channel of a layer contributes to a target: Σ over positions of activation · ∂ target / ∂ activation.

    For a unit of the convolution right behind the layer this is weight · activation, summed over the window: the
    contributions and the bias add up to the unit. Behind more layers it is gradient × activation, which is exact as
    long as no ReLU changes sides (Shrikumar et al. 2016, arXiv 1605.01713).

    Args:
        classifier: The network.
        image: (H, W, 3) in 0..255.
        target: Such as `vislib.targets.Neuron`.
        layer: A layer with feature maps, before the target.

    Returns:
        (channels,) float32, in the unit of the target.

    Raises:
        LayerError: If the target does not depend on the layer.
        ModelError: If the gradient cannot be computed.

    Example:
        >>> unit = vislib.targets.Neuron("conv2", 5)
        >>> vislib.contributions(classifier, image, unit, "conv1_activation").shape
        (32,)
    """
    network = classifier.network
    inputs = classifier.preprocess_input(classifier.resize(image)[None])
    resolved = classifier.target(target).on_image(network, lambda: network.logits(inputs)[0])
    maps, gradients, _ = network.maps_and_gradients(inputs, layer, resolved)
    return (maps[0] * gradients[0]).sum(axis=(0, 1))


def layer_before(classifier: Classifier, layer: str, channel: int) -> str | None:
    """The layer whose channels a channel is mixed from: the input of the last convolution before it, or of another
    layer that mixes channels; None if that is the image.

    Layers that treat each channel by itself, such as an activation, batch normalization, pooling or a depthwise
    convolution, are passed over. Of a sum the later summand is followed, of a concatenation the part with the channel.

    Raises:
        LayerError: If the layer has no feature maps.

    Example:
        >>> vislib.layer_before(classifier, "pool", channel=5)
        'conv1_activation'
    """
    network = classifier.network
    node = network.map_node(layer)
    makers = {id(one.output): (place, one) for place, one in enumerate(network.map_nodes)}
    while found := [makers[id(tensor)] for tensor in node.inputs if id(tensor) in makers]:
        kind = nearest_kind(node.operation)
        n_channels, widths = node.output.shape[3], [one.output.shape[3] for _, one in found]
        # The largest map first: the gate of a squeeze-and-excitation block is one number for each channel.
        _, before = max(found, key=lambda one: (one[1].output.shape[1:3], one[0]))
        if kind.role is Role.MERGE and len(found) > 1 and sum(widths) == n_channels:
            part = int(np.searchsorted(np.cumsum(widths), channel, side="right"))
            channel -= sum(widths[:part])
            node = found[part][1]
        elif kind.role in _BY_CHANNEL or kind.identity or kind.depthwise:
            channel = channel * before.output.shape[3] // n_channels  # a depth multiplier makes several of one
            node = before
        else:
            return before.name
    return None


def before_activation(classifier: Classifier, layer: str) -> str:
    """The layer in front of a layer's activation function, such as its ReLU; the layer itself if it is none.

    At a unit that its ReLU has cut off, at 0 or at 6, the gradient is 0; in front of it every contribution shows.

    Raises:
        LayerError: If the layer has no feature maps.

    Example:
        >>> vislib.before_activation(classifier, "conv2_activation")
        'conv2'
    """
    network = classifier.network
    node = network.map_node(layer)
    makers = {id(one.output): one for one in network.map_nodes}
    while nearest_kind(node.operation).role in (Role.ACTIVATION, Role.REGULARIZATION):
        before = [makers[id(tensor)] for tensor in node.inputs if id(tensor) in makers]
        if len(before) != 1 or before[0].output.shape != node.output.shape:
            break
        node = before[0]
    return node.name


_BY_CHANNEL = (
    Role.NORMALIZATION,
    Role.ACTIVATION,
    Role.POOLING,
    Role.MERGE,
    Role.PADDING,
    Role.RESCALING,
    Role.REGULARIZATION,
    Role.AUGMENTATION,
)

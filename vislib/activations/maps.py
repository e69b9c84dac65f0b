"""The kernels of a network, and its feature maps for an image."""

from collections.abc import Sequence

import numpy as np

from vislib.errors import LayerError, listed
from vislib.graph.layer_kinds import Reach, Role, nearest_kind
from vislib.language import text
from vislib.model.classifier import Classifier

_WITHOUT_FEATURES = (Role.PADDING, Role.REGULARIZATION, Role.AUGMENTATION, Role.RESCALING)


def filter_layers(classifier: Classifier) -> tuple[str, ...]:
    """Names of the layers with two-dimensional kernels, in order.

    Example:
        >>> vislib.filter_layers(classifier)
        ('conv1', 'conv2')
    """
    return tuple(node.name for node in classifier.network.graph.nodes if _kernel(node.operation) is not None)


def filters(classifier: Classifier, layer: str, *, rgb: bool = False) -> np.ndarray:
    """The trained kernels of a convolution, (k_h, k_w, c_in, c_out) float32.

    For a depthwise convolution the last axis is the depth multiplier: (k_h, k_w, channels, multiplier). For a separable
    convolution the result is the kernels of its depthwise part.

    Args:
        classifier: The network.
        layer: Name of the convolution.
        rgb: Whether the input channels of a layer that reads the image come in the order red, green, blue, as a picture
            of the kernels needs them, even if the network takes them in the order blue, green, red ("caffe bgr").

    Raises:
        LayerError: If the layer does not exist or has no two-dimensional kernels.

    Example:
        >>> vislib.filters(classifier, "conv2").shape
        (3, 3, 32, 64)
    """
    kernels = np.asarray(_kernel(_operation(classifier, layer)), np.float32)
    if rgb and classifier.preprocess.bgr and reads_image(classifier, layer) and not is_depthwise(classifier, layer):
        return kernels[:, :, ::-1]  # of a depthwise convolution it would renumber the filters
    return kernels


def is_depthwise(classifier: Classifier, layer: str) -> bool:
    """Whether the kernels of a layer, as `filters` gives them, are those of a depthwise convolution or of the depthwise
    part of a separable one: one filter for each channel and multiple. Their shape does not say it.

    Raises:
        LayerError: If the layer does not exist or has no two-dimensional kernels.
    """
    operation = _operation(classifier, layer)
    return nearest_kind(operation).depthwise or _kernel(operation) is getattr(operation, "depthwise_kernel", None)


def _operation(classifier: Classifier, layer: str):
    """The layer of this name, which has kernels."""
    node = classifier.network.graph.node(layer)
    if node is None or _kernel(node.operation) is None:
        name, layers = classifier.network.name, listed(filter_layers(classifier))
        raise LayerError(
            text(
                "layer '{layer}' is not in {model}. Layers with kernels: {layers}.",
                layer=layer,
                model=name,
                layers=layers,
            )
            if node is None
            else text(
                "layer '{layer}' has no kernels in {model}. Layers with kernels: {layers}.",
                layer=layer,
                model=name,
                layers=layers,
            )
        )
    return node.operation


def reads_image(classifier: Classifier, layer: str) -> bool:
    """Whether the input channels of a layer are those of the image, perhaps rescaled or padded."""
    graph = classifier.network.graph
    made = {id(node.output): node for node in graph.nodes}
    node = graph.node(layer)
    while node is not None and len(node.inputs) == 1:
        (tensor,) = node.inputs
        if tensor is graph.input:
            return True
        node = made.get(id(tensor))
        if node is not None and nearest_kind(node.operation).role not in (*_WITHOUT_FEATURES, Role.MERGE):
            return False
    return False


def feature_maps(classifier: Classifier, image: np.ndarray, layer: str) -> np.ndarray:
    """The output of a layer for an image (H, W, 3) in 0..255: (h, w, c) float32, channels last.

    The last layer of a segmentation gives its logits, the values before its softmax or sigmoid, as every target does.

    Raises:
        LayerError: If the layer does not exist or its output is not a stack of feature maps.

    Example:
        >>> vislib.feature_maps(classifier, image, "pool").shape
        (12, 12, 64)
    """
    return feature_maps_of(classifier, image, [layer])[layer]


def feature_maps_of(classifier: Classifier, image: np.ndarray, layers: Sequence[str]) -> dict[str, np.ndarray]:
    """The feature maps (h, w, c) of several layers by name, from one pass; see `feature_maps`.

    Example:
        >>> maps = vislib.feature_maps_of(classifier, image, ["conv1", "pool"])
        >>> {layer: values.shape for layer, values in maps.items()}
        {'conv1': (26, 26, 32), 'pool': (12, 12, 64)}
    """
    if not layers:
        return {}
    maps = classifier.network.maps(classifier.preprocess_input(classifier.resize(image)[None]), layers)
    return {layer: values[0] for layer, values in zip(layers, maps, strict=True)}


def filter_norms(kernels: np.ndarray, *, depthwise: bool = False) -> np.ndarray:
    """The L2 norm of each filter, (filters,).

    Args:
        kernels: (k_h, k_w, c_in, c_out), as from `filters`; one filter for each of the c_out outputs.
        depthwise: Whether they are (k_h, k_w, channels, multiplier), with one filter for each channel and multiple, as
            `is_depthwise` says; the multiples of a channel follow each other, as in the layer's output.
    """
    n_in, n_out = kernels.shape[2:]
    return np.linalg.norm(kernels.reshape(-1, n_in * n_out if depthwise else n_out), axis=0)


def dead_filters(kernels: np.ndarray, *, depthwise: bool = False) -> np.ndarray:
    """Which filters are dead, bool: their norm is at most a thousandth of the median norm. As `filter_norms`."""
    norms = filter_norms(kernels, depthwise=depthwise)
    return norms <= np.median(norms) / 1000


def strongest_channels(maps: np.ndarray) -> np.ndarray:
    """Channel indices of maps (h, w, c) by mean absolute activation, strongest first."""
    return np.argsort(-np.abs(maps).mean(axis=(0, 1)), kind="stable")


def most_varied_channels(maps: np.ndarray) -> np.ndarray:
    """Channel indices of maps (h, w, c) by the standard deviation over positions, largest first; then as above.

    A channel that is strong everywhere, such as one at the limit of a ReLU6, shows nothing.
    """
    return np.lexsort((-np.abs(maps).mean(axis=(0, 1)), -maps.std(axis=(0, 1))))


def stages(classifier: Classifier) -> tuple[str, ...]:
    """The last layer at each size of feature map, in order of depth: one layer for each stage.

    A size that maps have again behind upsampling, as in the decoder of a U-Net, is another stage. Layers that only pad,
    scale, drop out or augment do not stand for a stage, if there are others.
    """
    nodes = classifier.network.map_nodes
    with_features = [node for node in nodes if nearest_kind(node.operation).role not in _WITHOUT_FEATURES] or nodes
    chosen = {node.name for node in with_features}
    grown: set[int] = set()
    last: dict[tuple[bool, tuple[int, int]], str] = {}
    for node in nodes:
        size = tuple(node.output.shape[1:3])
        before = [tensor for tensor in node.inputs if len(tensor.shape) == 4 and tensor.shape[1]]
        grows = bool(before) and all(2 * tensor.shape[1] <= size[0] for tensor in before)
        is_behind = grows or any(id(tensor) in grown for tensor in before)
        if is_behind:
            grown.add(id(node.output))
        if node.name not in chosen:
            continue
        key = (is_behind, size)
        last.pop(key, None)  # so that the order is that of the last layers
        last[key] = node.name
    return tuple(last.values())


def _kernel(operation):
    kind = nearest_kind(operation)
    is_transposed = kind.role is Role.CONVOLUTION and kind.reach is not Reach.WINDOW
    for name in ("kernel", "depthwise_kernel"):
        kernel = getattr(operation, name, None)
        if kernel is not None and len(kernel.shape) == 4 and not is_transposed:
            return kernel
    return None

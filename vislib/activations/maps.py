"""What a network holds and what it makes of an image: kernels and feature maps."""

from collections.abc import Sequence

import numpy as np

from vislib.errors import LayerError, listed
from vislib.graph.layer_kinds import Reach, Role, nearest_kind
from vislib.model.classifier import Classifier


def filter_layers(classifier: Classifier) -> tuple[str, ...]:
    """Names of the layers that hold two-dimensional kernels, in order."""
    return tuple(node.name for node in classifier.network.graph.nodes if _kernel(node.operation) is not None)


def filters(classifier: Classifier, layer: str) -> np.ndarray:
    """The kernels of a convolution as trained, (k_h, k_w, c_in, c_out).

    For a depthwise convolution the last axis is the depth multiplier, (k_h, k_w, channels, multiplier);
    for a separable one these are the kernels of its depthwise half.

    Raises:
        LayerError: If the layer does not exist or holds no two-dimensional kernels.
    """
    node = classifier.network.graph.node(layer)
    kernel = _kernel(node.operation) if node is not None else None
    if kernel is None:
        raise LayerError(
            f"layer '{layer}' {'is not in' if node is None else 'holds no kernels in'} {classifier.network.name}. "
            f"Layers with kernels: {listed(filter_layers(classifier))}."
        )
    return np.asarray(kernel, np.float32)


def feature_maps(classifier: Classifier, image: np.ndarray, layer: str) -> np.ndarray:
    """What a layer makes of an image (H, W, 3): its output (h, w, c) float32, channels last.

    Raises:
        LayerError: If the layer does not exist or its output is no stack of feature maps.
    """
    return feature_maps_of(classifier, image, [layer])[layer]


def feature_maps_of(classifier: Classifier, image: np.ndarray, layers: Sequence[str]) -> dict[str, np.ndarray]:
    """The feature maps (h, w, c) of several layers, from one pass through the network."""
    if not layers:
        return {}
    maps = classifier.network.maps(classifier.preprocess_input(classifier.resize(image)[None]), layers)
    return {layer: values[0] for layer, values in zip(layers, maps, strict=True)}


def filter_norms(kernels: np.ndarray) -> np.ndarray:
    """L2 norm of each filter of kernels (k_h, k_w, c_in, c_out); for a depthwise one, of each channel's kernel."""
    depthwise = kernels.shape[3] == 1 and kernels.shape[2] > 1
    return np.linalg.norm(kernels[..., 0] if depthwise else kernels.reshape(-1, 1, kernels.shape[3]), axis=(0, 1))


def dead_filters(kernels: np.ndarray) -> np.ndarray:
    """Which filters answer to nothing: norm under a thousandth of the median norm (or zero)."""
    norms = filter_norms(kernels)
    return norms <= np.median(norms) / 1000


def strongest_channels(maps: np.ndarray) -> np.ndarray:
    """Channel indices of maps (h, w, c) by mean absolute activation, strongest first."""
    return np.argsort(-np.abs(maps).mean(axis=(0, 1)), kind="stable")


def stages(classifier: Classifier) -> tuple[str, ...]:
    """One layer a stage: the last one at each size of map, in order of depth."""
    last: dict[tuple[int, int], str] = {}
    for node in classifier.network.map_nodes:
        last[tuple(node.output.shape[1:3])] = node.name
    return tuple(last.values())


def _kernel(operation):
    kind = nearest_kind(operation)
    is_transposed = kind.role is Role.CONVOLUTION and kind.reach is not Reach.WINDOW
    for name in ("kernel", "depthwise_kernel"):
        kernel = getattr(operation, name, None)
        if kernel is not None and len(kernel.shape) == 4 and not is_transposed:
            return kernel
    return None

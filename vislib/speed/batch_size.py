"""The number of images that go through a network at once, so that memory stays bounded for networks of any size."""

import math
from collections.abc import Callable

import numpy as np

from vislib.backend import tf
from vislib.graph.graph import Graph
from vislib.graph.layer_kinds import BATCH_NORMALIZATION, kind_of

_FORWARD_BYTES = 320 * 1024**2
_GRADIENT_BYTES = 560 * 1024**2
_ON_A_GPU = 8  # factor for a GPU, which computes many images at once and has separate memory
_MOST = 256


def forward_batch(graph: Graph, share: Callable[[object], float] = lambda tensor: 1.0) -> int:
    """Images at once, 1 to 256, if only outputs are needed, so that each map is freed after its last use.

    Args:
        graph: The network.
        share: Gives the share 0..1 of a symbolic tensor's map that is computed.
    """
    last = {id(tensor): number for number, node in enumerate(graph.nodes) for tensor in node.inputs}
    alive, most = {id(graph.input): _bytes(graph.input) * share(graph.input)}, 1.0
    for number, node in enumerate(graph.nodes):
        alive[id(node.output)] = _bytes(node.output) * share(node.output)
        most = max(most, sum(alive.values()))
        for tensor in node.inputs:
            if last[id(tensor)] == number:
                alive.pop(id(tensor), None)
    return _fitting(_FORWARD_BYTES, most)


def gradient_batch(graph: Graph) -> int:
    """Images at once, 1 to 256, for a gradient, which keeps every map except those of batch normalizations."""
    kept = [node for node in graph.nodes if kind_of(node.operation) is not BATCH_NORMALIZATION]
    return _fitting(_GRADIENT_BYTES, sum(_bytes(node.output) for node in kept))


def _fitting(most_bytes: int, image_bytes: float) -> int:
    times = _ON_A_GPU if tf.config.list_physical_devices("GPU") else 1
    return int(np.clip(times * most_bytes // image_bytes, 1, _MOST))


def _bytes(tensor) -> int:
    """Size of a tensor's float32 values for one image, in bytes."""
    return 4 * math.prod(tensor.shape[1:])

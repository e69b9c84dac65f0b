"""How many images go through a network at once, so that what it holds meanwhile stays bounded whatever its size."""

import math
from collections.abc import Callable

import numpy as np

from vislib.backend import tf
from vislib.graph.graph import Graph
from vislib.graph.layer_kinds import BATCH_NORMALIZATION, kind_of

_FORWARD_BYTES = 320 * 1024**2
_GRADIENT_BYTES = 560 * 1024**2
_ON_A_GPU = 8  # times as much: a GPU computes many images at once, and has memory of its own
_MOST = 256


def forward_batch(graph: Graph, share: Callable[[object], float] = lambda tensor: 1.0) -> int:
    """Images at once when only outputs are wanted and each map is forgotten after its last use, 1 to 256.

    Args:
        graph: The network.
        share: How much of a symbolic tensor's map is computed, 0 to 1.
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
    """Images at once when a gradient is wanted, for which every map is kept but a norm's, 1 to 256."""
    kept = [node for node in graph.nodes if kind_of(node.operation) is not BATCH_NORMALIZATION]
    return _fitting(_GRADIENT_BYTES, sum(_bytes(node.output) for node in kept))


def _fitting(most_bytes: int, image_bytes: float) -> int:
    times = _ON_A_GPU if tf.config.list_physical_devices("GPU") else 1
    return int(np.clip(times * most_bytes // image_bytes, 1, _MOST))


def _bytes(tensor) -> int:
    """Of one image's float32 values."""
    return 4 * math.prod(tensor.shape[1:])

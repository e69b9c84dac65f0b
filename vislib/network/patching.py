"""A target for copies of one image in which a rectangle is replaced: only what changes is computed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from vislib.backend import keras, tf
from vislib.graph.graph import Graph
from vislib.network.computations import class_logits, forward_all, total
from vislib.network.forward import ForwardNetwork
from vislib.network.target_arguments import TargetArguments
from vislib.speed.batch_size import forward_batch
from vislib.speed.incremental.plan import IncrementalPlan
from vislib.speed.incremental.run import replaced, run
from vislib.targets.base import LOGITS, Target


@dataclass(frozen=True, eq=False)
class Patched:
    """A target's values for one input with patches.

    Attributes:
        values: Called with patches (n, p, q, c), their first rows and first columns, each (n,). Returns the target's
            values (n,), and logits (n, classes) if the target reads the class scores, else None.
        unchanged: The target's value without a patch.
        batch_size: How many patches fit into memory at once.
    """

    values: Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray | None]]
    unchanged: float
    batch_size: int


def patched(network: ForwardNetwork, inputs: np.ndarray, size: tuple[int, int], target: Target) -> Patched:
    """`Network.patched`.

    Args:
        network: The network.
        inputs: One preprocessed input (1, h, w, c).
        size: (height, width) of the rectangle.
        target: The target.
    """
    on_logits = target.layers == {LOGITS}
    graph = network.variants.for_logits() if on_logits else network.variants.for_maps()
    if not on_logits and len(target.layers) == 1:
        graph = graph.up_to(*network.read(graph, TargetArguments.of(target, 1, network).form)[:1])
    plan = IncrementalPlan(graph, size)
    if not plan.saves or not (on_logits or len(target.layers) == 1):
        return _by_whole_passes(network, inputs, target)
    return (_of_logits if on_logits else _of_layer)(network, graph, plan, inputs, target)


def _by_whole_passes(network: ForwardNetwork, inputs: np.ndarray, target: Target) -> Patched:
    def values(*patches: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        pictures = replaced(inputs, *patches)
        if target.layers != {LOGITS}:
            return network.values(pictures, target), None
        logits = network.logits(pictures)
        return network.scores(logits, target), logits

    return Patched(values, float(network.values(inputs, target)[0]), network.batch_size)


def _of_logits(
    network: ForwardNetwork, graph: Graph, plan: IncrementalPlan, inputs: np.ndarray, target: Target
) -> Patched:
    function, unchanged, last = _traced(
        network, graph, plan, inputs, ("patched",), lambda units, *_: class_logits(units, network.is_binary)
    )
    first = class_logits(last, network.is_binary).numpy()

    def logits(patches: np.ndarray, tops: np.ndarray, lefts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        windows = [tf.constant(each) for each in plan.windows(tops, lefts)]
        found = function(tf.constant(patches, tf.float32), windows, unchanged).numpy()
        return network.scores(found, target), found

    return Patched(logits, float(network.scores(first, target)[0]), _batch(network, graph, plan))


def _of_layer(
    network: ForwardNetwork, graph: Graph, plan: IncrementalPlan, inputs: np.ndarray, target: Target
) -> Patched:
    given = TargetArguments.of(target, 1, network)

    def measured(activations, weights, operands):
        return total([activations] * len(given.form), given.measures, weights, operands)

    function, unchanged, last = _traced(network, graph, plan, inputs, ("patched", given.form), measured, *given.specs)
    (first,) = measured(last, *given.part()).numpy()

    def values(patches: np.ndarray, tops: np.ndarray, lefts: np.ndarray) -> tuple[np.ndarray, None]:
        windows = [tf.constant(each) for each in plan.windows(tops, lefts)]
        repeated = TargetArguments.of(target, len(patches), network).part()
        return function(tf.constant(patches, tf.float32), windows, unchanged, *repeated).numpy(), None

    return Patched(values, float(first), _batch(network, graph, plan))


def _traced(
    network: ForwardNetwork, graph: Graph, plan: IncrementalPlan, inputs: np.ndarray, key: tuple, measured, *specs: Any
):
    """The traced function (patches, windows, unchanged values, …) → `measured` of the graph's last tensor; the
    unchanged values; and the last tensor for the unchanged input."""
    kept = network.functions.traced(
        ("kept", *key[1:], plan.structure),
        lambda: forward_all(keras.Model(graph.input, [*plan.kept, graph.logits])),
        network.images_spec,
    )
    *unchanged, last = kept(tf.constant(inputs, tf.float32))
    function = network.functions.traced(
        (*key, plan.structure),
        lambda: lambda patches, windows, values, *given: measured(run(plan, patches, windows, values), *given),
        tf.TensorSpec((None, None, None, network.input_shape[2]), tf.float32),
        [tf.TensorSpec((None, None, 1), tf.int32), tf.TensorSpec((None,), tf.int32)] * 2,
        [tf.TensorSpec(tensor.shape, tf.float32) for tensor in unchanged],
        *specs,
    )
    return function, unchanged, last


def _batch(network: ForwardNetwork, graph: Graph, plan: IncrementalPlan) -> int:
    """Patches at once; fewer in proportion if `batch_size` was set to a smaller number than usual."""
    return max(1, forward_batch(graph, plan.share) * network.batch_size // network.usual_batch_size)

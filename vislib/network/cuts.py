"""A network cut at a layer: what is before it is computed once, what is behind it for many maps of the layer."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vislib.backend import keras, tf
from vislib.errors import ParameterError
from vislib.language import text
from vislib.network.computations import forward_all, with_first_input, with_scaled_channels
from vislib.network.failures import failures_as_sentences
from vislib.network.forward import ForwardNetwork
from vislib.network.target_arguments import TargetArguments
from vislib.targets.base import Form, Target


@dataclass(frozen=True, eq=False)
class Cut:
    """A network cut at a layer.

    Attributes:
        starts: The tensors that cross the cut, the layer's maps first.
        before: Gives their values for preprocessed inputs.
        behind: Makes a model of the rest.
    """

    starts: tuple[keras.KerasTensor, ...]
    before: Callable[[np.ndarray], list[tf.Tensor]]
    behind: Callable[[], keras.Model]


def cut_at(network: ForwardNetwork, layer: str, form: Form) -> Cut:
    """The network cut at a layer.

    Raises:
        LayerError: If a term of the target does not depend on the layer.
    """
    graph = network.variants.for_maps()
    node, read = network.node(graph, layer), network.read(graph, form)
    network.check_leads_to(graph, node, form, every=True)
    starts = graph.up_to(*read).cut_at(node)

    def before(inputs: np.ndarray) -> list[tf.Tensor]:
        function = network.functions.traced(
            ("before", layer, form), lambda: forward_all(keras.Model(graph.input, list(starts))), network.images_spec
        )
        return function(tf.constant(inputs, tf.float32))

    return Cut(starts, before, lambda: graph.behind(node, read))


def values_of_scaled_maps(
    network: ForwardNetwork, inputs: np.ndarray, layer: str, scales: np.ndarray, target: Target
) -> np.ndarray:
    """`Network.values_of_scaled_maps`."""
    network.map_node(layer)
    given = TargetArguments.of(target, len(scales), network)
    cut = cut_at(network, layer, given.form)
    with failures_as_sentences(network.name, network.graph, inputs, len(scales), scaled=True):
        kept = cut.before(inputs)
        behind = network.functions.traced(
            ("behind", layer, given.form),
            lambda: with_scaled_channels(cut.behind(), given.measures),
            tf.TensorSpec((None, scales.shape[1])),
            [tf.TensorSpec(tensor.shape) for tensor in kept],
            *given.specs,
        )
        return behind(tf.constant(scales, tf.float32), kept, *given.part()).numpy()


def values_of_maps(
    network: ForwardNetwork, inputs: np.ndarray, layer: str, maps: np.ndarray, target: Target
) -> np.ndarray:
    """`Network.values_of_maps`."""
    given = TargetArguments.of(target, len(maps), network)
    cut = cut_at(network, layer, given.form)
    shape = tuple(cut.starts[0].shape[1:])
    if maps.shape[1:] != shape:
        raise ParameterError(
            text(
                "Maps of layer '{layer}' have the shape {shape}; not {given}.",
                layer=layer,
                shape=shape,
                given=maps.shape[1:],
            )
        )
    most = network.batch_size
    with failures_as_sentences(network.name, network.graph, inputs, min(len(maps), most)):
        others = cut.before(inputs)[1:] if len(cut.starts) > 1 else []
        behind = network.functions.traced(
            ("behind given maps", layer, given.form),
            lambda: with_first_input(cut.behind(), given.measures),
            tf.TensorSpec((None, *shape)),
            [tf.TensorSpec(tensor.shape) for tensor in others],
            *given.specs,
        )
        parts = [slice(start, start + most) for start in range(0, len(maps), most)]
        chunks = [behind(tf.constant(maps[now], tf.float32), others, *given.part(now)).numpy() for now in parts]
    return np.concatenate(chunks) if chunks else np.empty(0, np.float32)

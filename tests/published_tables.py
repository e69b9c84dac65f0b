"""The layer tables of the famous networks, each made once; the networks themselves are not kept."""

import functools

import keras
from famous_networks import weights_at_zero

from vislib.backend import tf
from vislib.layers.reading import layer_table
from vislib.lessons import architectures


def multiply_adds_by_tensorflow(model) -> int:
    """What TensorFlow's own profiler counts for the convolutions and matrix products of one image."""
    shape = tf.TensorSpec((1, *model.input_shape[1:]), tf.float32)
    graph = tf.function(lambda image: model(image, training=False)).get_concrete_function(shape).graph
    builder = tf.compat.v1.profiler.ProfileOptionBuilder
    options = builder(builder.float_operation()).with_empty_output().build()
    found = tf.compat.v1.profiler.profile(graph, options=options, cmd="scope")
    kinds = {operation.name: operation.type for operation in graph.get_operations()}
    total, open_nodes = 0, [found]
    while open_nodes:
        node = open_nodes.pop()
        open_nodes.extend(node.children)
        if kinds.get(node.name) in ("Conv2D", "MatMul", "DepthwiseConv2dNative"):
            total += node.float_ops
    return total // 2


@functools.cache
def published(name: str, profiled: bool = False):
    """(layer table, Keras's parameter total, TensorFlow's multiply-adds) of a network; the last only if `profiled`, as
    it takes as long as the rest."""
    with weights_at_zero():
        if name in architectures.ARCHITECTURES:
            model = architectures.build(name)
        else:
            model = getattr(keras.applications, name)(weights=None)
    return layer_table(model), model.count_params(), multiply_adds_by_tensorflow(model) if profiled else None

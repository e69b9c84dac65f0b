"""The network as it runs when a gradient is wanted: the way back through convolutions as convolutions.

The gradient by a convolution's input is a convolution of the gradient by its output, with the kernel turned around and
its channels swapped. TensorFlow turns the kernel at every call, which for one image can take longer than the rest; here
the turned kernels are kept. Values are the model's own, gradients up to the order of sums.
"""

import dataclasses

from vislib.backend import keras, tf
from vislib.derive import Graph, Node, call_of
from vislib.renewed import Renewed


class QuickBackward:
    """A graph with the same values whose gradients take less time.

    Args:
        graph: With the model's own operations, or such that share their weights.
    """

    def __init__(self, graph: Graph):
        now, nodes = {id(graph.input): graph.input}, []
        twins: dict[int, _TurnedKernel] = {}
        # Images have few channels: there turning is nothing gained. A layer that is used elsewhere too keeps one name.
        first = {id(node.operation) for node in graph.nodes if node.inputs[0] is graph.input}
        for node in graph.nodes:
            operation, call = node.operation, call_of(node.output)
            if id(operation) not in first and _turns(operation):
                operation = twins.setdefault(id(operation), _TurnedKernel(operation)).layer
            args, kwargs = call.arguments.fill_in(now)
            outputs = keras.tree.flatten(operation(*args, **kwargs))
            inputs = tuple(now[id(tensor)] for tensor in node.inputs)
            now |= {id(old): new for old, new in zip(call.outputs, outputs, strict=True)}
            nodes.append(Node(node.name, operation, inputs, now[id(node.output)]))
        self._graph = dataclasses.replace(graph, nodes=tuple(nodes), logits=now[id(graph.logits)])
        self._renewed = Renewed(list(twins.values()))

    def graph(self) -> Graph:
        """The graph, with the model's weights of this moment. Nodes keep their names."""
        self._renewed()
        return self._graph


class _TurnedKernel:
    """A convolution's kernel as its gradient needs it, and the layer's twin that uses it."""

    def __init__(self, layer: keras.layers.Conv2D):
        height, width, n_in, n_out = layer.kernel.shape
        self._source = layer.kernel
        self._kernel = tf.Variable(tf.zeros((height, width, n_out, n_in)), trainable=False)
        self._convolve, self._strides = layer.convolution_op, layer.strides
        self.layer = object.__new__(type(layer))
        self.layer.__dict__.update(vars(layer), _inbound_nodes=[], _outbound_nodes=[], convolution_op=self._run)

    def sources(self) -> list[tf.Tensor]:
        return [self._source.value.read_value()]

    def make(self, sources) -> None:
        (kernel,) = sources
        self._kernel.assign(tf.transpose(tf.reverse(kernel, (0, 1)), (0, 1, 3, 2)))

    def _run(self, inputs, kernel):
        @tf.custom_gradient
        def convolve(x, kernel):
            return self._convolve(x, kernel), lambda gradient: (self._back(gradient, x), None)

        return convolve(inputs, tf.convert_to_tensor(kernel))

    def _back(self, gradient, x):
        """The gradient by the input x, of that by the output."""
        by_input = tf.nn.conv2d(gradient, self._kernel, 1, "SAME")
        down, across = self._strides
        if (down, across) == (1, 1):
            return by_input
        # One weight and a stride: what lies between its places counts for nothing.
        (height, width, channels), (rows, columns) = by_input.shape[1:], x.shape[1:3]
        apart = tf.pad(by_input[:, :, None, :, None], ((0, 0), (0, 0), (0, down - 1), (0, 0), (0, across - 1), (0, 0)))
        return tf.reshape(apart, (-1, height * down, width * across, channels))[:, :rows, :columns]


def _turns(operation: keras.Operation) -> bool:
    """Whether it is a convolution of which `_TurnedKernel` knows the way back."""
    if type(operation) is not keras.layers.Conv2D or operation.compute_dtype != "float32":
        return False
    if operation.groups != 1 or operation.data_format != "channels_last" or getattr(operation, "lora_enabled", False):
        return False
    size = operation.kernel_size
    if operation.strides == (1, 1):
        odd = all(side % 2 for side in size)
        return operation.dilation_rate == (1, 1) and (size == (1, 1) or (odd and operation.padding == "same"))
    return size == (1, 1)

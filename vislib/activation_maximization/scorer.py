"""The part of an ascent that needs the network: objectives of pictures and their gradients by the pictures.

It imports TensorFlow, so other modules import it late.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from vislib.activation_maximization.transforms import viewed
from vislib.backend import keras, tf
from vislib.errors import ModelError, ParameterError, listed
from vislib.graph.graph import Graph
from vislib.graph.relu_rules import before_relu
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.network.computations import existing, total
from vislib.network.failures import NoGradient, failures_as_sentences
from vislib.network.network import Network
from vislib.targets.base import LOGITS, Form, Target, operands, shared_form


class Scorer:
    """Computes the objective of each of n pictures, seen through its view, and the gradient by the picture.

    Pictures that are made together have objectives of one form, such as channels of one layer. The traced function
    depends only on the form; the network's function cache keeps it.

    Args:
        classifier: The classifier that the units belong to.
        objectives: The resolved target of each picture.

    Raises:
        ParameterError: If the objectives have different forms, or are too many for one batch and compare pictures.
    """

    def __init__(self, classifier: Classifier, objectives: Sequence[Target]):
        network = classifier.network
        shared = shared_form(list(objectives), network)
        self._batch_size = network.gradient_batch_size
        compares = any(term.compares_images for _, term in objectives[0].terms)
        if compares and len(objectives) > self._batch_size:
            raise ParameterError(
                text(
                    "Diversity compares the pictures of one batch: at most {most} of {height} × {width}; not {n}.",
                    most=self._batch_size,
                    height=network.input_shape[0],
                    width=network.input_shape[1],
                    n=len(objectives),
                )
            )
        self._network, self._shared = network, shared
        self._weights, self._operands = operands(list(objectives), network)
        with self._failures(1):
            self._function = network.functions.traced(
                ("objective", shared),
                lambda: _objective(classifier, shared),
                tf.TensorSpec((None, *network.input_shape), tf.float32),
                tf.TensorSpec((None, 3, 3), tf.float32),
                tf.TensorSpec((None, len(shared)), tf.float32),
                [tf.TensorSpec((None,) * operand.ndim, tf.float32) for operand in self._operands],
            )

    @contextmanager
    def _failures(self, n: int) -> Iterator[None]:
        """The network's failures in this block for n pictures at once, as sentences."""
        network = self._network
        with failures_as_sentences(network.name, network.graph, np.zeros((1, *network.input_shape)), n, gradient=True):
            try:
                yield
            except NoGradient:
                read = [layer for _, layer, _ in self._shared if layer is not LOGITS]
                raise ModelError(
                    text(
                        "A picture follows the gradient of its objective, and {model} has none of layer {layers} by "
                        "the image: an operation before it passes no gradient back, as argmax and rounding. Choose a "
                        "channel of a layer before that operation.",
                        model=network.name,
                        layers=listed(repr(each) for each in read),
                    )
                    if read
                    else text(
                        "A picture follows the gradient of its objective, and {model} has none of its output by the "
                        "image: an operation before it passes no gradient back, as argmax and rounding. Choose a "
                        "channel of a layer before that operation.",
                        model=network.name,
                    )
                ) from None

    def __call__(self, pixels: np.ndarray, views: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Values (n,) and gradients (n, h, w, c) of pictures (n, h, w, c) in 0..1, seen through views (n, 3, 3)."""
        values, gradients = [], []
        for start in range(0, len(pixels), self._batch_size):
            part = np.s_[start : start + self._batch_size]
            with self._failures(len(pixels[part])):
                value, gradient = self._function(
                    tf.constant(pixels[part]),
                    tf.constant(views[part], tf.float32),
                    tf.constant(self._weights[part]),
                    [tf.constant(operand[part]) for operand in self._operands],
                )
                values.append(value.numpy())
                gradients.append(gradient.numpy())
        return np.concatenate(values), np.concatenate(gradients)


def _objective(classifier: Classifier, shared: Form) -> Callable:
    """(pictures, views, weights, operands) → the values of objectives of one form, and their gradients."""
    network = classifier.network
    graph = _with_redirected_gradients(network)
    model = keras.Model(graph.input, [_tensor(graph, layer, before) for _, layer, before in shared])
    prepare = preprocessing_of_pixels(classifier)

    def objective(pixels, views, weights, operands):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(pixels)
            activations = model(prepare(viewed(pixels, views)), training=False)
            values = total(activations, [measure for measure, *_ in shared], weights, operands)
        return values, existing(tape.gradient(values, pixels))

    return objective


def _with_redirected_gradients(network: Network) -> Graph:
    """The graph whose gradients also pass where all units of a ReLU are 0; the plain graph if no ReLU is reached."""
    try:
        return network.graph_with_rule("redirected")
    except ModelError:
        return network.graph


def _tensor(graph: Graph, layer: str | None, is_before_relu: bool) -> keras.KerasTensor:
    if layer is LOGITS:
        return graph.logits
    assert layer is not None
    node = graph.node(layer)
    assert node is not None  # the target is resolved
    return before_relu(graph, node) if is_before_relu else node.output


def check_takes_pictures(classifier: Classifier) -> None:
    """Refuses a network of bands.

    Raises:
        ModelError: If it takes other than 1 or 3 channels.
    """
    if not classifier.takes_pictures:
        raise ModelError(
            text(
                "Pictures are made for networks of 1 or 3 channels in 0..255; {model} takes {channels} bands "
                "in units of their own. vislib.feature_maps shows what its layers respond to.",
                model=classifier.name,
                channels=classifier.channels,
            )
        )


def preprocessing_of_pixels(classifier: Classifier) -> Callable:
    """`Classifier.preprocess_input` for tensors (n, h, w, c) in 0..1, c the network's channels: gradients pass."""
    check_takes_pictures(classifier)
    preprocess = classifier.preprocess
    mean, scale = np.array(preprocess.mean, np.float32), np.array(preprocess.scale, np.float32)

    def prepare(pixels):
        inputs = (255.0 * pixels - mean) / scale
        return tf.reverse(inputs, [-1]) if preprocess.bgr else inputs

    return prepare

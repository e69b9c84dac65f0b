"""What tf-keras-vis is asked: a model, a score of its output and a layer, made from the flat graph up to the logits.

It imports TensorFlow, so other modules import it late.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from vislib.backend import keras, tf
from vislib.errors import ModelError, ParameterError
from vislib.graph.copies import sharing_weights
from vislib.graph.graph import Graph, Node
from vislib.graph.reasons import reason_of
from vislib.graph.relu_rules import before_relu
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.targets.base import LOGITS, Target
from vislib.targets.scores import ClassScore, Output
from vislib.targets.units import WeightedSum


@dataclass(frozen=True, eq=False)
class Scored:
    """A model, and a score of its output: outputs (n, …) → (n,). It is made from `graph`."""

    graph: Graph
    model: keras.Model
    score: Callable


class _Stopped(Exception):
    """Carries an exception of the progress callback past the sentences on failures."""

    def __init__(self, reason: BaseException):
        super().__init__(str(reason))
        self.reason = reason


def scored(
    classifier: Classifier, graph: Graph, target: Target, on_pass: Callable[[], None], is_maximized: bool = False
) -> Scored:
    """The target as tf-keras-vis takes it: a weighted sum of the logits, of the outputs or of one layer's maps.

    With `is_maximized`, a unit is read before its ReLU, as vislib's activation maximization reads it.

    Raises:
        ParameterError: If the target is no such sum.
    """
    weight, term = target.terms[0] if len(target.terms) == 1 else (0.0, None)
    if not isinstance(term, ClassScore | Output | WeightedSum) or getattr(term, "score", "logit") != "logit":
        raise ParameterError(
            text(
                "tf-keras-vis is not asked for the {target}. It takes the logit of a class, a predicted "
                "number, or a channel, neuron, region or direction of a layer.",
                target=target.in_words(),
            )
        )
    network, tensor = classifier.network, graph.logits
    weights = weight * term.operand(network)
    if term.layer is not LOGITS:
        node = graph.node(term.layer)
        assert node is not None  # the target is resolved
        tensor = before_relu(graph, node) if is_maximized and term.before_relu else node.output
    elif network.is_binary and isinstance(term, ClassScore):  # one unit z: z for class 1 and −z for class 0
        weights = weights[1:] - weights[:1]
    weights = tf.constant(weights, tf.float32)

    def score(outputs: Any) -> Any:
        try:
            on_pass()
        except BaseException as error:
            raise _Stopped(error) from error
        outputs = tf.cast(outputs, tf.float32)
        return tf.reduce_sum(outputs * weights, axis=list(range(1, len(outputs.shape))))

    return Scored(graph, keras.Model([graph.input], tensor), score)


def with_twins(graph: Graph) -> Graph:
    """The graph with a twin of every operation, weights shared: tf-keras-vis changes activations in place."""
    twins: dict[int, keras.Operation] = {}
    return graph.rewritten(lambda node: twins.setdefault(id(node.operation), sharing_weights(node.operation)))


def given_layer(node: Node) -> keras.Layer:
    """A layer that tf-keras-vis takes as the one asked for, whose output is that of a node.

    It would take a layer's first output, which in a model of models lies in another graph, and finds no operation that
    is no layer.
    """

    class Given(keras.layers.Layer):
        output = node.output

    return Given()


def failing_in_words(classifier: Classifier, call: Callable[[], Any]) -> np.ndarray:
    try:
        return np.asarray(call(), np.float32)
    except ParameterError:
        raise
    except _Stopped as stopped:
        raise stopped.reason from None
    except Exception as error:  # it can raise anything on a network that it does not know
        raise ModelError(
            text(
                "tf-keras-vis fails on {model}: {reason}. There is no second opinion; vislib's own result does "
                "not depend on it.",
                model=classifier.name,
                reason=reason_of(error),
            )
        ) from error

"""The passes of a network that need no gradient: outputs, feature maps, scores and values of targets."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from vislib.backend import keras, tf
from vislib.errors import ModelError, ParameterError
from vislib.graph.flatten import flatten
from vislib.graph.graph import Graph
from vislib.graph.inputs import Inputs
from vislib.graph.outputs import probed
from vislib.language import text
from vislib.network.computations import forward, forward_all, target_values, whole
from vislib.network.failures import failures_as_sentences, not_finite, runs_network
from vislib.network.function_cache import FunctionCache
from vislib.network.graph_variants import GraphVariants
from vislib.network.named_layers import NamedLayers
from vislib.network.recording import recorded
from vislib.network.target_arguments import TargetArguments
from vislib.speed.batch_size import forward_batch, gradient_batch
from vislib.targets.base import LOGITS, Target
from vislib.tasks import Task


class ForwardNetwork(NamedLayers):
    """A network's graph and the passes through it that need no gradient; the arguments are those of `Network`."""

    def __init__(
        self,
        model: keras.Model,
        input_shape: tuple[int, int, int],
        *,
        task: Task | None = None,
        output: str | int | None = None,
        inputs: Inputs = None,
        loss: Any = None,
    ):
        self.name = model.name
        graph = flatten(model, input_shape, task=task, output=output, inputs=inputs, loss=loss)
        with failures_as_sentences(self.name, graph, np.zeros((1, *input_shape))):
            self.graph: Graph = probed(graph) if graph.head.unsure else graph
        self.input_shape = input_shape
        self.head = self.graph.head
        self.output_shape = tuple(self.graph.logits.shape[1:])
        self.n_units = int(self.output_shape[-1])
        self.is_binary = self.head.task.has_classes and self.n_units == 1
        self.n_classes = 2 if self.is_binary else self.n_units
        self.activation = self.head.activation
        self.batch_size, self.gradient_batch_size = forward_batch(self.graph), gradient_batch(self.graph)
        self.usual_batch_size = self.batch_size
        self.functions = FunctionCache()
        self.variants = GraphVariants(self.graph, self.name)

    @recorded
    @runs_network()
    def logits(self, inputs: np.ndarray) -> np.ndarray:
        """Logits (n, classes) float32 of preprocessed inputs (n, h, w, c); (n, h, w, classes) of a segmentation. The
        outputs themselves where they are no scores of classes."""
        graph = self.variants.for_logits()
        function = self.functions.traced(("logits",), lambda: forward(whole(graph), self.is_binary), self.images_spec)
        chunks = [
            function(tf.constant(inputs[start : start + self.batch_size], tf.float32)).numpy()
            for start in range(0, len(inputs), self.batch_size)
        ]
        return np.concatenate(chunks) if chunks else np.empty((0, *self.output_shape[:-1], self.n_classes), np.float32)

    def probabilities(self, logits: np.ndarray) -> np.ndarray:
        """Probabilities (…, classes) of logits (…, classes): their softmax, or the sigmoid of each.

        Raises:
            ParameterError: If the outputs are no scores of classes.
        """
        if not self.activation:
            raise ParameterError(
                text(
                    "{name} gives numbers, which have no probabilities: its task is {task}.",
                    name=self.name,
                    task=self.head.task.in_words(),
                )
            )
        if self.activation == "sigmoid":
            return 1 / (1 + np.exp(-logits.astype(np.float64)))
        if self.activation == "exp":
            return np.exp(logits.astype(np.float64))
        shifted = np.exp(logits.astype(np.float64) - logits.max(axis=-1, keepdims=True))
        return shifted / shifted.sum(axis=-1, keepdims=True)

    def check_finite(self, values: np.ndarray, inputs: np.ndarray) -> None:
        """Checks the outputs or the target's values for preprocessed inputs (1, h, w, c).

        Raises:
            ModelError: If one is NaN or +∞. A logit of −∞ says that a class is impossible, so it is accepted.
        """
        if not (np.isnan(values) | np.isposinf(values)).any():
            return
        names = [node.name for node in self.graph.nodes if "float" in str(node.output.dtype)]
        raise ModelError(
            not_finite(self.name, self.graph, inputs, lambda: zip(names, self.outputs(inputs, names), strict=True))
        )

    def scores(self, logits: np.ndarray, target: Target) -> np.ndarray:
        """The values (n,) of a target that reads only the network's output, for logits (n, …, classes)."""
        values = [weight * term.of_logits(self, logits) for weight, term in target.terms]
        return values[0] if len(values) == 1 else np.sum(values, axis=0)

    @recorded
    @runs_network()
    def values(self, inputs: np.ndarray, target: Target) -> np.ndarray:
        """The values (n,) of a target for preprocessed inputs (n, h, w, c)."""
        if target.layers == {LOGITS}:
            return self.scores(self.logits(inputs), target)
        given = TargetArguments.of(target, len(inputs), self)
        graph = self.variants.for_maps()
        function = self.functions.traced(
            ("values", given.form),
            lambda: target_values(keras.Model(graph.input, self.read(graph, given.form)), given.measures),
            self.images_spec,
            *given.specs,
        )
        chunks = []
        for start in range(0, len(inputs), self.batch_size):
            now = slice(start, start + self.batch_size)
            chunks.append(function(tf.constant(inputs[now], tf.float32), *given.part(now)).numpy())
        return np.concatenate(chunks) if chunks else np.empty(0, np.float32)

    def maps(self, inputs: np.ndarray, layers: Sequence[str]) -> list[np.ndarray]:
        """Feature maps (n, h, w, c) float32 of the named layers, computed in one pass."""
        for layer in layers:
            self._map_node(self.graph, layer)
        return self.outputs(inputs, layers)

    @runs_network()
    def outputs(self, inputs: np.ndarray, layers: Sequence[str]) -> list[np.ndarray]:
        """Outputs (n, …) float32 of the named layers, computed in one pass."""
        graph = self.variants.for_maps()
        function = self.functions.traced(
            ("outputs", *layers),
            lambda: forward_all(keras.Model(graph.input, [self.node(graph, layer).output for layer in layers])),
            self.images_spec,
        )
        return [output.numpy() for output in function(tf.constant(inputs, tf.float32))]

    def graph_with_rule(self, rule: str | None) -> Graph:
        """The graph whose ReLUs follow `rule`; the plain graph for None."""
        with failures_as_sentences(self.name, self.graph, np.zeros((1, *self.input_shape))):
            return self.variants.with_rule(rule)

    @property
    def images_spec(self) -> tf.TensorSpec:
        """The signature of preprocessed inputs."""
        return tf.TensorSpec((None, *self.input_shape), tf.float32)

"""Runs a classifier's derived models: scores, feature maps and gradients, as NumPy arrays.

Each computation is traced once for any batch size and then reused. Methods see only this, so none of them
can change a model.
"""

import contextlib
from collections.abc import Callable, Sequence

import numpy as np

from vislib.backend import keras, tf
from vislib.errors import LayerError, ModelError, listed
from vislib.graph.flatten import flatten
from vislib.graph.graph import Graph, Node
from vislib.network.computations import forward, forward_all, input_gradient, map_gradient, scaled, two_sided, whole
from vislib.network.decision import Decision
from vislib.network.function_cache import KeptFunctions
from vislib.speed.batch_size import forward_batch, gradient_batch
from vislib.speed.graph_variants import QuickGraphs
from vislib.speed.incremental import IncrementalNetwork, Patched, replaced
from vislib.targets.scores import Target

Targets = Target | Sequence[Target]


class Network:
    """A Keras classifier, ready to be asked.

    A model with a single output unit counts as two classes: the logit of class 1 is the unit's, the
    logit of class 0 its negative.

    Args:
        model: The Keras model; it is not changed.
        input_shape: (height, width, channels).
    """

    def __init__(self, model: keras.Model, input_shape: tuple[int, int, int]):
        self.name = model.name
        self.graph: Graph = flatten(model, input_shape)
        self.input_shape = input_shape
        self.n_units = int(self.graph.logits.shape[1])
        self.n_classes = max(self.n_units, 2)
        self.activation = self.graph.activation
        self.batch_size, self.gradient_batch_size = forward_batch(self.graph), gradient_batch(self.graph)
        self.functions = KeptFunctions()
        self._graphs = QuickGraphs(self.graph, self.name)
        self._decision = Decision()
        if not self.graph.activation_removed:
            self._check_output_is_logits()

    # -- what can be asked -------------------------------------------------------------------------

    def logits(self, inputs: np.ndarray) -> np.ndarray:
        """Scores (n, classes) float32 of preprocessed inputs (n, h, w, c)."""
        known = self._decision.known(inputs)
        if known is not None:
            return known
        graph = self._graphs.for_logits()
        function = self.functions.traced(("logits",), lambda: forward(whole(graph), self.n_units), self._images)
        chunks = [
            function(tf.constant(inputs[start : start + self.batch_size], tf.float32)).numpy()
            for start in range(0, len(inputs), self.batch_size)
        ]
        if not chunks:
            return np.empty((0, self.n_classes), np.float32)
        return self._decision.remember(inputs, np.concatenate(chunks))

    def one_decision(self) -> contextlib.AbstractContextManager[None]:
        """Within it the logits of a single input are computed once, by whichever pass over it comes first.

        For one thread, and only that long, so that weights that are changed between two explanations count.
        """
        return self._decision.within()

    def patched(self, inputs: np.ndarray, size: tuple[int, int]) -> Patched:
        """What computes the logits of copies of one input (1, h, w, c) in which a rectangle of that size, (height,
        width), is replaced.

        Only what a patch changes is computed, which is exact; see `vislib.speed.incremental`.
        """
        graph = self._graphs.for_logits()
        plan = IncrementalNetwork(graph, size)
        if not plan.saves:
            return Patched(lambda *patches: self.logits(replaced(inputs, *patches)), self.batch_size)
        kept = self.functions.traced(
            ("kept", plan.windowed),
            lambda: forward_all(keras.Model(graph.input, [*plan.kept, graph.logits])),
            self._images,
        )
        *unchanged, units = kept(tf.constant(inputs, tf.float32))
        self._decision.remember(inputs, two_sided(units, self.n_units).numpy())
        function = self.functions.traced(
            ("patched", plan.windowed),
            lambda: lambda *patches: two_sided(plan(*patches), self.n_units),
            tf.TensorSpec((None, None, None, self.input_shape[2]), tf.float32),
            [tf.TensorSpec((None, None, 1), tf.int32), tf.TensorSpec((None,), tf.int32)] * 2,
            [tf.TensorSpec(tensor.shape, tf.float32) for tensor in unchanged],
        )

        def logits(patches: np.ndarray, tops: np.ndarray, lefts: np.ndarray) -> np.ndarray:
            windows = [tf.constant(each) for each in plan.windows(tops, lefts)]
            return function(tf.constant(patches, tf.float32), windows, unchanged).numpy()

        return Patched(logits, forward_batch(graph, plan.share))

    def probabilities(self, logits: np.ndarray) -> np.ndarray:
        """Probabilities (n, classes) that belong to logits: a softmax, or a sigmoid for each class."""
        if self.activation == "sigmoid":
            return 1 / (1 + np.exp(-logits.astype(np.float64)))
        shifted = np.exp(logits.astype(np.float64) - logits.max(axis=-1, keepdims=True))
        return shifted / shifted.sum(axis=-1, keepdims=True)

    def scores(self, logits: np.ndarray, target: Target) -> np.ndarray:
        """The number explained (n,) for each row of logits (n, classes)."""
        values = self.probabilities(logits) if target.score == "probability" else logits
        return values @ target.weights(self.n_classes)

    def gradients(
        self, inputs: np.ndarray, target: Targets, rule: str | None = None, averaged: bool = False
    ) -> np.ndarray:
        """Gradient (n, h, w, c) of the target by the preprocessed inputs (n, h, w, c); of one target for all, or of one
        each (n,), all of the same score.

        With a rule ("guided" or "deconvnet") ReLUs pass gradients by it instead; see `vislib.graph.relu_rules`. Those that
        are to be `averaged` come from the network with its norms folded: as right, but a single one not the model's
        own to the last digit (see `vislib.speed.batch_norm`).

        Raises:
            ModelError: If the network has a ReLU that the rule cannot reach, or none that it can.
        """
        graph, score = self._graphs.for_gradients(rule, averaged), _score_of(target)
        function = self.functions.traced(
            ("gradients", score, graph),
            lambda: input_gradient(whole(graph), self._score(score), self.n_units),
            self._images,
            self._target_weights,
        )
        weights = self._weights(target, len(inputs))
        chunks = []
        for start in range(0, len(inputs), self.gradient_batch_size):
            now = slice(start, start + self.gradient_batch_size)
            gradients, logits = function(tf.constant(inputs[now], tf.float32), tf.constant(weights[now]))
            self._decision.remember(inputs[now], logits.numpy())
            chunks.append(gradients.numpy())
        return np.concatenate(chunks)

    def maps(self, inputs: np.ndarray, layers: Sequence[str]) -> list[np.ndarray]:
        """Outputs (n, h, w, c) float32 of the named layers, computed in one pass."""
        graph = self._graphs.for_maps()
        outputs = [self._map_node(graph, layer).output for layer in layers]
        function = self.functions.traced(
            ("maps", *layers), lambda: forward_all(keras.Model(graph.input, outputs)), self._images
        )
        return [output.numpy() for output in function(tf.constant(inputs, tf.float32))]

    def maps_and_gradients(
        self, inputs: np.ndarray, layer: str, target: Targets, rule: str | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """A layer's feature maps (n, h, w, c) and the gradient of the target by them, same shape; `target` and `rule`
        as above."""
        graph, score = self._graphs.for_gradients(rule), _score_of(target)
        node = self._map_node(graph, layer)
        function = self.functions.traced(
            ("maps and gradients", score, graph, layer),
            lambda: map_gradient(
                keras.Model(graph.input, [node.output, graph.logits]), self._score(score), self.n_units
            ),
            self._images,
            self._target_weights,
        )
        weights = self._weights(target, len(inputs))
        maps, gradients, logits = function(tf.constant(inputs, tf.float32), tf.constant(weights))
        self._decision.remember(inputs, logits.numpy())
        return maps.numpy(), gradients.numpy()

    def logits_of_scaled_maps(self, inputs: np.ndarray, layer: str, scales: np.ndarray) -> np.ndarray:
        """Logits (n, classes) of one input (1, h, w, c) if the layer's channels were scaled by `scales` (n, k).

        What lies before the layer is computed once, only the rest n times. A scale of 0 takes a channel away.
        """
        graph = self._graphs.for_maps()
        starts = graph.cut_at(self._map_node(graph, layer))
        before = self.functions.traced(
            ("entries", layer), lambda: forward_all(keras.Model(graph.input, list(starts))), self._images
        )
        given = before(tf.constant(inputs, tf.float32))
        behind = self.functions.traced(
            ("behind", layer),
            lambda: scaled(keras.Model(list(starts), graph.logits), self.n_units),
            tf.TensorSpec((None, scales.shape[1])),
            [tf.TensorSpec(tensor.shape) for tensor in given],
        )
        return behind(tf.constant(scales, tf.float32), given).numpy()

    # -- what there is -----------------------------------------------------------------------------

    @property
    def map_nodes(self) -> tuple[Node, ...]:
        """The operations whose output is a stack of feature maps, in order."""
        return self.graph.map_nodes

    @property
    def map_layers(self) -> tuple[str, ...]:
        """Names of the layers with feature maps, in order."""
        return tuple(node.name for node in self.map_nodes)

    def graph_under(self, rule: str | None) -> Graph:
        """The graph whose ReLUs follow the rule; None for the plain one."""
        return self._graphs.under(rule)

    def map_node(self, layer: str) -> Node:
        """The layer of that name.

        Raises:
            LayerError: If there is none, or its output is no stack of feature maps.
        """
        return self._map_node(self.graph, layer)

    @property
    def last_map_layer(self) -> str:
        """The last layer with feature maps before pooling, found from the graph: the usual Grad-CAM layer.

        Raises:
            LayerError: If the network has no layer with feature maps.
        """
        node = self.graph.last_map_node
        if node is None:
            raise LayerError(f"{self.name} has no layer with feature maps (height × width × channels).")
        return node.name

    @property
    def pooled_layer(self) -> tuple[str, np.ndarray] | None:
        """The layer whose maps' means one linear layer turns into the logits, and that layer's weights (k, classes);
        None where the network does not end so."""
        found = self.graph.cam_head
        if found is None:
            return None
        kernel = np.asarray(found[1].operation.kernel)
        return found[0].name, np.concatenate([-kernel, kernel], axis=1) if self.n_units == 1 else kernel

    # -- inside ------------------------------------------------------------------------------------

    def _map_node(self, graph: Graph, layer: str) -> Node:
        node = graph.node(layer)
        if node is not None and node.has_map:
            return node
        problem = f"layer '{layer}' is not in {self.name}"
        if node is not None:
            problem = f"layer '{layer}' has no feature maps: its output has shape {tuple(node.output.shape)}"
        raise LayerError(f"{problem}. Layers with feature maps: {listed(self.map_layers)}.")

    @property
    def _images(self) -> tf.TensorSpec:
        return tf.TensorSpec((None, *self.input_shape), tf.float32)

    @property
    def _target_weights(self) -> tf.TensorSpec:
        return tf.TensorSpec((None, self.n_classes), tf.float32)

    def _weights(self, target: Targets, n: int) -> np.ndarray:
        """The targets' weights, (n, classes) float32."""
        targets = [target] * n if isinstance(target, Target) else target
        return np.stack([each.weights(self.n_classes) for each in targets])

    def _score(self, score_name: str) -> Callable:
        """TensorFlow's side of `scores`: (logits (n, classes), weights (n, classes)) → (n,)."""
        probability = score_name == "probability"
        squash = tf.sigmoid if self.activation == "sigmoid" else tf.nn.softmax

        def score(logits, weights):
            return tf.reduce_sum((squash(logits) if probability else logits) * weights, axis=-1)

        return score

    def _check_output_is_logits(self) -> None:
        """An output taken for logits must not be probabilities from an activation that went unseen."""
        if self.n_units == 1:
            return
        probe = np.random.default_rng(0).normal(0, 1, (3, *self.input_shape)).astype(np.float32)
        scores = self.logits(probe)
        if (scores >= 0).all() and np.allclose(scores.sum(axis=1), 1, atol=1e-3):
            raise ModelError(
                f"{self.name} ends in probabilities, but the softmax that makes them was not found; "
                "a final softmax as a layer, an activation or keras.ops.softmax is understood."
            )


def _score_of(target: Targets) -> str:
    """What of the class is explained, the same for all."""
    return target.score if isinstance(target, Target) else target[0].score

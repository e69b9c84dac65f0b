"""Runs a network's graph: scores, feature maps and gradients, as NumPy arrays.

Each computation is traced once for any batch size and then reused. Methods use only this class, so no method can
change a model.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from vislib.backend import keras, tf
from vislib.errors import LayerError, ModelError, ParameterError
from vislib.graph.flatten import flatten
from vislib.graph.graph import Graph
from vislib.graph.inputs import Inputs
from vislib.graph.outputs import probed
from vislib.graph.relevance_rules import Composite
from vislib.language import text
from vislib.network import bias_terms, cuts, rescaling, together
from vislib.network.computations import (
    blocking_nodes,
    channel_effects,
    forward,
    forward_all,
    input_gradient,
    map_gradients,
    target_values,
    whole,
)
from vislib.network.failures import (
    WITHOUT_GRADIENTS,
    NoGradient,
    failures_as_sentences,
    no_gradient_at,
    not_finite,
    runs_network,
)
from vislib.network.function_cache import FunctionCache
from vislib.network.graph_variants import GraphVariants
from vislib.network.masking import masked_values
from vislib.network.masks import Masks
from vislib.network.named_layers import NamedLayers
from vislib.network.patching import Patched, patched
from vislib.network.recording import recorded
from vislib.network.relevance import Relevance, relevance, relevance_from
from vislib.network.target_arguments import TargetArguments, Targets
from vislib.speed.batch_size import forward_batch, gradient_batch
from vislib.targets.base import LOGITS, Target
from vislib.tasks import Task


class Network(NamedLayers):
    """A Keras network, ready to run.

    A model of classes with a single output unit has two classes: the logit of class 1 is the unit's value, the logit of
    class 0 is its negative.

    Args:
        model: The Keras model; it is not changed. If nothing else shows what its output is, it is run once on noise to
            see whether it gives probabilities.
        input_shape: (height, width, channels).
        task: What the network does, if it is known.
        output: The name or the index of one of several outputs.
        inputs: Values for the inputs that are no image; see `vislib.graph.inputs`.
        loss: The loss that the model was trained with, if the model was not compiled with one.

    Raises:
        ModelError: If vislib cannot run the model on such an image.
        ParameterError: If there is no such input or output, or the task does not suit the output.

    Attributes:
        head: What the output means.
        n_units: Number of output units, at each place of a map.
        n_classes: Number of classes or outputs; 2 for a single unit of two classes.
    """

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

    # -- what can be computed ----------------------------------------------------------------------

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

    def patched(self, inputs: np.ndarray, size: tuple[int, int], target: Target) -> Patched:
        """A function that computes a target for copies of one input (1, h, w, c) in which a rectangle of `size`
        (height, width) is replaced by a patch.

        Only the activations that a patch changes are computed. This is exact; see `vislib.speed.incremental`.
        """
        with failures_as_sentences(self.name, self.graph, inputs, 1):
            found = patched(self, inputs, size, target)

        @recorded
        def values(*patches: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
            with failures_as_sentences(self.name, self.graph, inputs, len(patches[0])):
                return found.values(*patches)

        return Patched(values, found.unchanged, found.batch_size)

    @recorded
    def masked_values(self, shown: np.ndarray, hidden: np.ndarray, masks: Masks, target: Target) -> np.ndarray:
        """The values (n,) of a target for one preprocessed input (1, h, w, c) under n masks, with another behind it."""
        with failures_as_sentences(self.name, self.graph, shown, min(len(masks), self.batch_size)):
            return masked_values(self, shown, hidden, masks, target)

    @runs_network(gradient=True)
    def gradients(
        self, inputs: np.ndarray, target: Targets, rule: str | None = None, fold_batch_norm: bool = False
    ) -> tuple[np.ndarray, np.ndarray]:
        """Gradient (n, h, w, c) of a target by the preprocessed inputs (n, h, w, c), and its values (n,).

        Args:
            inputs: Preprocessed inputs (n, h, w, c).
            target: One target for all inputs, or one for each (n,), all of the same form.
            rule: None, or "guided" or "deconvnet" for another gradient of the ReLUs; see `vislib.graph.relu_rules`.
            fold_batch_norm: Uses the network with folded batch normalizations, for gradients that are averaged. They
                are equally accurate on average, but a single one is not bit-identical to the model's own (see
                `vislib.speed.batch_norm`).

        Raises:
            ModelError: If the rule cannot be applied to one of the network's ReLUs, or the network has none.
            ParameterError: If the target's value for one image depends on other images.
        """
        given = TargetArguments.of(target, len(inputs), self)
        folds = fold_batch_norm and all(layer is LOGITS for _, layer, _ in given.form)
        graph = self.variants.for_gradients(rule, folds)
        try:
            function = self.functions.traced(
                ("gradients", given.form, graph),
                lambda: input_gradient(keras.Model(graph.input, self.read(graph, given.form)), given.measures),
                self.images_spec,
                *given.specs,
            )
        except NoGradient:
            raise ModelError(self._no_gradient(inputs, given, text("the image"))) from None
        gradients, values = [], []
        for start in range(0, len(inputs), self.gradient_batch_size):
            now = slice(start, start + self.gradient_batch_size)
            gradient, value = function(tf.constant(inputs[now], tf.float32), *given.part(now))
            gradients.append(gradient.numpy())
            values.append(value.numpy())
        return np.concatenate(gradients), np.concatenate(values)

    @runs_network(gradient=True)
    def rescaled_gradients(
        self, inputs: np.ndarray, baselines: np.ndarray, target: Targets
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """DeepLIFT's multipliers (n, h, w, c) for preprocessed inputs and baselines (n, h, w, c), the target's values
        (n,), and those of the baselines (n,). Multiplier × (input − baseline) adds up to the difference of values, as
        far as every operation has a rule; see `vislib.graph.rescale`."""
        try:
            return rescaling.rescaled_gradients(self, inputs, baselines, target)
        except NoGradient:
            given = TargetArguments.of(target, len(inputs), self)
            raise ModelError(self._no_gradient(inputs, given, text("the image"))) from None

    @runs_network(gradient=True)
    def bias_terms(self, inputs: np.ndarray, target: Targets) -> bias_terms.BiasTerms:
        """The terms gradient × input and gradient × bias of a target for preprocessed inputs (n, h, w, c)."""
        try:
            return bias_terms.bias_terms(self, inputs, target)
        except NoGradient:
            given = TargetArguments.of(target, len(inputs), self)
            raise ModelError(self._no_gradient(inputs, given, text("the image"))) from None

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

    def maps_and_gradients(
        self, inputs: np.ndarray, layer: str, target: Targets, rule: str | None = None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """As `outputs_and_gradients`, of a layer with feature maps (n, h, w, c).

        Raises:
            LayerError: If the layer has no feature maps, or the target does not depend on it.
        """
        self.map_node(layer)
        return self.outputs_and_gradients(inputs, layer, target, rule)

    @runs_network(gradient=True)
    def outputs_and_gradients(
        self, inputs: np.ndarray, layer: str, target: Targets, rule: str | None = None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """A layer's output (n, …), the target's gradient by it, of the same shape, and the target's values (n,);
        `target` and `rule` as for `gradients`.

        Raises:
            LayerError: If the target does not depend on the layer.
        """
        given = TargetArguments.of(target, len(inputs), self)
        graph = self.variants.for_gradients(rule)
        self.check_leads_to(graph, self.node(graph, layer), given.form)
        try:
            return together.at_layer(
                layer,
                (graph, given.key, inputs.tobytes()),
                lambda layers: self._maps_and_gradients(inputs, graph, layers, given),
            )
        except NoGradient:
            raise ModelError(
                self._no_gradient(inputs, given, text("the maps of layer '{layer}'", layer=layer))
            ) from None

    def _maps_and_gradients(
        self, inputs: np.ndarray, graph: Graph, layers: tuple[str, ...], given: TargetArguments
    ) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
        maps = [self.node(graph, layer).output for layer in layers]
        function = self.functions.traced(
            ("maps and gradients", given.form, graph, layers),
            lambda: map_gradients(
                keras.Model(graph.input, [*maps, *self.read(graph, given.form)]), given.measures, len(layers)
            ),
            self.images_spec,
            *given.specs,
        )
        found, values = function(tf.constant(inputs, tf.float32), *given.part())
        return {
            layer: (maps.numpy(), gradients.numpy(), values.numpy())
            for layer, maps, gradients in zip(layers, *found, strict=True)
        }

    @recorded
    def values_of_scaled_maps(self, inputs: np.ndarray, layer: str, scales: np.ndarray, target: Target) -> np.ndarray:
        """A target's values (n,) for one input (1, h, w, c) when a layer's channels are scaled by `scales` (n, k).

        The layers up to this one are computed once, the rest n times. A scale of 0 removes a channel.

        Raises:
            LayerError: If the target does not depend on the layer.
        """
        return cuts.values_of_scaled_maps(self, inputs, layer, scales, target)

    @recorded
    def values_of_maps(self, inputs: np.ndarray, layer: str, maps: np.ndarray, target: Target) -> np.ndarray:
        """A target's values (n,) for one input (1, h, w, c) when a layer's maps, or its vector, are replaced.

        Only the layers behind this one are computed, and those of shortcuts past it.

        Args:
            inputs: The preprocessed input (1, h, w, c), from which the shortcuts past the layer come.
            layer: The layer's name.
            maps: Its maps (n, h, w, channels), or of a layer without places its vectors (n, channels).
            target: A target, each of whose terms depends on the layer.

        Raises:
            LayerError: If the target does not depend on the layer.
            ParameterError: If the maps do not have the shape of the layer's.
        """
        return cuts.values_of_maps(self, inputs, layer, maps, target)

    @runs_network(gradient=True)
    def relevance(
        self,
        inputs: np.ndarray,
        target: Targets,
        composite: Composite,
        layers: Sequence[str] = (),
        bounds: np.ndarray | None = None,
    ) -> Relevance:
        """The relevance of preprocessed inputs (n, h, w, c), and of the outputs of some layers, for a target.

        Args:
            inputs: Preprocessed inputs (n, h, w, c).
            target: One target for all inputs, or one for each (n,), all of the same form.
            composite: Which rule a layer has; see `vislib.graph.relevance_rules`.
            layers: Names of the layers whose relevance is wanted too.
            bounds: (2, h, w, c), the lowest and the highest preprocessed inputs, for a composite with the zᴮ rule.

        Raises:
            LayerError: If there is no such layer.
            ModelError: If no relevance reaches the image.
        """
        return relevance(self, inputs, target, composite, layers, bounds)

    @runs_network(gradient=True)
    def relevance_from(
        self,
        inputs: np.ndarray,
        layer: str,
        relevance: np.ndarray,
        target: Target,
        composite: Composite,
        bounds: np.ndarray | None = None,
    ) -> np.ndarray:
        """The relevance (n, h, w, c) of one preprocessed input (1, h, w, c) for n relevances (n, …) of a layer.

        If all but some channels of these are 0, it is what passes through those channels alone (Achtibat et al. 2023,
        arXiv 2206.03208).

        Args:
            inputs: One preprocessed input (1, h, w, c).
            layer: The layer's name.
            relevance: Relevances (n, …) of the layer's output, from `relevance`.
            target: The target whose relevance they are. The same composite, bounds and target give the same rules, so
                that the parts add up to the relevance of the whole.
            composite: Which rule a layer has.
            bounds: As for `relevance`.
        """
        return relevance_from(self, inputs, layer, relevance, target, composite, bounds)

    @runs_network(gradient=True)
    def channel_effects(self, inputs: np.ndarray, layer: str, channel: int) -> np.ndarray:
        """What a channel of a layer contributes to every logit, (n, classes) or (n, h, w, classes), for preprocessed
        inputs (n, h, w, c): Σ over positions of activation · ∂ logit / ∂ activation, for all classes in one pass.

        Raises:
            LayerError: If the logits do not depend on the layer.
        """
        graph = self.variants.for_maps()
        node = self._map_node(graph, layer)
        if not graph.leads_to(node, graph.logits):
            raise LayerError(
                text("layer '{layer}' does not lie before the class scores; name a layer before them.", layer=layer)
            )
        starts = graph.up_to(graph.logits).cut_at(node)
        before = self.functions.traced(
            ("before", layer, LOGITS),
            lambda: forward_all(keras.Model(graph.input, list(starts))),
            self.images_spec,
        )
        behind = self.functions.traced(
            ("effects", layer),
            lambda: channel_effects(graph.behind(node, [graph.logits]), self.is_binary),
            tf.TensorSpec((node.output.shape[3],)),
            [tf.TensorSpec(tensor.shape) for tensor in starts],
        )
        direction = tf.one_hot(channel, node.output.shape[3])
        found = [
            behind(direction, before(tf.constant(inputs[start : start + self.gradient_batch_size], tf.float32))).numpy()
            for start in range(0, len(inputs), self.gradient_batch_size)
        ]
        return np.concatenate(found)

    # -- inside ------------------------------------------------------------------------------------

    def graph_with_rule(self, rule: str | None) -> Graph:
        """The graph whose ReLUs follow `rule`; the plain graph for None."""
        with failures_as_sentences(self.name, self.graph, np.zeros((1, *self.input_shape))):
            return self.variants.with_rule(rule)

    @property
    def images_spec(self) -> tf.TensorSpec:
        """The signature of preprocessed inputs."""
        return tf.TensorSpec((None, *self.input_shape), tf.float32)

    def _no_gradient(self, inputs: np.ndarray, given: TargetArguments, what: str) -> str:
        """The sentence on a target without a gradient by `what`."""
        read, one = self.read(self.graph, given.form), slice(0, 1)
        found = blocking_nodes(self.graph, read, given.measures, tf.constant(inputs[one], tf.float32), *given.part(one))
        return text(
            "{name} has no gradient of the target by {what}: {reason}. Use a method without gradients: {methods}.",
            name=self.name,
            what=what,
            reason=no_gradient_at(found),
            methods=WITHOUT_GRADIENTS,
        )

"""The passes of a network with a gradient: of targets, by the image or by a layer, and relevance."""

from collections.abc import Sequence

import numpy as np

from vislib.backend import keras, tf
from vislib.errors import LayerError, ModelError
from vislib.graph.graph import Graph
from vislib.graph.relevance_rules import Composite
from vislib.language import text
from vislib.network import bias_terms, rescaling, together
from vislib.network.computations import blocking_nodes, channel_effects, forward_all, input_gradient, map_gradients
from vislib.network.failures import WITHOUT_GRADIENTS, NoGradient, no_gradient_at, runs_network
from vislib.network.forward import ForwardNetwork
from vislib.network.relevance import Relevance, relevance, relevance_from
from vislib.network.target_arguments import TargetArguments, Targets
from vislib.targets.base import LOGITS, Target


class GradientNetwork(ForwardNetwork):
    """What a network computes with a gradient."""

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

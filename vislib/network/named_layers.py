"""The layers of a network by name: which have feature maps, which is the last, and which a target depends on."""

import numpy as np

from vislib.backend import keras
from vislib.errors import LayerError, listed
from vislib.graph.graph import Graph, Node
from vislib.language import text
from vislib.targets.base import LOGITS, Form, Target


class NamedLayers:
    """What a network says about its layers.

    Attributes:
        name: The model's name.
        graph: Its operations.
        is_binary: Whether a single output unit has two classes.
    """

    name: str
    graph: Graph
    is_binary: bool

    @property
    def map_nodes(self) -> tuple[Node, ...]:
        """The operations whose output is a stack of feature maps, in the order of computation."""
        return self.graph.map_nodes

    @property
    def map_layers(self) -> tuple[str, ...]:
        """Names of the layers with feature maps, in the order of computation."""
        return tuple(node.name for node in self.map_nodes)

    def map_node(self, layer: str) -> Node:
        """The layer with this name.

        Raises:
            LayerError: If there is no such layer, or its output is not a stack of feature maps.
        """
        return self._map_node(self.graph, layer)

    @property
    def last_map_layer(self) -> str:
        """The last layer with feature maps before pooling, from the graph: the usual layer for Grad-CAM.

        Raises:
            LayerError: If the network has no layer with feature maps.
        """
        node = self.graph.last_map_node
        if node is None:
            raise LayerError(
                text(
                    "{name} has no layer with feature maps (height × width × channels) that can be seen. Methods "
                    "on the image itself, such as saliency and occlusion, work.",
                    name=self.name,
                )
            )
        return node.name

    @property
    def last_map_layers(self) -> tuple[str, ...]:
        """The last layer with feature maps of every path to the output: several for a network with several branches."""
        return tuple(node.name for node in self.graph.last_map_nodes)

    def last_map_layer_before(self, target: Target) -> str:
        """The default layer for a Grad-CAM of a target: `last_map_layer` for the class scores, and for a hidden layer
        the last feature maps that its weights read.

        Raises:
            LayerError: If there is no such layer, or there are several.
        """
        hidden = [layer for layer in target.layers if layer is not LOGITS]
        if not hidden:
            return self.last_map_layer
        found = [self.graph.last_map_node_before(self.node(self.graph, layer)) for layer in hidden]
        names = {node.name for node in found if node is not None}
        if len(names) != 1 or None in found:
            raise LayerError(
                text(
                    "There is no single last layer with feature maps before {target}; name one with `layer`, or "
                    "use a method on the image itself, such as saliency. Layers with feature maps: {layers}.",
                    target=target.in_words(),
                    layers=listed(self.map_layers),
                )
            )
        return names.pop()

    @property
    def last_hidden_layer(self) -> str | None:
        """Of a network that ends in several dense layers, the layer whose vector makes the scores; else None."""
        node = self.graph.last_hidden_node
        return None if node is None else node.name

    @property
    def pooled_layer(self) -> tuple[str, np.ndarray] | None:
        """For a network that ends in global average pooling and one linear layer: the name of the layer whose maps are
        averaged, and the linear layer's weights (k, classes). None for any other network."""
        found = self.graph.cam_head
        if found is None:
            return None
        kernel = np.asarray(found[1].operation.kernel)
        return found[0].name, np.concatenate([-kernel, kernel], axis=1) if self.is_binary else kernel

    def node(self, graph: Graph, layer: str) -> Node:
        node = graph.node(layer)
        if node is None:
            raise LayerError(
                text(
                    "layer '{layer}' is not in {name}; there are: {layers}.",
                    layer=layer,
                    name=self.name,
                    layers=listed(n.name for n in graph.nodes),
                )
            )
        return node

    def _map_node(self, graph: Graph, layer: str) -> Node:
        node = graph.node(layer)
        if node is not None and node.has_map:
            return node
        problem = text("layer '{layer}' is not in {name}", layer=layer, name=self.name)
        if node is not None:
            problem = text(
                "layer '{layer}' has no feature maps: its output has shape {shape}",
                layer=layer,
                shape=tuple(node.output.shape),
            )
        raise LayerError(
            text(
                "{problem}. Layers with feature maps: {layers}.",
                problem=problem,
                layers=listed(self.map_layers),
            )
        )

    def read(self, graph: Graph, form: Form) -> list[keras.KerasTensor]:
        """The tensors of a graph that the terms of a target read."""
        return [graph.logits if layer is LOGITS else self.node(graph, layer).output for _, layer, _ in form]

    def check_leads_to(self, graph: Graph, node: Node, form: Form, every: bool = False) -> None:
        """Checks that a target depends on a layer: at least one of its terms, or every term."""
        depends = [graph.leads_to(node, tensor) for tensor in self.read(graph, form)]
        if not (all(depends) if every else any(depends)):
            read = form[depends.index(False)][1]
            what = text("the class scores") if read is LOGITS else text("layer '{layer}'", layer=read)
            raise LayerError(
                text(
                    "layer '{layer}' does not lie before {what}, which the target reads; name a layer before it "
                    "with `layer`, or use a method on the image itself, such as saliency.",
                    layer=node.name,
                    what=what,
                )
            )

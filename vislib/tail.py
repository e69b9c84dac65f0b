"""The part of a graph behind one of its layers, as a model of its own."""

from vislib.backend import keras
from vislib.derive import Graph, Node


def entries(graph: Graph, node: Node) -> tuple[keras.KerasTensor, ...]:
    """What the part of the graph behind the node starts from: its output, then what else reaches in from before.

    A network without branches has one entry, the node's own output; one whose shortcuts lead past the node
    has more.
    """
    behind = {id(node.output)}
    found = {id(node.output): node.output}
    for later in graph.nodes:
        if any(id(tensor) in behind for tensor in later.inputs):
            behind.add(id(later.output))
    for later in graph.nodes:
        if id(later.output) in behind and later is not node:
            found.update({id(tensor): tensor for tensor in later.inputs if id(tensor) not in behind})
    return tuple(found.values())


def pooled_into(graph: Graph) -> tuple[Node, Node] | None:
    """The layer whose maps are averaged over all places and go straight into the class scores, and the layer
    that makes the scores; None where the network does not end so.

    The end looked for is the one of Zhou et al. 2016: global average pooling, then one linear layer.
    """
    makers = {id(node.output): node for node in graph.nodes}
    node = _before(graph.logits, makers)
    if node is None or not isinstance(node.operation, keras.layers.Dense) or len(node.inputs) != 1:
        return None
    pooling = _before(node.inputs[0], makers)
    if pooling is None or not isinstance(pooling.operation, keras.layers.GlobalAveragePooling2D):
        return None
    maps = makers.get(id(pooling.inputs[0]))
    return None if maps is None else (maps, node)


_PASS_ON = ("Dropout", "Flatten", "Reshape", "Identity")


def _before(tensor: keras.KerasTensor, makers: dict[int, Node]) -> Node | None:
    """What makes the tensor, past what only hands it on when the network is used."""
    node = makers.get(id(tensor))
    while node is not None and type(node.operation).__name__ in _PASS_ON:
        node = makers.get(id(node.inputs[0]))
    return node

"""A network as one flat graph of operations, from the input to the logits. The model is never changed."""

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from vislib.backend import keras
from vislib.graph.layer_kinds import Reach, Role, kind_of
from vislib.tasks import Head


@dataclass(frozen=True, eq=False)
class Node:
    """One operation of a flat graph.

    Attributes:
        name: Its name, "base/conv1" inside a nested model.
        operation: The Keras layer or operation.
        inputs: Symbolic tensors (batch, …).
        output: The symbolic tensor (batch, …) that it makes of them.
        channels_first: Whether the output is (batch, c, h, w), as in `vislib.graph.channels_last`.
    """

    name: str
    operation: keras.Operation
    inputs: tuple[keras.KerasTensor, ...]
    output: keras.KerasTensor
    channels_first: bool = False

    @property
    def has_map(self) -> bool:
        """Whether the output is a stack of feature maps (batch, h, w, c) of more than one cell."""
        shape = self.output.shape
        return len(shape) == 4 and None not in shape[1:] and shape[1] * shape[2] > 1 and not self.channels_first

    @property
    def operands(self) -> tuple[Any, ...]:
        """The arguments of its call in their order: symbolic tensors, numbers, arrays, None. A list that contains
        symbolic tensors counts as its elements."""
        arguments = call_of(self.output).arguments
        found: list[Any] = []
        for each in (*arguments.args, *arguments.kwargs.values()):
            leaves = keras.tree.flatten(each)
            found += leaves if any(isinstance(leaf, keras.KerasTensor) for leaf in leaves) else [each]
        return tuple(found)

    @property
    def constants(self) -> tuple[Any, ...]:
        """The `operands` that are not symbolic tensors."""
        return tuple(each for each in self.operands if not isinstance(each, keras.KerasTensor))


@dataclass(frozen=True, eq=False)
class Graph:
    """A network as one flat functional graph.

    Attributes:
        input: Symbolic input (batch, h, w, c).
        nodes: Every operation up to the logits, in an order in which they can be computed.
        logits: Symbolic outputs before the final activation: (batch, units), or a map of them (batch, h, w, units).
        head: What the outputs mean, and the function that turns logits into probabilities.
        activation_removed: Whether that activation was part of the model and is left out here.
        modified_relus: Names of the nodes whose gradient follows another rule (`vislib.graph.relu_rules`).
        notes: Sentences on the nodes that the rule does not apply to.
    """

    input: keras.KerasTensor
    nodes: tuple[Node, ...]
    logits: keras.KerasTensor
    head: Head
    activation_removed: bool
    modified_relus: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    def node(self, name: str) -> Node | None:
        return next((node for node in self.nodes if node.name == name), None)

    @property
    def map_nodes(self) -> tuple[Node, ...]:
        """The nodes whose output is a stack of feature maps."""
        return tuple(node for node in self.nodes if node.has_map)

    @property
    def last_map_node(self) -> Node | None:
        """The last node with feature maps before pooling; None if there is none.

        The search goes from the logits backwards along every path to the first stack of maps, past pooling and dropout.
        If several paths lead to different nodes, the result is the deepest.

        A network whose output is a map, as in a segmentation, has no such pooling. There it is the last node of its
        narrowest part, where an encoder ends (Vinogradova, Dibrov & Myers 2020, arXiv 2002.11434).
        """
        nodes = self.last_map_nodes
        return nodes[-1] if nodes else None

    @property
    def last_map_nodes(self) -> tuple[Node, ...]:
        """The last node with feature maps of every path, in the order of computation; see `last_map_node`."""
        if len(self.logits.shape) == 2:
            return self._last_map_nodes([self.logits])
        node = self._narrowest_map_node()
        return () if node is None else (node,)

    @property
    def of_image(self) -> set[Node]:
        """The nodes that depend on the image, and not only on given values of another input."""
        seen, found = {id(self.input)}, set()
        for node in self.nodes:
            if any(id(tensor) in seen for tensor in node.inputs) and kind_of(node.operation).role is not Role.GIVEN:
                seen.add(id(node.output))
                found.add(node)
        return found

    def _narrowest_map_node(self) -> Node | None:
        of_image = self.of_image
        maps = [
            node
            for node in self.map_nodes
            if node in of_image
            and node.output is not self.logits
            and kind_of(node.operation).role is not Role.POOLING
            and not kind_of(node.operation).identity
        ]
        cells = [node.output.shape[1] * node.output.shape[2] for node in maps]
        return next((node for node, n in reversed(list(zip(maps, cells, strict=True))) if n == min(cells)), None)

    def last_map_node_before(self, node: Node) -> Node | None:
        """The last node with feature maps that a node's weights read, past its activation and normalization."""
        makers = {id(other.output): other for other in self.nodes}
        while kind_of(node.operation).identity or kind_of(node.operation).role in _AFTER_WEIGHTS:
            before = makers.get(id(node.inputs[0]))
            if before is None:
                return None
            node = before
        nodes = self._last_map_nodes(node.inputs)
        return nodes[-1] if nodes else None

    def _last_map_nodes(self, ends: Iterable[keras.KerasTensor]) -> tuple[Node, ...]:
        of_image = self.of_image
        order = {id(node.output): position for position, node in enumerate(self.nodes) if node in of_image}
        open_ends, seen, found = list(ends), set[int](), set[int]()
        while open_ends:
            position = order.get(id(open_ends.pop()))
            if position is None or position in seen:
                continue
            seen.add(position)
            node = self.nodes[position]
            kind = kind_of(node.operation)
            if node.has_map and kind.role is not Role.POOLING and not kind.identity:
                found.add(position)
            else:
                open_ends.extend(node.inputs)
        return tuple(self.nodes[position] for position in sorted(found))

    def leads_to(self, node: Node, tensor: keras.KerasTensor) -> bool:
        """Whether a tensor depends on a node's output, or is that output."""
        behind = {id(node.output)}
        for later in self.nodes:
            if any(id(each) in behind for each in later.inputs):
                behind.add(id(later.output))
        return id(tensor) in behind

    def up_to(self, *tensors: keras.KerasTensor) -> "Graph":
        """The part of the graph that some tensors depend on, with the first of them in place of the logits."""
        wanted, nodes = {id(tensor) for tensor in tensors}, []
        for node in reversed(self.nodes):
            if id(node.output) in wanted:
                wanted.update(map(id, node.inputs))
                nodes.append(node)
        return dataclasses.replace(self, nodes=tuple(reversed(nodes)), logits=tensors[0])

    def cut_at(self, node: Node) -> tuple[keras.KerasTensor, ...]:
        """The inputs of the part of the graph behind a node: the node's output first, then every other tensor that
        crosses the cut.

        A network without branches has one such tensor, the node's output. A network with shortcuts past the node has
        more.
        """
        behind = {id(node.output)}
        found = {id(node.output): node.output}
        for later in self.nodes:
            if any(id(tensor) in behind for tensor in later.inputs):
                behind.add(id(later.output))
        for later in self.nodes:
            if id(later.output) in behind and later is not node:
                found.update({id(tensor): tensor for tensor in later.inputs if id(tensor) not in behind})
        return tuple(found.values())

    def behind(self, node: Node, ends: Iterable[keras.KerasTensor]) -> keras.Model:
        """The part of the graph from a node's output to some tensors, as a separate model.

        Its inputs are the tensors of `cut_at`. The layers are called again, because Keras loses the calls of a shared
        layer on both sides of a cut.
        """
        ends = list(ends)
        needed = self.up_to(*ends)
        starts = needed.cut_at(node)
        inputs = [keras.Input(batch_shape=tensor.shape, dtype=tensor.dtype) for tensor in starts]
        now = {id(start): tensor for start, tensor in zip(starts, inputs, strict=True)}
        for later in needed.nodes:
            if id(later.output) in now or any(id(tensor) not in now for tensor in later.inputs):
                continue
            call = call_of(later.output)
            args, kwargs = call.arguments.fill_in(now)
            outputs = keras.tree.flatten(later.operation(*args, **kwargs))
            now |= {id(old): new for old, new in zip(call.outputs, outputs, strict=True)}
        # An end may be a start, and Keras makes no model whose output is its input.
        return keras.Model(inputs, [keras.layers.Identity()(now[id(end)]) for end in ends])

    @property
    def cam_head(self) -> tuple[Node, Node] | None:
        """The layer whose maps are averaged over all places, and the linear layer that makes the class scores from the
        averages; None for a network with another end.

        The network must end as in Zhou et al. 2016: global average pooling, then one linear layer.
        """
        makers = {id(node.output): node for node in self.nodes}
        node = _before(self.logits, makers)
        if node is None or not _is(node, Role.DENSE, Reach.PLACE) or len(node.inputs) != 1:
            return None
        pooling = _before(node.inputs[0], makers)
        if pooling is None or not _is(pooling, Role.POOLING, Reach.EVERYWHERE, "average"):
            return None
        if len(pooling.inputs[0].shape) != 4:
            return None
        maps = makers.get(id(pooling.inputs[0]))
        return None if maps is None else (maps, node)

    @property
    def last_hidden_node(self) -> Node | None:
        """The node whose output, a vector that a dense layer made, is read by the linear layer of the scores; None for
        a network with another end, such as pooling and one linear layer."""
        makers = {id(node.output): node for node in self.nodes}
        scores = _before(self.logits, makers)
        if scores is None or not _is(scores, Role.DENSE, Reach.PLACE) or len(scores.inputs) != 1:
            return None
        node = found = _before(scores.inputs[0], makers)
        while node is not None and kind_of(node.operation).role in _AFTER_WEIGHTS:
            node = _before(node.inputs[0], makers)
        made_by_dense = node is not None and kind_of(node.operation).role is Role.DENSE
        return found if found is not None and made_by_dense and len(found.output.shape) == 2 else None

    def rewritten(self, operation_of: Callable[[Node], keras.Operation | None]) -> "Graph":
        """The graph with the operation `operation_of(node)` at each node, under the same name.

        Where it is None, the node is left out, and its input takes the place of its output.
        """
        now, nodes = {id(self.input): self.input}, []
        for node in self.nodes:
            operation, call = operation_of(node), call_of(node.output)
            inputs = tuple(now[id(tensor)] for tensor in node.inputs)
            if operation is None:
                now[id(node.output)] = inputs[0]
                continue
            args, kwargs = call.arguments.fill_in(now)
            outputs = keras.tree.flatten(operation(*args, **kwargs))
            now |= {id(old): new for old, new in zip(call.outputs, outputs, strict=True)}
            output = now[id(node.output)]
            nodes.append(dataclasses.replace(node, operation=operation, inputs=inputs, output=output))
        return dataclasses.replace(self, nodes=tuple(nodes), logits=now[id(self.logits)])

    def has_modified_relu_behind(self, name: str) -> bool:
        """Whether one of the `modified_relus` lies between that node's output and the logits."""
        reached = {id(node.output) for node in self.nodes if node.name == name}
        behind = []
        for node in self.nodes:
            if any(id(tensor) in reached for tensor in node.inputs):
                reached.add(id(node.output))
                behind.append(node.name)
        return not self.modified_relus.isdisjoint(behind)


def call_of(tensor: keras.KerasTensor):
    """Keras's record of the call that made a symbolic tensor: its operation, arguments and outputs.

    Keras has no public access to it that distinguishes the calls of a layer that is used twice.
    """
    history = tensor._keras_history
    return history.operation._inbound_nodes[history.node_index]


def activation_name(operation: keras.Operation) -> str:
    """The name of the function or class of an operation's activation; without one, that of the operation's class."""
    if hasattr(operation, "activation"):
        activation = getattr(operation.activation, "func", operation.activation)  # of a functools.partial
        return getattr(activation, "__name__", type(activation).__name__)
    return type(operation).__name__


_AFTER_WEIGHTS = (Role.ACTIVATION, Role.NORMALIZATION, Role.RESCALING)


def _is(node: Node, role: Role, reach: Reach, statistic: str = "") -> bool:
    kind = kind_of(node.operation)
    return (kind.role, kind.reach, kind.statistic) == (role, reach, statistic)


def _before(tensor: keras.KerasTensor, makers: dict[int, Node]) -> Node | None:
    """The node that computes a tensor, past nodes that pass their values on at prediction time."""
    node = makers.get(id(tensor))
    while node is not None and kind_of(node.operation).identity:
        node = makers.get(id(node.inputs[0]))
    return node

"""The features of an image: the numbers in the penultimate layer, from which the last layer makes the scores."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vislib.graph.layer_kinds import Role, kind_of
from vislib.language import Text, text
from vislib.model.classifier import Classifier
from vislib.tasks import Task

if TYPE_CHECKING:
    from vislib.graph.graph import Graph, Node


@dataclass(frozen=True)
class FeatureLayer:
    """Where the features of an image are read.

    Attributes:
        name: The layer; None for the network's output.
        averaged: Whether its maps are averaged over all places.
        size: How many numbers they are.
    """

    name: str | None
    averaged: bool
    size: int

    def in_words(self) -> Text:
        """Such as "the 1,280 numbers of layer pool"."""
        where = text("the network's output") if self.name is None else text("layer {layer}", layer=self.name)
        if self.averaged:
            return text("the {n:,} numbers of {where}, the mean over all places", n=self.size, where=where)
        return text("the {n:,} numbers of {where}", n=self.size, where=where)


def feature_layer(classifier: Classifier) -> FeatureLayer:
    """The penultimate layer: what the last layer with weights reads.

    Where it has maps, their mean over all places counts. Of an embedding it is the output itself, and of a segmentation
    the mean of the last maps before its decoder.
    """
    graph = classifier.network.graph
    output = FeatureLayer(None, False, classifier.network.n_units)
    if classifier.task is Task.EMBEDDING:
        return output
    node = _before_last_weights(graph) if len(graph.logits.shape) == 2 else graph.last_map_node
    node = graph.last_map_node if node is None else node
    if node is None:
        return output
    shape = node.output.shape[1:]
    if len(shape) == 3:
        return FeatureLayer(node.name, True, int(shape[-1]))
    return FeatureLayer(node.name, False, int(np.prod(shape)))


def features(classifier: Classifier, resized: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The features (n, k) float32 of resized images (n, h, w, 3), and their logits (n, …, classes), in one pass."""
    network, layer = classifier.network, feature_layer(classifier)
    inputs = classifier.preprocess_input(resized)
    if layer.name is None:
        logits = network.logits(inputs)
        return logits.reshape(len(logits), -1)[:, -layer.size :], logits
    last = next(node.name for node in network.graph.nodes if node.output is network.graph.logits)
    chunks = []
    for start in range(0, len(inputs), network.batch_size):
        found, units = network.outputs(inputs[start : start + network.batch_size], [layer.name, last])
        found = found.mean(axis=(1, 2)) if layer.averaged else found.reshape(len(found), -1)
        chunks.append((found, np.concatenate([-units, units], axis=-1) if network.is_binary else units))
    every, logits = (np.concatenate(each) for each in zip(*chunks, strict=True))
    return every, logits


def _before_last_weights(graph: "Graph") -> "Node | None":
    """The node whose output the last layer with weights reads; None where the network's end has branches or reads the
    image itself."""
    makers = {id(node.output): node for node in graph.nodes}
    node = makers.get(id(graph.logits))
    while node is not None and kind_of(node.operation).role not in (Role.DENSE, Role.CONVOLUTION):
        node = makers.get(id(node.inputs[0])) if len(node.inputs) == 1 else None
    before = None if node is None else makers.get(id(node.inputs[0]))
    while before is not None and kind_of(before.operation).identity and _keeps_shape(before):
        before = makers.get(id(before.inputs[0]))
    return before


def _keeps_shape(node: "Node") -> bool:
    return len(node.inputs) == 1 and node.inputs[0].shape == node.output.shape

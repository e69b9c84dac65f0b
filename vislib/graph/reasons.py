"""What went wrong in a network, from the exception that Keras or TensorFlow raised: the reason and the layer."""

import itertools
import re
from collections.abc import Iterable
from types import TracebackType

from vislib.backend import keras
from vislib.graph.graph import Node

_COLOURS = re.compile(r"\x1b\[\d*m")
_CIRCUMSTANCES = re.compile(r"\{\{function_node [^}]*\}\}|\[Op:[^\]]*\]|\[\[\{\{node [^}]*\}\}\]\]")
_ABOUT_OTHER = ("Arguments received", "•", "Graph execution error", "Detected at node", "File ", "<stack", "Hint:", "^")
_MOST = 300
"""Letters of a reason; an error sentence stays readable."""


def reason_of(error: BaseException) -> str:
    """The reason in an exception's message, one line without its final full stop.

    Keras and TensorFlow put it at the end, behind the places in the code, the arguments and the graph.
    """
    message = _CIRCUMSTANCES.sub("", _COLOURS.sub("", str(error)))
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    useful = [
        line
        for before, line in itertools.pairwise(["", *lines])
        if not line.startswith(_ABOUT_OTHER) and not before.startswith("File ")  # a line of code follows its place
    ]
    return (useful or lines or [type(error).__name__])[-1][:_MOST].rstrip(" .")


def node_that_failed(error: BaseException, nodes: Iterable[Node]) -> Node | None:
    """The node whose layer an exception comes from; None if that is not known.

    The layer is found as an object of the traceback, by its name in the message, or by its class in Keras's message if
    no other layer has that class.
    """
    every = list(nodes)
    by_name = {node.operation.name: node for node in every}
    for operation in _operations(error.__traceback__):
        found = by_name.get(operation.name)
        if found is not None:
            return found
    for path in reversed(re.findall(r"node ([\w./-]+)", str(error))):
        for part in reversed(path.split("/")):
            found = by_name.get(part) or by_name.get(re.sub(r"_\d+$", "", part))
            if found is not None:
                return found
    for name in reversed(re.findall(r"[Ll]ayer [\"'“]([^\"'”]+)[\"'”]", str(error))):
        if name in by_name:
            return by_name[name]
    for name in reversed(re.findall(r"when calling (\w+)\.call\(\)", str(error))):
        of_class = [node for node in every if type(node.operation).__name__ == name]
        if len({id(node.operation) for node in of_class}) == 1:
            return of_class[0]
    return None


def _operations(traceback: TracebackType | None) -> list[keras.Operation]:
    """The layers and operations whose methods an exception passed through, the innermost first."""
    found: list[keras.Operation] = []
    while traceback is not None:
        owner = traceback.tb_frame.f_locals.get("self")
        if isinstance(owner, keras.Operation):
            found.insert(0, owner)
        traceback = traceback.tb_next
    return found

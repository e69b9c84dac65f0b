"""A classifier's graph whose ReLUs have another gradient rule: guided backpropagation, deconvnet.

A ReLU y = f(x) passes the incoming gradient g = ∂ score / ∂ y on as f'(x) · g. The rules change that to

    guided:    f'(x) · g where x, y and g are positive, else 0    (Springenberg et al. 2014, arXiv 1412.6806)
    deconvnet: g where g is positive, else 0                      (Zeiler & Fergus 2013, arXiv 1311.2901)

and, so that gradient ascent can leave a point where every unit is inactive, to

    redirected: f'(x) · g; but if that is 0 for a whole example, g wherever it does not push x further outside
                (lucid, https://github.com/tensorflow/lucid, misc/redirected_relu_grad.py)

Values do not change. The model and its weights do not change either, and the new graph shares the weights: a layer
that contains a ReLU is replaced by a twin that differs only in its activation.
"""

import dataclasses
import functools
from collections import defaultdict

from vislib.backend import keras, tf
from vislib.errors import ModelError, listed
from vislib.graph.copies import sharing_weights
from vislib.graph.graph import Graph, Node, activation_name, call_of
from vislib.graph.layer_kinds import MAXIMUM, UNKNOWN, Role, kind_of, kind_of_activation
from vislib.language import Text, text

_RELU_OPS = {"Relu", "Relu6", "LeakyRelu"}
_MARK = "relu_with_rule"
_NAMES = {"guided": text("guided"), "deconvnet": "deconvnet", "redirected": text("redirected")}


def with_relu_rule(graph: Graph, rule: str, name: str) -> Graph:
    """The same graph with the rule at every ReLU, in whatever form the ReLU is written.

    Args:
        graph: A classifier's graph.
        rule: One of `RULES`.
        name: The model's name, for error messages.

    Returns:
        A graph with the same node names; `modified_relus` names the changed nodes, `notes` the activations that are
        not changed.

    Raises:
        ModelError: If the rule cannot be applied to one of the ReLUs, or there is no ReLU.
    """
    twins: dict[int, keras.Operation] = {}
    modified: list[str] = []
    hidden: list[str] = []
    plain: dict[str, list[str]] = defaultdict(list)

    def operation_with_rule(node: Node) -> keras.Operation:
        operation = node.operation
        if _is_relu(operation):
            operation = twins.setdefault(id(operation), _relu_with_rule(operation, rule, node.output))
            modified.append(node.name)
        elif _is_activation(node):
            plain[activation_name(operation)].append(node.name)
        elif _is_opaque(operation):
            plain[text("unknown inside {kind}", kind=type(operation).__name__)].append(node.name)
        if _is_opaque(node.operation) and _hides_relu(call_of(node.output), operation):
            hidden.append(f"{node.name} ({type(node.operation).__name__})")
        return operation

    rewritten = graph.rewritten(operation_with_rule)
    _check(rule, name, modified, hidden, plain)
    return dataclasses.replace(
        rewritten,
        modified_relus=frozenset(modified),
        notes=(_not_changed(plain),) if plain else (),
    )


def is_or_ends_in_relu(graph: Graph, node: Node) -> bool:
    """Whether a node is a ReLU, or has one as its activation."""
    return node.name in graph.modified_relus or _is_relu(node.operation)


def before_relu(graph: Graph, node: Node) -> keras.KerasTensor:
    """The input of the ReLU that a node is or ends in; the node's output if there is no ReLU."""
    if not is_or_ends_in_relu(graph, node):
        return node.output
    if "activation" not in vars(node.operation) or kind_of(node.operation).role is Role.ACTIVATION:
        return node.inputs[0]
    args, kwargs = call_of(node.output).arguments.fill_in({id(tensor): tensor for tensor in node.inputs})
    name = f"{node.name}_before_relu"  # a model may hold both
    twin = sharing_weights(node.operation, activation=keras.activations.linear, name=name)
    return twin(*args, **kwargs)


def _check(rule: str, name: str, modified: list[str], hidden: list[str], plain: dict[str, list[str]]) -> None:
    if hidden:
        raise ModelError(
            text(
                "The {rule} gradient of {model} cannot be computed: there is a ReLU inside {layers}, to which the rule "
                "cannot be applied. It can be applied to keras.layers.ReLU, Activation, `activation=` and "
                "keras.ops.relu.",
                rule=_NAMES[rule],
                model=name,
                layers=listed(hidden),
            )
        )
    if not modified and plain:
        raise ModelError(
            text(
                "The {rule} gradient needs ReLUs, and no ReLU was found in {model}; it has {activations}.",
                rule=_NAMES[rule],
                model=name,
                activations=_counted(plain),
            )
        )
    if not modified:
        raise ModelError(
            text("The {rule} gradient needs ReLUs, and no ReLU was found in {model}.", rule=_NAMES[rule], model=name)
        )


def _not_changed(plain: dict[str, list[str]]) -> Text:
    return text("Not changed, because the rule applies to ReLUs only: {activations}.", activations=_counted(plain))


def _counted(plain: dict[str, list[str]]) -> Text:
    every = [text("{activation} ({layers})", activation=kind, layers=listed(names, 3)) for kind, names in plain.items()]
    return functools.reduce(lambda before, one: text("{before}; {one}", before=before, one=one), every)


# -- which operation is what -----------------------------------------------------------------------


def _is_relu(operation: keras.Operation) -> bool:
    if "activation" in vars(operation):
        return kind_of_activation(operation.activation).relu
    # If `activation` is a property, it belongs to an inner object, such as a recurrent layer's cell.
    return not hasattr(operation, "activation") and kind_of(operation).relu


def _is_activation(node: Node) -> bool:
    """Whether a node is or ends in a nonlinear function; a maximum with a number may be one."""
    operation = node.operation
    if hasattr(operation, "activation"):
        return not kind_of_activation(operation.activation).identity
    kind = kind_of(operation)
    return kind.role is Role.ACTIVATION or (kind is MAXIMUM and len(node.inputs) == 1)


def _is_opaque(operation: keras.Operation) -> bool:
    """Whether an operation may contain functions that are visible neither in the graph nor in its activation's name."""
    kind = kind_of(operation)
    inner = isinstance(operation, keras.Layer) and any(True for _ in _layers_inside(operation))
    own_function = kind_of_activation(getattr(operation, "activation", None)) is UNKNOWN
    return (kind.role is Role.OTHER and not kind.macs_known) or inner or own_function


def _layers_inside(layer: keras.Layer):
    activation = vars(layer).get("activation")
    return (inner for inner in layer._flatten_layers(include_self=False) if inner is not activation)


def _hides_relu(call, operation: keras.Operation) -> bool:
    """Whether TensorFlow computes a ReLU without the rule inside the operation."""

    def run(*tensors):
        given = {id(old): new for old, new in zip(call.input_tensors, tensors, strict=True)}
        args, kwargs = call.arguments.fill_in(given)
        return operation(*args, **kwargs)

    specs = [tf.TensorSpec(tensor.shape, tensor.dtype) for tensor in call.input_tensors]
    traced = tf.function(run).get_concrete_function(*specs).graph.as_graph_def()
    steps = [*traced.node, *(step for function in traced.library.function for step in function.node_def)]
    return any(step.op in _RELU_OPS and _MARK not in step.name for step in steps)


# -- ReLUs under a rule ----------------------------------------------------------------------------


def _guided(x, y):
    @tf.custom_gradient
    def positive(y):
        return tf.identity(y), lambda g: tf.where((x > 0) & (y > 0) & (g > 0), g, tf.zeros_like(g))

    return positive(y)


def _deconvnet(x, y):
    @tf.custom_gradient
    def positive(x):
        return tf.identity(y), lambda g: tf.cast(tf.nn.relu(g), x.dtype)

    return positive(x)


def _redirected(x, y):
    @tf.custom_gradient
    def open_where_shut(x, y):
        def gradient(g):
            below, above = (y == tf.reduce_min(y)) & (x < y), (y == tf.reduce_max(y)) & (x > y)
            axes = list(range(1, len(x.shape)))
            is_shut = tf.reduce_all(below | above | (g == 0), axis=axes, keepdims=True)
            outward = (below & (g < 0)) | (above & (g > 0))
            return tf.where(is_shut & ~outward, g, tf.zeros_like(g)), g

        return tf.identity(y), gradient

    return open_where_shut(x, y)


RULES = {"guided": _guided, "deconvnet": _deconvnet, "redirected": _redirected}


def _function_with_rule(function, rule: str):
    """A ReLU function with the same values and the rule's gradient."""

    def activation(x):
        with tf.name_scope(_MARK):
            y = function(x)
        return RULES[rule](x, y)

    return activation


class _ReluWithRule(keras.Operation):
    """A ReLU that is a separate operation, with a rule for its gradient."""

    def __init__(self, operation: keras.Operation, rule: str, dtype: str):
        super().__init__()
        self._activation = _function_with_rule(operation, rule)
        self._dtype = dtype

    def call(self, x):
        return self._activation(x)

    def compute_output_spec(self, x):
        return keras.KerasTensor(x.shape, self._dtype)


def _relu_with_rule(operation: keras.Operation, rule: str, output: keras.KerasTensor) -> keras.Operation:
    if "activation" not in vars(operation):
        return _ReluWithRule(operation, rule, output.dtype)
    return sharing_weights(operation, activation=_function_with_rule(operation.activation, rule))

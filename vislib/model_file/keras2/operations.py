"""Operations of TensorFlow between layers (`x / 255`, `tf.nn.relu(x)`), which Keras 2 wrote as TFOpLambda."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from vislib.errors import ModelError
from vislib.language import text
from vislib.model_file.keras2.nodes import holds_reference, is_reference, tensor, with_tensors
from vislib.model_file.quoting import shown

_LAMBDAS = ("TFOpLambda", "SlicingOpLambda")
_NUMPY, _NN, _CORE, _IMAGE, _MATH = (f"keras.src.ops.{name}" for name in ("numpy", "nn", "core", "image", "math"))


def _binary(name: str) -> tuple:
    return (_NUMPY, name, ("x", "y"), {})


def _unary(name: str, module: str = _NUMPY) -> tuple:
    return (module, name, ("x",), {})


def _reduction(name: str) -> tuple:
    return (_NUMPY, name, ("input_tensor",), {"axis": "axis", "keepdims": "keepdims"})


# Function → (module, operation of Keras 3, the arguments that are tensors or numbers, setting there → setting here).
_OPERATIONS: dict[str, tuple[str, str, tuple[str, ...], dict[str, str]]] = {
    "math.add": _binary("Add"), "__operators__.add": _binary("Add"), "math.add_v2": _binary("Add"),
    "__operators__.radd": _binary("Add"),
    "math.subtract": _binary("Subtract"), "math.multiply": _binary("Multiply"),
    "math.truediv": _binary("TrueDivide"), "math.divide": _binary("TrueDivide"), "realdiv": _binary("TrueDivide"),
    "math.pow": _binary("Power"), "math.maximum": _binary("Maximum"), "math.minimum": _binary("Minimum"),
    "math.negative": _unary("Negative"), "math.abs": _unary("Absolute"), "math.sqrt": _unary("Sqrt"),
    "math.square": _unary("Square"), "math.exp": _unary("Exp"), "math.log": _unary("Log"),
    "math.log1p": _unary("Log1p"), "math.expm1": _unary("Expm1"), "math.tanh": _unary("Tanh"),
    "math.reciprocal": _unary("Reciprocal"), "math.sign": _unary("Sign"), "math.floor": _unary("Floor"),
    "math.sin": _unary("Sin"), "math.cos": _unary("Cos"), "math.rsqrt": _unary("Rsqrt", _MATH),
    "math.erf": _unary("Erf", _MATH), "math.sigmoid": _unary("Sigmoid", _NN), "nn.sigmoid": _unary("Sigmoid", _NN),
    "nn.tanh": _unary("Tanh"), "math.softplus": (_NN, "Softplus", ("features",), {}),
    "nn.relu": (_NN, "Relu", ("features",), {}), "nn.relu6": (_NN, "Relu6", ("features",), {}),
    "nn.elu": (_NN, "Elu", ("features",), {}), "nn.selu": (_NN, "Selu", ("features",), {}),
    "nn.softplus": (_NN, "Softplus", ("features",), {}), "nn.softsign": (_NN, "Softsign", ("features",), {}),
    "nn.silu": (_NN, "Silu", ("features",), {}), "nn.swish": (_NN, "Silu", ("features",), {}),
    "nn.gelu": (_NN, "Gelu", ("features",), {"approximate": "approximate"}),
    "nn.leaky_relu": (_NN, "LeakyRelu", ("features",), {"alpha": "negative_slope"}),
    "nn.softmax": (_NN, "Softmax", ("logits",), {"axis": "axis"}),
    "nn.log_softmax": (_NN, "LogSoftmax", ("logits",), {"axis": "axis"}),
    "math.reduce_mean": _reduction("Mean"), "math.reduce_sum": _reduction("Sum"), "math.reduce_max": _reduction("Max"),
    "math.reduce_min": _reduction("Min"), "math.reduce_prod": _reduction("Prod"),
    "math.reduce_std": _reduction("Std"), "math.reduce_variance": _reduction("Var"),
    "math.argmax": (_NUMPY, "Argmax", ("input",), {"axis": "axis"}),
    "concat": (_NUMPY, "Concatenate", ("values",), {"axis": "axis"}),
    "stack": (_NUMPY, "Stack", ("values",), {"axis": "axis"}),
    "reshape": (_NUMPY, "Reshape", ("tensor",), {"shape": "newshape"}),
    "transpose": (_NUMPY, "Transpose", ("a",), {"perm": "axes"}),
    "expand_dims": (_NUMPY, "ExpandDims", ("input",), {"axis": "axis"}),
    "squeeze": (_NUMPY, "Squeeze", ("input",), {"axis": "axis"}),
    "reverse": (_NUMPY, "Flip", ("tensor",), {"axis": "axis"}),
    "linalg.matmul": (_NUMPY, "Matmul", ("a", "b"), {}),
    "nn.bias_add": (_NUMPY, "Add", ("value", "bias"), {}),
    "clip_by_value": (_NUMPY, "Clip", ("t",), {"clip_value_min": "x_min", "clip_value_max": "x_max"}),
    "cast": (_CORE, "Cast", ("x",), {"dtype": "dtype"}),
    "stop_gradient": (_CORE, "StopGradient", ("input",), {}),
    "image.resize": (_IMAGE, "Resize", ("images",), {"size": "size", "method": "interpolation"}),
}  # fmt: skip
# Settings that change nothing with these values; "name" never does.
_PLAIN_SETTINGS = {"data_format": (None, "NHWC", "channels_last"), "validate_indices": (None,), "antialias": (False,),
                   "preserve_aspect_ratio": (False,), "conjugate": (False,), "output_type": (None, "int64"),
                   "transpose_a": (False,), "transpose_b": (False,), "adjoint_a": (False,), "adjoint_b": (False,),
                   "a_is_sparse": (False,), "b_is_sparse": (False,), "beta": (1.0,)}  # fmt: skip
# What TensorFlow does where a setting is not given, if Keras does something else.
_DEFAULTS: dict[str, dict[str, Any]] = {
    "nn.leaky_relu": {"alpha": 0.2}, "nn.gelu": {"approximate": False}, "stack": {"axis": 0}, "concat": {"axis": 0},
    "image.resize": {"method": "bilinear"},
}  # fmt: skip


def mended_operations(config: dict[str, Any], changes: Counter[str]) -> dict[str, Any]:
    """A model's configuration in which TensorFlow's operations are those of Keras 3.

    Args:
        config: The inner configuration of a model, with a list of layers.
        changes: Counts what was changed.

    Raises:
        ModelError: If Keras 3 has no such operation.
    """
    names = {layer.get("name") for layer in config["layers"] if isinstance(layer, dict)}
    layers = []
    for layer in config["layers"]:
        if isinstance(layer, dict) and layer.get("class_name") in _LAMBDAS and isinstance(layer.get("config"), dict):
            changes[text("operations of TensorFlow are those of Keras 3")] += 1
            layer = _operation(layer, names)
        layers.append(layer)
    return {**config, "layers": layers}


def _operation(layer: dict[str, Any], names: set) -> dict[str, Any]:
    function, nodes = layer["config"].get("function"), layer.get("inbound_nodes")
    make: Callable = _sliced if function == "__operators__.getitem" else _called
    if not isinstance(nodes, list) or not nodes:
        raise _unknown(layer)
    made = [make(layer, *_arguments(layer, node, names), names) for node in nodes]
    module, name, settings = made[0][:3]
    if any(each[:3] != made[0][:3] for each in made):
        raise _unknown(layer)  # one operation of Keras has the same settings in all its calls
    return {
        "module": module,
        "class_name": name,
        "config": {"name": layer["config"].get("name"), **settings},
        "registered_name": name,
        "name": layer.get("name"),
        "inbound_nodes": [{"args": args, "kwargs": {}} for *_, args in made],
    }


def _arguments(layer: dict[str, Any], node: Any, names: set) -> tuple[Any, dict[str, Any]]:
    """The first argument of a call, as tensors, and the further arguments by name."""
    if is_reference(node, names):
        return tensor(node), dict(node[3]) if len(node) == 4 and isinstance(node[3], dict) else {}
    if isinstance(node, list) and node and all(is_reference(one, names) for one in node):
        return [tensor(one) for one in node], dict(node[0][3]) if len(node[0]) == 4 else {}
    if isinstance(node, list) and len(node) == 4 and node[0] == "_CONSTANT_VALUE" and isinstance(node[3], dict):
        return node[2], dict(node[3])
    raise _unknown(layer)


def _called(layer: dict[str, Any], first: Any, given: dict[str, Any], names: set) -> tuple:
    """Module, class, settings and arguments of a call."""
    function = layer["config"].get("function")
    function = function.removeprefix("compat.v1.") if isinstance(function, str) else ""
    if function not in _OPERATIONS:
        raise _unknown(layer)
    module, name, arguments, settings = _OPERATIONS[function]
    given = {**_DEFAULTS.get(function, {}), **given}
    args, config = [first], {}
    for key, one in given.items():
        if key in arguments[1:]:
            continue
        if key in settings and not holds_reference(one, names):
            config[settings[key]] = one
        elif key != "name" and one not in _PLAIN_SETTINGS.get(key, (None,)):
            raise _unknown(layer, key)
    for key in arguments[1:]:
        if key not in given:
            raise _unknown(layer)
        args.append(_number(with_tensors(given[key], names)))
    return module, name, config, args


def _number(value: Any) -> Any:
    """An argument of a call, in which a list of numbers is an array."""
    is_array = isinstance(value, list) and not any(isinstance(one, dict) for one in value)
    return {"class_name": "__numpy__", "config": {"value": value, "dtype": "float32"}} if is_array else value


def _sliced(layer: dict[str, Any], first: Any, given: dict[str, Any], names: set) -> tuple:
    """A slice x[:, 1:3]."""
    spec = given.get("slice_spec")
    if not isinstance(spec, list) or holds_reference(spec, names):
        raise _unknown(layer)
    return _NUMPY, "GetItem", {}, [first, [_slice(one) for one in spec]]


def _slice(one: Any) -> Any:
    if isinstance(one, dict) and one.get("class_name") == "__ellipsis__":
        return {"class_name": "__ellipsis__", "config": {}}
    if isinstance(one, dict) and one.keys() >= {"start", "stop", "step"}:
        return {"class_name": "__slice__", "config": {key: one[key] for key in ("start", "stop", "step")}}
    return one


def _unknown(layer: dict[str, Any], setting: str = "") -> ModelError:
    operation = shown(layer["config"].get("function"))
    if setting:
        operation = text("{operation} with the setting {setting}", operation=operation, setting=shown(setting))
    return ModelError(
        text(
            "The model uses TensorFlow's operation {operation} between layers ({kind}, layer {layer}); vislib knows "
            "no operation of Keras 3 that does the same. Build the model again in Keras 3, with keras.ops, and copy "
            "the weights with layer.set_weights.",
            operation=operation,
            kind=shown(layer.get("class_name")),
            layer=shown(layer.get("name")),
        )
    )

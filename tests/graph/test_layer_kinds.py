"""The layer table: every layer and operation of Keras has a row, and what a row says is what Keras does."""

import ast
import functools
import inspect
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from tiny_models import SIDE, classifier_of, layers, random_image, seeded

import vislib
from vislib import Target
from vislib.backend import keras, tf
from vislib.graph import layer_kinds
from vislib.graph.copies import sharing_weights
from vislib.graph.flatten import flatten
from vislib.graph.layer_kinds import (
    LAYERS,
    LINEAR,
    OPERATIONS,
    UNKNOWN,
    Reach,
    Role,
    kind_of,
    kind_of_activation,
    nearest_kind,
    plain_name,
)
from vislib.graph.reach import windows_of
from vislib.layers import receptive_fields
from vislib.model_file import allowed

ROOT = Path(__file__).parents[2]


def classes_of(module, base):
    return {each.__name__ for _, each in inspect.getmembers(module, inspect.isclass) if issubclass(each, base)}


def test_every_layer_of_keras_has_a_row():
    """A new release of Keras that brings a layer fails here: it needs a row."""
    assert classes_of(keras.layers, keras.Layer) <= set(LAYERS)


def test_every_operation_of_keras_has_a_row():
    found = set()
    for name, module in list(sys.modules.items()):
        if name.startswith("keras.src.ops."):
            found |= {
                each.__name__
                for _, each in inspect.getmembers(module, inspect.isclass)
                if issubclass(each, keras.Operation) and each.__module__ == name
            }
    assert len(found) > 200
    assert found - {"Operation", "Function"} <= set(OPERATIONS)


def test_every_class_that_a_file_may_hold_has_a_row():
    assert set(LAYERS) >= allowed.LAYERS
    assert set(OPERATIONS) >= allowed.OPERATIONS


def made(name: str):
    """A layer of that class for maps (1, 9, 9, 3), and a function that calls it for prediction; None without one."""
    cls = getattr(keras.layers, name, None)
    for arguments in ((), (3,), (0.3,), (3, 3), (0.3, 0.3), (4,), ((0.0, 0.5),), ("relu",)):
        try:
            layer = cls(*arguments)
            settings = {"training": False} if "training" in inspect.signature(layer.call).parameters else {}
            merges = LAYERS[name].role is Role.MERGE
            call = lambda x, layer=layer: layer([x, x] if merges else x, **settings)  # noqa: B023, E731
            output = call(tf.zeros((1, 9, 9, 3)))
            assert isinstance(output, tf.Tensor)
            return layer, call
        except Exception:  # noqa: BLE001  whatever a layer has against these arguments
            continue
    return None


BY_PLACE = sorted(name for name, kind in LAYERS.items() if kind.reach in (Reach.PLACE, Reach.CHANNELS))


@pytest.mark.parametrize("name", BY_PLACE)
def test_place_by_place_layer_changes_only_the_place_that_changed(name):
    found = made(name) if hasattr(keras.layers, name) else None
    if found is None:
        assert name in NOT_MADE, f"{name} could not be made from maps; add it to NOT_MADE if that is right"
        return
    image = np.random.default_rng(0).uniform(0.1, 1, (1, 9, 9, 3)).astype(np.float32)
    changed = image.copy()
    changed[0, 4, 5] *= 1.7
    before, after = (np.asarray(found[1](tf.constant(each))) for each in (image, changed))
    differs = np.abs(after - before).max(axis=(0, 3)) > 1e-5
    differs[4, 5] = False
    assert not differs.any()


# Of Keras's applications, of vislib, of Keras 2, or of another rank.
NOT_MADE = {
    "CustomScaleLayer",
    "FrozenBatchNorm",
    "InputLayer",
    "LayerScale",
    "LocalResponseNormalization",
    "LogProbability",
    "RandomHeight",
    "RandomPosterization",
    "RandomWidth",
    "SpatialDropout1D",
    "SpatialDropout3D",
    "StochasticDepth",
}


@pytest.mark.parametrize("name", sorted(name for name, kind in LAYERS.items() if kind.identity))
def test_identity_hands_its_values_on(name):
    found = made(name) if hasattr(keras.layers, name) else None
    if name in ("Flatten", "Reshape"):
        found = (None, layers.Flatten() if name == "Flatten" else layers.Reshape((81, 3)))
    if found is None:
        assert name in NOT_MADE
        return
    image = np.random.default_rng(0).uniform(0, 1, (1, 9, 9, 3)).astype(np.float32)
    np.testing.assert_array_equal(np.asarray(found[1](tf.constant(image))).ravel(), image.ravel())


ACTIVATIONS = {
    name: getattr(keras.ops, name)
    for name in (
        "tanh",
        "leaky_relu",
        "elu",
        "selu",
        "celu",
        "softplus",
        "softsign",
        "log_sigmoid",
        "hard_tanh",
        "abs",
        "square",
        "relu",
        "gelu",
        "silu",
        "sigmoid",
    )
} | {
    "UnitNormalization": layers.UnitNormalization(),
    "RMSNormalization": layers.RMSNormalization(),
    "AlphaDropout": layers.AlphaDropout(0.5),
    "ActivityRegularization": layers.ActivityRegularization(),
}


def field_between(first, between=lambda x: x):
    """The receptive field of two 3 × 3 convolutions behind `first`, with something between them."""
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(2, 3, padding="same")(between(layers.Conv2D(2, 3, padding="same")(first(inputs))))
    model = keras.Model(inputs, layers.Dense(2, activation="softmax")(layers.GlobalAveragePooling2D()(x)))
    classifier = classifier_of(model, input_size=(32, 32))
    return receptive_fields(classifier.network.graph)[classifier.network.last_map_layer].size


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_field_of_two_convolutions_with_an_activation_between_is_five(name):
    assert field_between(lambda x: x, ACTIVATIONS[name]) == (5, 5)


@pytest.mark.parametrize(
    "name", sorted(name for name, kind in LAYERS.items() if kind.role is Role.AUGMENTATION and kind.identity)
)
def test_field_behind_augmentation_is_the_convolutions_own(name):
    found = made(name) if hasattr(keras.layers, name) else None
    if found is None:
        assert name in NOT_MADE
        return
    assert field_between(type(found[0]).from_config(found[0].get_config())) == (5, 5)


def test_field_of_a_map_that_is_broadcast_is_the_whole_image():
    """The row that stands for all rows reaches every row of the sum."""

    def with_first_row(x):
        return x + layers.Cropping2D(((0, 31), (0, 0)))(x)

    assert field_between(lambda x: x, with_first_row) == (32, 32)


def test_padding_of_channels_first_is_not_read_as_rows_and_columns():
    def padded(x):
        return layers.ZeroPadding2D(1, data_format="channels_first")(x)

    inputs = keras.Input((8, 8, 3))
    graph = flatten(keras.Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling2D()(padded(inputs)))), (8, 8, 3))
    assert windows_of(graph.nodes[0]) is None


class Normalization(layers.Layer):
    """Somebody else's layer of a known name, which mixes places."""

    def call(self, x):
        return x + keras.ops.flip(x, axis=1)


class LayerNormalization(layers.Layer):
    """Somebody else's layer of a known name, which has no `axis`."""

    def call(self, x):
        return x - keras.ops.mean(x, axis=(1, 2, 3), keepdims=True)


@pytest.mark.parametrize("own", [Normalization, LayerNormalization])
def test_layer_of_a_known_name_by_somebody_else_is_computed_as_keras_does(own):
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(4, 3, activation="relu", padding="same")(own()(layers.Conv2D(4, 3, padding="same")(inputs)))
    model = seeded(keras.Model(inputs, layers.Dense(3)(layers.Flatten()(x))))
    classifier = classifier_of(model)
    assert kind_of(own()) is UNKNOWN
    heatmap = vislib.explain("occlusion", classifier, random_image(), 1, patch_px=3, stride_px=3, grey=0)
    logits = lambda image: np.asarray(model(image[None].astype(np.float32) / 255))[0, 1]  # noqa: E731
    covered = random_image()
    covered[3:6, 6:9] = 0
    assert heatmap.details["drop"][1, 2] == pytest.approx(logits(random_image()) - logits(covered), abs=1e-4)


def test_subclass_of_a_layer_is_unknown_for_values_and_known_for_words():
    class Twice(layers.Conv2D):
        def call(self, x):
            return 2 * super().call(x)

    assert kind_of(Twice(2, 3)) is UNKNOWN
    assert nearest_kind(Twice(2, 3)).role is Role.CONVOLUTION


def relu(x):
    """Somebody else's function of a known name."""
    return x * keras.ops.sigmoid(x)


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        (keras.activations.relu, OPERATIONS["Relu"]),
        (tf.nn.relu, OPERATIONS["Relu"]),
        (tf.nn.softmax, OPERATIONS["Softmax"]),
        (tf.nn.log_softmax, OPERATIONS["LogSoftmax"]),
        (tf.nn.swish, OPERATIONS["Silu"]),
        (keras.activations.linear, LINEAR),
        (None, LINEAR),
        (functools.partial(keras.ops.leaky_relu, negative_slope=0.1), OPERATIONS["LeakyRelu"]),
        (layers.ReLU(6.0), LAYERS["ReLU"]),
        (layers.Activation("hard_sigmoid"), OPERATIONS["HardSigmoid"]),
        (layers.Dense(2, activation=layers.Activation("sigmoid")), OPERATIONS["Sigmoid"]),
        (layers.Dense(2, activation=layers.Dropout(0.5)), LINEAR),
        (layers.MaxPooling2D(), LAYERS["MaxPooling2D"]),
        (layers.LSTM(2), UNKNOWN),
        (relu, UNKNOWN),
        (tf.function(relu), UNKNOWN),
        (functools.partial(relu), UNKNOWN),
        (layers.Dense(2, activation=relu), UNKNOWN),
        (Normalization(), UNKNOWN),
    ],
)
def test_activation_is_known_by_its_module_and_its_name(activation, expected):
    assert kind_of_activation(activation) is expected


def test_every_activation_of_keras_has_a_row():
    """A new release of Keras that brings an activation fails here: it needs a row."""
    functions = dict(inspect.getmembers(keras.activations, inspect.isfunction))
    unknown = {name for name, function in functions.items() if kind_of_activation(function) is UNKNOWN}
    assert unknown == {"deserialize", "get", "serialize"}


def test_constants_that_differ_between_places_are_not_cut_out():
    """x + c with c (h, w, 1): on a window Keras would add the wrong numbers, or fail."""
    places = np.random.default_rng(3).normal(0, 1, (SIDE, SIDE, 1)).astype(np.float32)
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(4, 3, padding="same", activation="relu")(inputs)
    x = layers.Conv2D(4, 3, padding="same", activation="relu")(x * 1.5 + places)
    model = seeded(keras.Model(inputs, layers.Dense(3)(layers.Flatten()(x))))
    classifier = classifier_of(model)
    image = np.random.default_rng(1).normal(0, 1, (1, SIDE, SIDE, 3)).astype(np.float32)
    patch = np.zeros((1, 2, 2, 3), np.float32)
    scores, _ = classifier.network.patched(image, (2, 2), Target(1)).values(patch, np.array([4]), np.array([7]))
    image[0, 4:6, 7:9] = 0
    np.testing.assert_allclose(scores, np.asarray(model(image))[:, 1], rtol=1e-4)


def test_twin_shares_weights_and_differs_in_what_was_changed_alone():
    layer = layers.Conv2D(2, 3, padding="same", activation="relu")
    x = np.random.default_rng(0).normal(0, 1, (1, 5, 5, 3)).astype(np.float32)
    before = np.asarray(layer(x))
    twin = sharing_weights(layer, activation=keras.activations.linear)
    assert twin.kernel is layer.kernel
    np.testing.assert_allclose(np.maximum(np.asarray(twin(x)), 0), before, rtol=1e-6)
    assert np.asarray(twin(x)).min() < 0
    layer.kernel.assign(2 * layer.kernel)
    np.testing.assert_allclose(np.maximum(np.asarray(twin(x)), 0), 2 * before, rtol=1e-5)
    np.testing.assert_allclose(np.asarray(layer(x)), 2 * before, rtol=1e-5)


# Of the layer table, the rows; of the others, the formulas of cost and of one cell, preconditions on dtype and data
# format, and TensorFlow's operations inside a layer. Each of these asks the table whether the class is Keras's own.
MAY_NAME_CLASSES = {
    "vislib/graph/layer_kinds.py",
    "vislib/graph/relu_rules.py",
    "vislib/layers/activation.py",
    "vislib/layers/cell.py",
    "vislib/layers/layer_cost.py",
    "vislib/speed/batch_norm.py",
    "vislib/speed/conv_gradient.py",
}
THE_WALL = "vislib/model_file"
CLASSES = {*LAYERS, *OPERATIONS} - {"Layer", "Average", "Random", "Sign", "Size", "Map"}
# Not those whose names say something else, too: an interpolation, the activation of a network's head.
ACTIVATION_NAMES = {name for name, _ in inspect.getmembers(keras.activations, inspect.isfunction)} - {
    "deserialize", "exponential", "get", "linear", "serialize", "sigmoid", "softmax", "threshold",
}  # fmt: skip
NAMES = CLASSES | {plain_name(name) for name in (*ACTIVATION_NAMES, "relu", "softmax_v2")}


def names_in(expression: ast.AST, constants: dict[str, set[str]]) -> set[str]:
    """The strings and the classes of `keras.layers` in an expression, those of the module's constants too."""
    found = set()
    for each in ast.walk(expression):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            found.add(each.value)
        elif isinstance(each, ast.Attribute) and "layers" in ast.unparse(each.value):
            found.add(each.attr)
        elif isinstance(each, ast.Name):
            found |= constants.get(each.id, set())
    return found


def asks_for_a_class(node: ast.AST, constants: dict[str, set[str]]) -> bool:
    """Whether a comparison, a look-up, `isinstance` or `startswith` names a class or an activation of Keras."""
    if isinstance(node, ast.Compare):
        parts = [node.left, *node.comparators]
    elif isinstance(node, ast.Subscript):
        parts = [node.value]
    elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("startswith", "endswith", "get"):
        parts = [node.func.value, *node.args]  # type: ignore[attr-defined]
    elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("isinstance", "issubclass"):
        parts = node.args[1:]
    elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "dir":
        return "keras.activations" in ast.unparse(node)
    else:
        return False
    named = set().union(*(names_in(part, constants) for part in parts))
    return any(name in NAMES or plain_name(name) in NAMES or name in FRAGMENTS for name in named)


FRAGMENTS = ("Conv", "Pool", "Norm", "Transpose")


def questions(source: str) -> list[int]:
    """The lines of a module that ask for a class or an activation by its name."""
    tree, constants = ast.parse(source), dict[str, set[str]]()
    for statement in tree.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            named = names_in(statement.value, constants)
            constants |= {target.id: named for target in targets if isinstance(target, ast.Name)}
    return [node.lineno for node in ast.walk(tree) if asks_for_a_class(node, constants)]  # type: ignore[attr-defined]


def test_no_other_module_asks_for_a_class_or_an_activation_by_name():
    found = {}
    for path in (each for folder in ("vislib", "pages") for each in (ROOT / folder).rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        source = path.read_text(encoding="utf-8")
        lines = questions(source)
        if place in MAY_NAME_CLASSES:
            assert lines, f"{place} names no class any more; take it from the list"
            assert re.search(r"\bkind_of\(", source), f"{place} names classes and does not ask whose they are"
        elif lines and not place.startswith(THE_WALL):
            found[place] = lines
    assert not found


@pytest.mark.parametrize(
    "source",
    [
        "type(layer).__name__ == 'Conv2D'",
        "isinstance(layer, keras.layers.Dense)",
        "_GATES = ('hardsigmoid',)\nname in _GATES",
        "_GATES = {'hard_sigmoid'}\nname in (*_GATES, 'x')",
        "_FINAL: dict[str, str] = {'softmax_v2': 'softmax'}\n_FINAL.get(name)",
        "_ROWS = {'Dense': 1}\n_ROWS[name]",
        "name.startswith('Conv')",
        "_FUNCTIONS = set(dir(keras.activations))",
    ],
)
def test_question_for_a_class_is_seen(source):
    assert questions(source)


def test_table_is_plain_data():
    """Asking it costs no import of TensorFlow, so that the lessons stay free of it."""
    source = Path(layer_kinds.__file__).read_text(encoding="utf-8")
    assert "import keras" not in source
    assert "vislib.backend" not in source

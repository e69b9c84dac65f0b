"""Models made from others: the same logits whatever the style, weights shared."""

import numpy as np
import pytest
import tiny_models
from tiny_models import SIDE, classifier_of, layers, of_flat, random_image, seeded, tiny

import vislib
from vislib.backend import keras

SHAPE = (SIDE, SIDE, 3)
every_style = pytest.mark.parametrize("style", sorted(tiny_models.STYLES))


def probes(channels=3):
    return np.random.default_rng(2).random((5, SIDE, SIDE, channels), np.float32)


@every_style
def test_logits_any_style_their_probabilities_are_the_models_output(style):
    classifier = tiny(style)
    inputs = probes(classifier.channels)
    logits = classifier.network.logits(inputs)
    output = np.asarray(classifier.model(inputs, training=False))
    if style == "logits_out":
        np.testing.assert_allclose(logits, output, rtol=1e-5, atol=1e-6)
        return
    assert classifier.network.graph.activation_removed
    assert not np.allclose(logits.sum(axis=1), 1, atol=1e-2)
    probabilities = classifier.network.probabilities(logits)
    if style == "one_sigmoid":
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)
        probabilities = probabilities[:, 1:]
    np.testing.assert_allclose(probabilities, output, atol=1e-6)


@every_style
def test_derived_model_any_style_shares_weights_but_the_last_layers(style):
    model = tiny(style).model
    theirs = {id(variable) for variable in model.variables}
    nodes = tiny(style).network.graph.nodes
    copied = [
        node.name
        for node in nodes
        for variable in getattr(node.operation, "variables", [])
        if id(variable) not in theirs and "seed_generator" not in variable.path
    ]
    assert all(name.endswith("_logits") for name in copied)
    assert len(set(copied)) <= 1


@every_style
def test_derived_model_any_style_structure_unchanged(style):
    model = seeded(tiny_models.STYLES[style]())
    before = model.to_json()
    vislib.explain("grad-cam", classifier_of(model), random_image())
    assert model.to_json() == before
    inputs = probes(model.input_shape[-1])
    np.testing.assert_array_equal(model.predict(inputs, verbose=0), tiny(style).model.predict(inputs, verbose=0))


@pytest.mark.parametrize(
    ("style", "names"),
    [
        ("conv_relu", ["conv1", "conv2"]),
        ("nested", ["base/conv1", "base/conv2", "base/relu2"]),
        ("nested_in_sequential", ["base/conv1", "base/conv2", "base/relu2"]),
        ("nested_head", ["base/conv1", "base/conv2", "base/relu2"]),
        ("any_size", ["conv1"]),
    ],
)
def test_map_layers_any_nesting_named_by_path(style, names):
    assert list(tiny(style).network.map_layers) == names


@pytest.mark.parametrize(
    "head",
    [
        lambda x: layers.Dense(3, activation="softmax")(x),
        lambda x: layers.Dense(3, activation=layers.Softmax())(x),
        lambda x: keras.activations.softmax(layers.Dense(3)(x)),
        lambda x: layers.Activation("softmax", dtype="float32")(layers.Dense(3)(x)),
        lambda x: layers.Dropout(0.3)(layers.Dense(3, activation="softmax")(x)),
        lambda x: layers.Flatten()(layers.Conv2D(3, SIDE, activation="softmax")(layers.Reshape(SHAPE)(x))),
    ],
    ids=["dense", "layer as activation", "function", "float32", "dropout behind", "convolution"],
)
def test_softmax_any_spelling_undone(head):
    model = seeded(of_flat(head))
    network = classifier_of(model).network
    assert network.activation == "softmax"
    np.testing.assert_allclose(
        network.probabilities(network.logits(probes())), model(probes(), training=False), atol=1e-6
    )


def wrapped_whole():
    inputs = keras.Input(SHAPE)
    return keras.Model(inputs, tiny_models.conv_relu()(inputs))


def input_in_a_list():
    inputs = keras.Input(SHAPE)
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3, name="conv1")(inputs))
    return keras.Model([inputs], layers.Dense(3, activation="softmax")(x))


def layers_of_a_sequential_called_again():
    inputs = x = keras.Input(SHAPE)
    for layer in tiny_models.sequential().layers:
        x = layer(x)
    return keras.Model(inputs, x)


def one_layer_called_twice():
    inputs = keras.Input(SHAPE)
    convolution = layers.Conv2D(3, 3, padding="same", activation="relu", name="conv1")
    x = layers.GlobalAveragePooling2D()(convolution(convolution(inputs)))
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(x))


def base_also_used_alone():
    """The base has been a model of its own before, as for transfer learning."""
    base = tiny_models._base()
    x = layers.GlobalAveragePooling2D()(base.get_layer("relu2").output)
    return keras.Model(base.input, layers.Dense(3, activation="softmax")(x))


@pytest.mark.parametrize(
    "build",
    [wrapped_whole, input_in_a_list, layers_of_a_sequential_called_again, one_layer_called_twice, base_also_used_alone],
)
def test_flatten_unusual_but_correct_model_explained(build):
    model = seeded(build())
    classifier = classifier_of(model)
    network = classifier.network
    np.testing.assert_allclose(
        network.probabilities(network.logits(probes())), model(probes(), training=False), atol=1e-6
    )
    assert vislib.explain("grad-cam", classifier, random_image()).details["cells"].ndim == 2


def test_flatten_mixed_precision_explained():
    inputs = keras.Input(SHAPE)
    x = layers.Conv2D(4, 3, activation="relu", dtype="mixed_float16")(inputs)
    x = layers.Dense(3, dtype="mixed_float16")(layers.GlobalAveragePooling2D(dtype="mixed_float16")(x))
    model = seeded(keras.Model(inputs, layers.Activation("softmax", dtype="float32")(x)))
    classifier = classifier_of(model)
    for method in vislib.methods():
        values = vislib.explain(method, classifier, random_image()).values
        assert values.dtype == np.float32
        assert np.isfinite(values).all()

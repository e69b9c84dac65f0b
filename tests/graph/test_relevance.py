"""Relevance through whole networks: identities, conservation, and every kind of node."""

import gc
import weakref

import famous_networks
import numpy as np
import pytest

from vislib.backend import keras
from vislib.graph.relevance_rules import COMPOSITES, EPSILON, Z_PLUS, Composite
from vislib.network.network import Network
from vislib.targets import Channel, ClassScore

layers = keras.layers
EXACT = Composite(EPSILON, EPSILON, epsilon=1e-9)


@pytest.fixture(autouse=True)
def seeded():
    keras.utils.set_random_seed(3)


def network_of(body, shape=(8, 8, 3), dense=True):
    """A network whose maps are made by `body`; its score is a weighted sum of them without a bias."""
    inputs = keras.Input(shape)
    x = layers.Flatten()(body(inputs))
    outputs = layers.Dense(3, use_bias=False)(x) if dense else x
    return Network(keras.Model(inputs, outputs), shape)


def image(shape=(8, 8, 3), n=1):
    return np.random.default_rng(0).normal(size=(n, *shape)).astype(np.float32)


def without_biases(x):
    x = layers.Conv2D(6, 3, activation="relu", use_bias=False)(x)
    x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(8, 2, use_bias=False)(x)
    return layers.ReLU()(layers.BatchNormalization(center=False)(x))


def assert_gradient_times_input(network, x, target=ClassScore(1), rtol=1e-4):  # noqa: B008  a constant
    gradients, _ = network.gradients(x, target)
    expected = gradients * x
    found = network.relevance(x, target, EXACT).inputs
    np.testing.assert_allclose(found, expected, rtol=0, atol=rtol * np.abs(expected).max())


def test_lrp_0_without_biases_is_gradient_times_input():
    network = network_of(without_biases)
    assert_gradient_times_input(network, image(n=3))
    assert_gradient_times_input(network, image(), ClassScore(0) - 0.5 * ClassScore(2))


@pytest.mark.parametrize(
    "body",
    [
        lambda x: layers.Add()([layers.Conv2D(3, 3, padding="same", use_bias=False)(x), x]),
        lambda x: layers.Subtract()([layers.Conv2D(3, 1, use_bias=False)(x), x]),
        lambda x: layers.Concatenate()([layers.Conv2D(4, 3, padding="same", use_bias=False)(x), x]),
        lambda x: layers.AveragePooling2D(2)(x),
        lambda x: keras.ops.mean(x, axis=(1, 2)),
        lambda x: layers.SeparableConv2D(5, 3, use_bias=False)(x),
        lambda x: layers.Conv2DTranspose(2, 3, strides=2, use_bias=False)(x),
        lambda x: layers.UpSampling2D(2, interpolation="bilinear")(layers.UpSampling2D(2)(x)),
        lambda x: layers.Cropping2D(1)(layers.ZeroPadding2D(2)(layers.Maximum()([x, -x]))),
        lambda x: layers.Dense(4, use_bias=False)(layers.Permute((2, 1, 3))(x)),
        lambda x: layers.EinsumDense("abcd,de->abce", (8, 8, 4))(x),
        lambda x: layers.Lambda(lambda x: x * 2, output_shape=(8, 8, 3))(x),
        lambda x: 3.0 * x / 2.0,
    ],
)
def test_lrp_0_homogeneous_node_is_gradient_times_input(body):
    assert_gradient_times_input(network_of(body), image())


def test_separable_convolution_is_a_depthwise_and_a_pointwise_one():
    separable = layers.SeparableConv2D(5, 3, name="both")
    one = network_of(lambda x: separable(x))
    depthwise, pointwise = layers.DepthwiseConv2D(3, use_bias=False), layers.Conv2D(5, 1)
    two = network_of(lambda x: pointwise(depthwise(x)))
    random = np.random.default_rng(5)
    weights = [random.normal(size=each.shape) for each in separable.get_weights()]
    separable.set_weights(weights)
    depthwise.set_weights(weights[:1])
    pointwise.set_weights(weights[1:])
    two.graph.nodes[-1].operation.set_weights(one.graph.nodes[-1].operation.get_weights())
    for name in ("epsilon-plus", "epsilon-gamma-box", "epsilon-alpha2-beta1-flat"):
        bounds = np.stack([np.full((8, 8, 3), edge, np.float32) for edge in (-4, 4)])
        first, second = (each.relevance(image(), ClassScore(1), COMPOSITES[name], bounds=bounds) for each in (one, two))
        np.testing.assert_allclose(first.inputs, second.inputs, rtol=1e-3, atol=1e-5)


def test_activations_pass_relevance_on_unchanged():
    network = network_of(lambda x: layers.Activation("gelu")(layers.Activation("silu")(x)), dense=False)
    x = image()
    np.testing.assert_allclose(
        network.relevance(x, ClassScore(5), EXACT).inputs.ravel()[5], network.logits(x)[0, 5], rtol=1e-5
    )


def linear(x):
    """It is not linear, whatever its name."""
    return keras.ops.square(x)


def test_function_called_linear_is_computed():
    network = network_of(lambda x: layers.Conv2D(3, 3, activation=linear)(x))
    x = image()
    np.testing.assert_allclose(network.relevance(x, ClassScore(1), EXACT).values, network.logits(x)[:, 1], rtol=1e-4)


def gated(x):
    maps = layers.Conv2D(4, 3, activation="relu", use_bias=False, name="maps")(x)
    gate = layers.Dense(4, activation="sigmoid")(layers.GlobalAveragePooling2D(keepdims=True)(maps))
    return layers.Multiply(name="gated")([maps, gate])


def gated_by_equal_size(x):
    maps = layers.Conv2D(4, 3, activation="relu", use_bias=False, name="maps")(x)
    gate = layers.Conv2D(4, 3, activation="sigmoid", use_bias=False)(x)
    return layers.Multiply(name="gated")([gate, maps])


@pytest.mark.parametrize("body", [gated, gated_by_equal_size])
def test_product_with_a_gate_gives_all_to_the_map(body):
    network = network_of(body)
    found = network.relevance(image(), ClassScore(0), EXACT, ["maps", "gated"])
    np.testing.assert_allclose(found.layers["maps"], found.layers["gated"], rtol=1e-5)
    assert found.inputs.sum() == pytest.approx(found.started[0], rel=1e-3)


def sigmoid(x):
    """It is no gate, whatever its name."""
    return 3 * x


@pytest.mark.parametrize("activation", [None, sigmoid])
def test_product_without_a_gate_gives_equal_shares(activation):
    def product(x):
        maps = layers.Conv2D(4, 3, use_bias=False, name="maps")(x)
        other = layers.Conv2D(4, 3, use_bias=False, activation=activation, name="other")(x)
        return layers.Multiply(name="product")([maps, other])

    found = network_of(product).relevance(image(), ClassScore(0), EXACT, ["maps", "other", "product"])
    for name in ("maps", "other"):
        np.testing.assert_allclose(found.layers[name], found.layers["product"] / 2, rtol=1e-5)


def test_tensor_that_is_added_twice_gets_both_shares():
    assert_gradient_times_input(network_of(lambda x: layers.Add()([x, x])), image())


@pytest.mark.parametrize(
    "attention",
    [
        lambda x: layers.MultiHeadAttention(2, 4, use_bias=False)(x, x),
        lambda x: layers.MultiHeadAttention(2, 4, use_bias=False)(query=x, value=x, key=x),
        lambda x: layers.Attention()([x, x]),
    ],
)
def test_attention_gives_all_to_the_values_with_its_weights_held_constant(attention):
    network = network_of(lambda x: attention(layers.Reshape((16, 3), name="values")(x)), (4, 4, 3))
    x = image((4, 4, 3))
    found = network.relevance(x, ClassScore(0), EXACT)
    assert not found.notes
    assert found.inputs.sum() == pytest.approx(found.started[0], rel=1e-3)


def test_attention_written_out_holds_its_softmax_constant():
    def attention(x):
        x = layers.Reshape((16, 3))(x)
        weights = keras.ops.softmax(keras.ops.matmul(x, keras.ops.transpose(x, (0, 2, 1))))
        return keras.ops.matmul(weights, layers.Dense(3, use_bias=False, name="values")(x))

    network = network_of(attention, (4, 4, 3))
    x = image((4, 4, 3))
    found = network.relevance(x, ClassScore(0), EXACT, ["values"])
    weights = x.reshape(16, 3) @ x.reshape(16, 3).T
    weights = np.exp(weights - weights.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    kernel = network.graph.nodes[-1].operation.get_weights()[0][:, 0].reshape(16, 3)
    values = network.outputs(x, ["values"])[0][0]
    np.testing.assert_allclose(found.layers["values"][0], values * (weights.T @ kernel), rtol=1e-3, atol=1e-5)


def test_batch_normalization_that_cannot_be_folded_keeps_the_share_of_its_shift():
    norm = layers.BatchNormalization(name="norm")
    network = network_of(lambda x: norm(x), dense=False)
    random = np.random.default_rng(2)
    gamma, beta, mean, variance = (random.uniform(0.5, 2, 3) for _ in range(4))
    norm.set_weights([gamma, beta, mean, variance])
    x = image()
    scale = gamma / np.sqrt(variance + 1e-3)
    expected = x[0, 0, 0, 1] * scale[1]
    assert network.relevance(x, ClassScore(1), EXACT).inputs[0, 0, 0, 1] == pytest.approx(expected, rel=1e-4)


def test_folded_batch_normalization_follows_changed_weights():
    network = network_of(without_biases)
    assert_gradient_times_input(network, image())
    norm = next(node.operation for node in network.graph.nodes if "batch" in node.name)
    norm.gamma.assign(norm.gamma * 1.7)
    assert_gradient_times_input(network, image())


def test_target_on_a_convolution_before_its_normalization_is_that_convolution():
    """Folding leaves its output out, and the normalized one has other values."""
    network = network_of(without_biases)
    convolution, norm = (node.name for node in network.graph.nodes[2:4])
    next(node.operation for node in network.graph.nodes if node.name == norm).gamma.assign(np.full(8, 3.0))
    x, target = image(n=2), Channel(convolution, 4)
    found = network.relevance(x, target, EXACT)
    np.testing.assert_allclose(found.values, network.values(x, target), rtol=1e-5)
    assert_gradient_times_input(network, x, target)


class Doubled(keras.layers.Layer):
    def call(self, x):
        return keras.ops.tanh(x) * 2

    def compute_output_shape(self, shape):
        return shape


def test_other_bounds_of_the_image_are_another_input_and_no_other_function():
    """The bounds of an image with other bands come from the image: a function for each would be traced each time."""
    composite = COMPOSITES["epsilon-gamma-box"]
    network, found = network_of(lambda x: layers.Conv2D(4, 3)(layers.Rescaling(2.0)(x))), []
    for edge in (4, 8, 4):
        bounds = np.stack([np.full((8, 8, 3), side * edge, np.float32) for side in (-1, 1)])
        found.append(network.relevance(image(), ClassScore(1), composite, bounds=bounds).inputs)
    assert len(network.functions._functions) == 1
    assert np.abs(found[1] - found[0]).max() > 0.01 * np.abs(found[0]).max()
    np.testing.assert_array_equal(found[2], found[0])


def test_graph_of_a_composite_ends_with_its_last_user():
    network = network_of(without_biases)
    graph = network.variants.for_relevance(EXACT)
    assert network.variants.for_relevance(EXACT) is graph
    graph = weakref.ref(graph)
    gc.collect()
    assert graph() is None


def test_layer_that_no_rule_covers_is_named():
    network = network_of(lambda x: Doubled(name="own")(x))
    (note,) = network.relevance(image(), ClassScore(0), EXACT).notes
    assert note == "No rule is known for own (Doubled): relevance is passed on there by gradient × input."


FAMOUS = ["VGG16", "ResNet50", "ResNet50V2", "DenseNet121", "MobileNetV2", "InceptionV3", "EfficientNetB0"]
SIDE = 96


def famous(name):
    if name == "MobileNetV2":
        model = famous_networks.in_a_new_head(SIDE)
    else:
        options = {"include_preprocessing": False} if name.startswith("MobileNetV3") else {}
        model = famous_networks.beginning(name, SIDE, **options)
    for layer in model._flatten_layers():
        if getattr(layer, "bias", None) is not None:
            layer.bias.assign(keras.ops.zeros_like(layer.bias))
    return model


@pytest.mark.parametrize("name", FAMOUS)
def test_relevance_is_conserved_without_biases(name):
    network = Network(famous(name), (SIDE, SIDE, 3))
    x = np.random.default_rng(0).uniform(1, 255, (1, SIDE, SIDE, 3)).astype(np.float32)
    found = network.relevance(x, ClassScore(1), EXACT)
    assert found.inputs.sum() == pytest.approx(found.started[0], rel=0.01)
    assert not found.notes


def assert_channels_one_by_one_add_up(network, x, layer, target, composite):
    found = network.relevance(x, target, composite, [layer])
    of_layer = found.layers[layer]
    alone = np.zeros((of_layer.shape[-1], *of_layer.shape[1:]), np.float32)
    for channel in range(len(alone)):
        alone[channel, ..., channel] = of_layer[0, ..., channel]
    parts = network.relevance_from(x, layer, alone, target, composite)
    np.testing.assert_allclose(parts.sum(axis=0), found.inputs[0], rtol=1e-4, atol=1e-6)


def test_relevance_of_channels_one_by_one_adds_up():
    network = network_of(without_biases)
    composite = Composite(Z_PLUS, EPSILON)
    assert_channels_one_by_one_add_up(network, image(), network.map_layers[-1], ClassScore(2), composite)


def test_channels_of_a_convolution_before_its_normalization_follow_the_rules_of_that_target():
    """Such a target is explained without folding; folded, the first convolution would share relevance otherwise."""

    def two_normalizations(x):
        x = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(5, 3, use_bias=False)(x)))
        return layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(4, 2, use_bias=False)(x)))

    network = network_of(two_normalizations)
    for node in network.graph.nodes:
        if isinstance(node.operation, layers.BatchNormalization):
            node.operation.beta.assign(np.linspace(-1, 1, node.output.shape[-1]))
    convolution, hidden = (
        next(node.name for node in network.graph.nodes[start:] if isinstance(node.operation, kind))
        for start, kind in ((3, layers.Conv2D), (0, layers.ReLU))
    )
    assert network.variants.folded().node(convolution) is None
    composite = Composite(Z_PLUS, EPSILON)
    assert_channels_one_by_one_add_up(network, image(), hidden, Channel(convolution, 2), composite)


def test_convolution_that_contains_its_normalization_has_the_same_relevance():
    network = network_of(without_biases)
    convolution, norm = (node.name for node in network.graph.nodes[2:4])
    found = network.relevance(image(), ClassScore(2), EXACT, [convolution, norm])
    np.testing.assert_array_equal(found.layers[convolution], found.layers[norm])

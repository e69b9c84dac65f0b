"""Only what a patch changes is recomputed, and the logits are those of the whole network, computed by Keras itself."""

import numpy as np
import pytest
import tiny_models
from famous_networks import beginning, in_a_new_head, with_classes
from tiny_models import tiny

from vislib import Target, load_classifier
from vislib.backend import keras, tf
from vislib.speed.batch_norm import FoldBatchNorm, FoldedConvolution
from vislib.speed.incremental.plan import IncrementalPlan
from vislib.zoo import efficientnet_lite0, googlenet

layers = keras.layers


def every_kind():
    """Kernels, strides, dilations, paddings and sizes that do not fit each other, branches and shortcuts."""
    inputs = keras.Input((37, 41, 3))
    x = layers.Rescaling(0.5, 0.1)(inputs)
    x = layers.ZeroPadding2D(((2, 1), (0, 3)))(x)
    x = layers.Conv2D(6, (5, 3), strides=2, padding="same", use_bias=False)(x)
    x = layers.PReLU(shared_axes=[1, 2])(layers.BatchNormalization(scale=False)(x))
    y = layers.Conv2D(6, 3, dilation_rate=2, padding="same", activation="relu")(x)
    y = layers.BatchNormalization(center=False)(layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2)(y))
    z = layers.SeparableConv2D(6, 3, padding="same")(x)
    x = layers.Add()([layers.Conv2D(6, 1)(y), z])
    x = layers.Concatenate()([x, layers.MaxPooling2D(3, strides=1, padding="same")(x)])
    x = layers.Cropping2D(((1, 0), (0, 2)))(x)
    x = layers.Conv2D(8, 3, groups=2, padding="same")(layers.AveragePooling2D(2, strides=1)(x))
    x = layers.MaxPooling2D((3, 2), strides=(2, 1), padding="same")(x)
    x = layers.AveragePooling2D(3, strides=2, padding="same")(layers.LayerNormalization()(x))
    x = keras.ops.relu(layers.Dense(5)(x) * 1.5)
    return keras.Model(inputs, layers.Dense(4)(layers.Flatten()(layers.PReLU()(x))))


def squeezed():
    """Squeeze-and-excitation: every place depends on every other, so there the window ends."""
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(inputs)
    x = layers.Conv2D(8, 3, padding="same", activation="relu")(x)
    gate = layers.Reshape((1, 1, 8))(layers.Dense(8, activation="sigmoid")(layers.GlobalAveragePooling2D()(x)))
    x = layers.Conv2D(8, 3, padding="same")(layers.Multiply()([x, gate]))
    return keras.Model(inputs, layers.Dense(4)(layers.GlobalAveragePooling2D()(x)))


def efficientnet_lite0_beginning():
    whole = keras.models.clone_model(efficientnet_lite0.build(), input_tensors=keras.Input((96, 96, 3)))
    return with_classes(whole, "block4_project_bn")


NETWORKS = {
    "every kind of layer": every_kind,
    "squeeze and excitation": squeezed,
    "VGG-16": lambda: beginning("VGG16", 75),
    "ResNet-50": lambda: beginning("ResNet50", 97),
    "ResNet-50 V2": lambda: beginning("ResNet50V2", 96),
    "MobileNet": lambda: beginning("MobileNet", 97, alpha=0.25),
    "MobileNetV2 in a new head": lambda: in_a_new_head(96),
    "MobileNetV3": lambda: beginning("MobileNetV3Small", 96),
    "EfficientNet-B0": lambda: beginning("EfficientNetB0", 95),
    "EfficientNet-Lite0": efficientnet_lite0_beginning,
    "DenseNet-121": lambda: beginning("DenseNet121", 96),
    "InceptionV3": lambda: beginning("InceptionV3", 111),
    "Xception": lambda: beginning("Xception", 96),
    "GoogLeNet": lambda: with_classes(googlenet.build(), "inception_4a_output"),
}


def stirred(model, seed: int = 0, normalizes: bool = False):
    """The model with biases and batch norms that are not at their defaults. In depthwise networks signals reach the
    end only if the norms normalize what comes; elsewhere that would amplify rounding."""
    random = np.random.default_rng(seed)
    norms = [
        layer
        for layer in model._flatten_layers(include_self=False, recursive=True)
        if isinstance(layer, layers.BatchNormalization)
    ]
    for weight in model.weights:
        if weight.name in ("bias", "beta"):
            weight.assign(random.normal(0, 0.01, weight.shape))
        if weight.name == "gamma":
            weight.assign(random.uniform(0.5, 1.5, weight.shape))
    for layer in norms:
        layer.momentum = 0.0  # their means and variances become those of one batch
    if normalizes:
        model(random.normal(0, 1, (16, *model.input_shape[1:])).astype(np.float32), training=True)
    return model


def patches_on(shape, size, n: int, seed: int = 0):
    """Random patches (n, p, q, c) and where: in every corner, then anywhere."""
    random = np.random.default_rng(seed)
    last = np.array(shape[:2]) - size
    corners = np.array([(0, 0), (0, 1), (1, 0), (1, 1)]) * last
    tops, lefts = np.concatenate([corners, random.integers(0, last + 1, (n - 4, 2))]).T
    return random.normal(0, 1, (n, *size, shape[2])).astype(np.float32), tops, lefts


def assert_same_as_keras(classifier, size, n: int = 8) -> None:
    shape = classifier.network.input_shape
    image = np.random.default_rng(1).normal(0, 1, (1, *shape)).astype(np.float32)
    patches, tops, lefts = patches_on(shape, size, n)
    copies = np.repeat(image, n, axis=0)
    for copy, patch, top, left in zip(copies, patches, tops, lefts, strict=True):
        copy[top : top + size[0], left : left + size[1]] = patch
    graph = classifier.network.graph
    plain = keras.Model(graph.input, graph.logits)
    expected, unpatched = (np.asarray(plain(inputs, training=False)) for inputs in (copies, image))
    if expected.shape[1] == 1:
        expected = np.concatenate([-expected, expected], axis=1)
    logits = classifier.network.patched(image, size, Target(0)).values(patches, tops, lefts)[1]
    largest = np.abs(expected).max()
    np.testing.assert_allclose(logits, expected, rtol=0, atol=1e-4 * largest)
    np.testing.assert_allclose(classifier.network.logits(copies), expected, rtol=0, atol=1e-4 * largest)
    np.testing.assert_allclose(classifier.network.logits(copies[:1]), expected[:1], rtol=0, atol=1e-4 * largest)
    assert np.abs(expected - unpatched).max() > 1e-3 * largest, "the patches changed nothing"


@pytest.mark.parametrize("network", NETWORKS)
def test_patched_logits_same_as_keras(network):
    keras.utils.set_random_seed(0)
    classifier = load_classifier(
        stirred(NETWORKS[network](), normalizes=network.startswith(("Mobile", "Efficient", "Xc"))), preprocess="-1..1"
    )
    assert_same_as_keras(classifier, (16, 16) if min(classifier.input_size) > 60 else (6, 9))


@pytest.mark.parametrize("style", sorted(tiny_models.STYLES))
def test_patched_logits_any_way_of_writing_same_as_keras(style):
    assert_same_as_keras(tiny(style), (2, 3))


@pytest.fixture(scope="module")
def vgg():
    """The graph of VGG-16 at its usual size."""
    return load_classifier(beginning("VGG16", 224), preprocess="-1..1").network.graph


def test_most_layers_of_a_network_run_on_windows(vgg):
    """Where nothing were, all of the above would hold, slowly."""
    graph = FoldBatchNorm(vgg).graph()

    def windowed(side: int):
        runs = IncrementalPlan(graph, (side, side)).structure
        return {node.name for node, is_windowed in zip(graph.nodes, runs, strict=True) if is_windowed}

    assert {"block1_conv1", "block4_conv3", "block4_pool"} <= windowed(32)
    assert "block3_conv3" in windowed(96)
    assert "block5_conv1" not in windowed(96), "its window is all but the whole map"


def test_norms_fold_only_where_nothing_else_is_made_of_the_convolution():
    inputs = keras.Input((8, 8, 3))
    convolution = layers.Conv2D(4, 3, padding="same", name="shared")(inputs)
    activated = layers.Conv2D(4, 3, padding="same", activation="relu", name="activated")(inputs)
    alone = layers.Conv2D(4, 3, padding="same", name="alone")(inputs)
    convolutions = {"shared": convolution, "activated": activated, "alone": alone}
    x = layers.Add()([layers.BatchNormalization(name=f"{name}_norm")(each) for name, each in convolutions.items()])
    x = layers.Flatten()(layers.Add()([x, convolution]))
    model = tiny_models.seeded(keras.Model(inputs, layers.Dense(3)(x)))
    classifier = load_classifier(model, preprocess="-1..1")
    graph = classifier.network.graph
    folded = [node.name for node in FoldBatchNorm(graph).graph().nodes if isinstance(node.operation, FoldedConvolution)]
    assert folded == ["alone_norm"]
    assert_same_as_keras(classifier, (3, 3))


def few_layers():
    """Convolutions with norms that fold into them, and one that is depthwise."""
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False, name="conv1")(inputs)
    x = layers.ReLU(6.0)(layers.BatchNormalization()(x))
    x = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x)
    x = layers.ReLU(6.0)(layers.BatchNormalization()(x))
    x = layers.Conv2D(16, 1, padding="same", use_bias=False)(x)
    x = layers.ReLU(6.0)(layers.BatchNormalization(name="last_norm")(x))
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x)))


def trained(model):
    if not model.compiled:
        model.compile("adam", "categorical_crossentropy")
    # Of several images, unlike each other: of a single one the norms' variances would be 0, and rounding decide.
    images = np.random.default_rng(2).normal(0, 1, (16, 32, 32, 3)).astype(np.float32)
    model.fit(images, np.eye(3, dtype=np.float32)[np.arange(16) % 3], batch_size=16, verbose=0)


CHANGES = {
    "assigned": lambda model: model.get_layer("conv1").kernel.assign(1.1 * model.get_layer("conv1").kernel),
    "set": lambda model: model.set_weights([1.1 * weights for weights in model.get_weights()]),
    "added to in place": lambda model: [each.value.assign_add(0.01 * tf.ones_like(each)) for each in model.weights],
    "trained": trained,
    "one of a norm": lambda model: model.get_layer("last_norm").moving_mean.assign_add(np.ones(16)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_weights_changed_afterwards_count(change):
    keras.utils.set_random_seed(0)
    model = stirred(few_layers(), normalizes=True)
    network = load_classifier(model, preprocess="-1..1").network
    image = np.random.default_rng(0).normal(0, 1, (1, 32, 32, 3)).astype(np.float32)
    plain = keras.Model(network.graph.input, network.graph.logits)
    for _ in range(2):  # changed once and once more
        before = network.logits(image)
        network.gradients(image, Target(0), fold_batch_norm=True)[0]
        CHANGES[change](model)
        after = network.logits(image)
        assert not np.allclose(before, after, rtol=1e-6)
        np.testing.assert_allclose(after, plain(image), rtol=1e-3, atol=1e-4)
        with tf.GradientTape() as tape:
            tape.watch(inputs := tf.constant(image))
            score = plain(inputs)[:, 0]
        expected = tape.gradient(score, inputs).numpy()
        gradients = network.gradients(image, Target(0), fold_batch_norm=True)[0]
        np.testing.assert_allclose(gradients, expected, rtol=1e-2, atol=1e-3 * np.abs(expected).max())


def test_windows_are_no_larger_than_what_the_places_at_hand_change(vgg):
    plan = IncrementalPlan(vgg, (32, 32))
    corner, middle = (plan.windows(np.array([place]), np.array([place])) for place in (0, 96))
    for at_corner, in_middle in zip(corner[1::2], middle[1::2], strict=True):
        assert (at_corner <= in_middle).all()
        assert (at_corner[1:] < in_middle[1:]).any()


def test_sizes_of_patches_one_after_the_other_each_same_as_keras():
    """From one pixel to the whole image. What was traced for one size serves another only where the same layers share
    their windows."""
    classifier = load_classifier(stirred(every_kind()), preprocess="-1..1")
    for size in [(1, 1), (3, 3), (9, 3), (3, 12), (12, 12), (15, 9), (18, 21), (5, 30), (21, 18), (37, 41)]:
        assert_same_as_keras(classifier, size)

"""Small networks, one for each way in which people write a classifier; seeded, never trained."""

import functools

import numpy as np

from vislib import Classifier, Preprocessing, load_classifier
from vislib.backend import keras

SIDE = 12
# Nothing cropped and nothing resized, so that a 12 × 12 image reaches the network as it is.
PLAIN = Preprocessing("0..1, uncropped", scale=(255.0,), crop_fraction=None)

layers = keras.layers


def conv_relu():
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(6, 3, activation="relu", name="conv1")(inputs)
    x = layers.Conv2D(8, 3, strides=2, activation="relu", name="conv2")(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(4, activation="softmax", name="scores")(x))


def activation_layers():
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Activation("relu", name="act1")(layers.Conv2D(6, 3, padding="same", name="conv1")(inputs))
    x = layers.MaxPooling2D()(x)
    x = layers.Activation("relu", name="act2")(layers.Conv2D(8, 3, name="conv2")(x))
    x = layers.Dense(3)(layers.Flatten()(x))
    return keras.Model(inputs, layers.Activation("softmax")(x))


def relu_layers():
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(6, 3, use_bias=False, name="conv1")(inputs)
    x = layers.ReLU(6.0, name="relu1")(layers.BatchNormalization()(x))
    y = layers.DepthwiseConv2D(3, padding="same", name="depthwise")(x)
    x = layers.Add(name="add")([x, layers.ReLU(name="relu2")(y)])
    x = layers.Dropout(0.5)(layers.GlobalAveragePooling2D()(x))
    return keras.Model(inputs, layers.Dense(4, activation="softmax")(x))


def _base():
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(6, 3, activation="relu", name="conv1")(inputs)
    x = layers.ReLU(name="relu2")(layers.Conv2D(8, 3, name="conv2")(x))
    return keras.Model(inputs, x, name="base")


def nested():
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.GlobalAveragePooling2D()(_base()(inputs))
    return keras.Model(inputs, layers.Dense(4, activation="softmax")(x))


def nested_in_sequential():
    return keras.Sequential([_base(), layers.Flatten(), layers.Dense(3, activation="softmax")])


def nested_head():
    features = keras.Input((8, 8, 8))
    x = layers.Dense(3)(layers.GlobalMaxPooling2D()(features))
    head = keras.Model(features, layers.Softmax()(x), name="head")
    inputs = keras.Input((SIDE, SIDE, 3))
    return keras.Model(inputs, head(_base()(inputs)))


def sequential():
    return keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 3)),
            layers.Conv2D(6, 3, activation="relu", name="conv1"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(5, activation="relu"),
            layers.Dense(3, activation="softmax"),
        ]
    )


def softmax_layer():
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(6, 3, activation="relu", name="conv1")(inputs)
    x = layers.Dense(4)(layers.GlobalAveragePooling2D()(x))
    return keras.Model(inputs, layers.Softmax()(x))


def operations():
    inputs = keras.Input((SIDE, SIDE, 3))
    x = keras.ops.relu(layers.Conv2D(6, 3, name="conv1")(inputs))
    x = keras.ops.mean(x, axis=(1, 2))
    return keras.Model(inputs, keras.ops.softmax(layers.Dense(3)(x)))


def one_sigmoid():
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(6, 3, activation="relu", name="conv1")(inputs)
    return keras.Model(inputs, layers.Dense(1, activation="sigmoid")(layers.Flatten()(x)))


def many_sigmoids():
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(6, 3, activation="relu", name="conv1")(inputs)
    return keras.Model(inputs, layers.Dense(4, activation="sigmoid")(layers.GlobalAveragePooling2D()(x)))


def grey():
    inputs = keras.Input((SIDE, SIDE, 1))
    x = layers.Conv2D(6, 3, activation="relu", name="conv1")(inputs)
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x)))


def logits_out():
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(6, 3, activation="relu", name="conv1")(inputs)
    return keras.Model(inputs, layers.Dense(3)(layers.GlobalAveragePooling2D()(x)))


def any_size():
    inputs = keras.Input((None, None, 3))
    x = layers.Conv2D(6, 3, activation="relu", name="conv1")(inputs)
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x)))


def linear():
    """No hidden layer: the logit is a weighted sum of the input. Not a style, for closed forms."""
    inputs = keras.Input((SIDE, SIDE, 3))
    return keras.Model(inputs, layers.Dense(3, activation="softmax", name="scores")(layers.Flatten()(inputs)))


def of_flat(head):
    """A model that flattens its input and ends in what `head` makes of that."""
    inputs = keras.Input((SIDE, SIDE, 3))
    return keras.Model(inputs, head(layers.Flatten()(inputs)))


STYLES = {
    build.__name__: build
    for build in (
        conv_relu,
        activation_layers,
        relu_layers,
        nested,
        nested_in_sequential,
        nested_head,
        sequential,
        softmax_layer,
        operations,
        one_sigmoid,
        many_sigmoids,
        grey,
        logits_out,
        any_size,
    )
}

# Styles that do not end in global average pooling and one linear layer, which CAM needs.
NOT_POOLED = ("activation_layers", "nested_head", "nested_in_sequential", "one_sigmoid", "operations", "sequential")


def seeded(model, seed: int = 0):
    """The model with random weights that leave no layer at its default (biases, batch norm)."""
    random = np.random.default_rng(seed)
    weights = [random.normal(0, 0.3, weight.shape).astype(np.float32) for weight in model.get_weights()]
    model.set_weights(weights)
    for layer in model._flatten_layers(include_self=False, recursive=True):
        if isinstance(layer, layers.BatchNormalization):
            layer.moving_variance.assign(random.uniform(0.5, 2.0, layer.moving_variance.shape))
    return model


def classifier_of(model, **changes) -> Classifier:
    return load_classifier(model, **{"preprocess": PLAIN, "input_size": (SIDE, SIDE), **changes})


@functools.cache
def tiny(style: str) -> Classifier:
    """The classifier of a style. Shared by all tests, which is safe as vislib never changes a model."""
    settings = {"task": "classification"} if style == "logits_out" else {}
    return classifier_of(seeded({**STYLES, "linear": linear}[style]()), **settings)


def keras_logits(classifier: Classifier, pictures) -> np.ndarray:
    """Logits (n, classes) of pictures (n, h, w, 3) in 0..255, by Keras and NumPy; the model ends in a Dense layer."""
    *_, last = classifier.model.layers
    features = keras.Model(classifier.model.input, last.input)(np.asarray(pictures, np.float32) / 255, training=False)
    kernel, bias = last.get_weights()
    return np.asarray(features, np.float64) @ kernel + bias


def random_image(height: int = SIDE, width: int = SIDE, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)

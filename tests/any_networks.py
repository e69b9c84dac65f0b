"""Small networks of every task and input, each with the way an image enters it and the number that is explained."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from tiny_models import PLAIN, SIDE, random_image

from vislib import Classifier, Preprocessing, load_classifier
from vislib.backend import keras, tf

layers = keras.layers
SHAPE = (SIDE, SIDE, 3)
AS_IT_IS = Preprocessing("as it is")
WHOLE = Preprocessing("0..255, uncropped", crop_fraction=None)
META = np.array([0.2, -1.0, 0.5], np.float32)


@dataclass(frozen=True)
class Case:
    """A network, and its values computed by Keras alone.

    Attributes:
        build: Makes the model.
        settings: Arguments of `load_classifier`.
        enter: From pictures (n, h, w, 3) in 0..255 to what the Keras model takes.
        answer: From what the Keras model returns to the outputs (n, …, units) that vislib reads.
        layer: The name of a convolution of the Keras model, by which Grad-CAM is computed; "" if Keras cannot show it.
        shown: The name of that layer in vislib.
        unit: The output that is explained.
        channels_first: Whether that layer's maps are (channels, height, width).
        bands: The number of bands of its images; 0 for pictures (h, w, 3) in 0..255.
    """

    build: Callable[[], Any]
    settings: dict[str, Any] = field(default_factory=dict)
    enter: Callable[[np.ndarray], Any] = lambda pictures: pictures.astype(np.float32) / 255
    answer: Callable[[Any], Any] = lambda outputs: outputs
    layer: str = "conv"
    shown: str = ""
    unit: int = 0
    channels_first: bool = False
    bands: int = 0

    @property
    def image(self) -> np.ndarray:
        if not self.bands:
            return random_image()
        return np.random.default_rng(0).normal(0, 1, (SIDE, SIDE, self.bands)).astype(np.float32)

    @property
    def black(self) -> np.ndarray:
        """What covers a patch: black, or the least value of each band."""
        return self.image.min(axis=(0, 1)) if self.bands else np.zeros(3)


def features(inputs, name: str = "conv"):
    maps = layers.Conv2D(6, 3, activation="relu", name=name)(inputs)
    return layers.GlobalAveragePooling2D()(maps)


def ending(*heads):
    def build():
        inputs = keras.Input(SHAPE)
        x = features(inputs)
        for head in heads:
            x = head(x)
        return keras.Model(inputs, x)

    return build


def joined_heads():
    inputs = keras.Input(SHAPE)
    x = features(inputs)
    names = ("cat", "dog", "fox")
    return keras.Model(
        inputs, layers.Concatenate()([layers.Dense(1, activation="sigmoid", name=name)(x) for name in names])
    )


def member(name: str, head: Callable | None = None):
    inputs = keras.Input(SHAPE)
    x = features(inputs, "conv")
    return keras.Model(inputs, (head or layers.Dense(4, activation="softmax", name="scores"))(x), name=name)


def ensemble():
    inputs = keras.Input(SHAPE)
    return keras.Model(inputs, layers.Average()([member("left")(inputs), member("right")(inputs)]))


def two_backbones():
    inputs = keras.Input(SHAPE)
    left, right = (member(name, layers.Activation("linear"))(inputs) for name in ("left", "right"))
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(layers.Concatenate()([left, right])))


def nested_by_keyword():
    inputs = keras.Input(SHAPE)
    base = member("base", layers.Activation("linear"))
    return keras.Model(inputs, layers.Dense(3, activation="softmax", name="conv")(base(inputs=inputs)))


def unet(units: int = 3, activation: str = "softmax"):
    def build():
        inputs = keras.Input(SHAPE)
        fine = layers.Conv2D(4, 3, padding="same", activation="relu", name="fine")(inputs)
        coarse = layers.Conv2D(6, 3, padding="same", activation="relu", name="conv")(layers.MaxPooling2D()(fine))
        x = layers.Concatenate()([fine, layers.UpSampling2D()(coarse)])
        x = layers.Conv2D(4, 3, padding="same", activation="relu", name="late")(x)
        return keras.Model(inputs, layers.Conv2D(units, 1, activation=activation, name="mask")(x))

    return build


def two_inputs():
    image, meta = keras.Input(SHAPE, name="image"), keras.Input((3,), name="meta")
    x = layers.Concatenate()([features(image), layers.Dense(4, activation="relu")(meta)])
    return keras.Model([image, meta], layers.Dense(3, activation="softmax")(x))


def two_outputs():
    inputs = keras.Input(SHAPE)
    x = features(inputs)
    kind, age = layers.Dense(3, activation="softmax", name="kind")(x), layers.Dense(1, name="age")(x)
    return keras.Model(inputs, [kind, age])


def channels_first():
    inputs = keras.Input((3, SIDE, SIDE))
    first = {"data_format": "channels_first"}
    x = layers.Conv2D(6, 3, name="conv", **first)(inputs)
    x = layers.ReLU()(layers.BatchNormalization(axis=1)(x))
    x = layers.Concatenate(axis=1)([x, layers.Conv2D(2, 1, activation="relu", **first)(x)])
    x = layers.Flatten()(layers.MaxPooling2D(**first)(x))
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(x))


def without_channel_axis():
    inputs = keras.Input((SIDE, SIDE))
    x = features(layers.Reshape((SIDE, SIDE, 1))(inputs))
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(x))


def flat_vector():
    inputs = keras.Input((SIDE * SIDE,))
    x = features(layers.Reshape((SIDE, SIDE, 1))(inputs))
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(x))


def bands(n: int):
    def build():
        inputs = keras.Input((SIDE, SIDE, n))
        return keras.Model(inputs, layers.Dense(3, activation="softmax")(features(inputs)))

    return build


REFERENCE = np.random.default_rng(3).random(SHAPE, np.float32)


def siamese():
    one, other = keras.Input(SHAPE, name="one"), keras.Input(SHAPE, name="other")
    branch = keras.Sequential(
        [keras.Input(SHAPE), layers.Conv2D(6, 3, activation="relu"), layers.Flatten()], name="twin"
    )
    apart = keras.ops.abs(branch(one) - branch(other))
    return keras.Model([one, other], layers.Dense(1, activation="sigmoid")(apart))


def without_a_top():
    inputs = keras.Input(SHAPE)
    return keras.Model(inputs, layers.ReLU()(layers.Conv2D(4, 3, padding="same", name="conv")(inputs)))


def dictionary_of_inputs():
    image, meta = keras.Input(SHAPE, name="picture"), keras.Input((3,), name="age")
    x = layers.Concatenate()([features(image), meta])
    return keras.Model({"picture": image, "age": meta}, layers.Dense(3, activation="softmax")(x))


def heads_of_one_softmax_each():
    inputs = keras.Input(SHAPE)
    x = features(inputs)
    return keras.Model(
        inputs, {name: layers.Dense(n, activation="softmax", name=name)(x) for name, n in (("colour", 3), ("kind", 2))}
    )


def uint8_input():
    inputs = keras.Input(SHAPE, dtype="uint8")
    x = features(layers.Rescaling(1 / 255)(inputs))
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(x))


def float64():
    inputs = keras.Input(SHAPE, dtype="float64")
    maps = layers.Conv2D(6, 3, activation="relu", name="conv", dtype="float64")(inputs)
    x = layers.GlobalAveragePooling2D(dtype="float64")(maps)
    return keras.Model(inputs, layers.Dense(3, activation="softmax", dtype="float64")(x))


def mixed_precision():
    inputs = keras.Input(SHAPE)
    maps = layers.Conv2D(6, 3, activation="relu", name="conv", dtype="mixed_float16")(inputs)
    x = layers.GlobalAveragePooling2D(dtype="mixed_float16")(maps)
    return keras.Model(inputs, layers.Dense(3, activation="softmax", dtype="float32")(x))


def fixed_batch():
    inputs = keras.Input(batch_shape=(1, *SHAPE))
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(features(inputs)))


def monte_carlo_dropout():
    inputs = keras.Input(SHAPE)
    x = layers.Dropout(0.5)(features(inputs), training=True)
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(x))


def attention():
    inputs = keras.Input(SHAPE)
    maps = layers.Conv2D(8, 3, strides=3, activation="relu", name="conv")(inputs)
    tokens = layers.Reshape((16, 8))(maps)
    x = layers.GlobalAveragePooling1D()(layers.MultiHeadAttention(2, 4)(tokens, tokens))
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(x))


def softmax(scores):
    """It has the name of Keras's function and another temperature."""
    return keras.ops.softmax(scores / 5)


class Squashed(layers.Layer):
    """Its attribute `activation` is not what comes last."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.activation, self.dense = keras.activations.softmax, layers.Dense(3)

    def call(self, inputs):
        return 0.5 * self.activation(self.dense(inputs)) + 0.5 / 3


class Doubled(layers.Layer):
    """A custom layer."""

    def call(self, inputs):
        return inputs * 2.0


class Subclassed(keras.Model):
    """Its layers show themselves on symbolic images."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.conv = layers.Conv2D(6, 3, activation="relu", name="conv")
        self.pool = layers.GlobalAveragePooling2D()
        self.scores = layers.Dense(3, activation="softmax")

    def call(self, inputs, training=None):
        return self.scores(self.pool(self.conv(inputs)))


class Opaque(Subclassed):
    """It computes with TensorFlow's functions, so its inside cannot be seen."""

    def call(self, inputs, training=None):
        maps = self.conv(tf.clip_by_value(inputs, -10.0, 10.0))
        return self.scores(tf.reduce_mean(maps, axis=[1, 2]))


def called(cls):
    def build():
        model = cls(name="own")
        model(np.zeros((1, *SHAPE), np.float32))
        return model

    return build


def grey(pictures: np.ndarray) -> np.ndarray:
    return (pictures.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)) / 255


def two_sided(p):
    """P(0) and P(1) of a single unit p."""
    return tf.concat([1 - p, p], -1) if tf.is_tensor(p) else np.concatenate([1 - p, p], -1)


def mean_of_map(maps):
    """Numbers of a map without classes are explained by their mean."""
    return tf.reduce_mean(maps, axis=(1, 2)) if tf.is_tensor(maps) else np.mean(maps, axis=(1, 2))


CASES: dict[str, Case] = {
    "regression": Case(ending(layers.Dense(1)), {"unit": "years", "labels": ["age"]}),
    "regression of 4": Case(ending(layers.Dense(4)), {"task": "regression"}, unit=2),
    "regression in -1..1": Case(ending(layers.Dense(1, activation="tanh"))),
    "unknown task": Case(ending(layers.Dense(4)), unit=1),
    "multi-label": Case(ending(layers.Dense(3, activation="sigmoid")), unit=1),
    "joined heads": Case(joined_heads, {"labels": ["cat", "dog", "fox"]}, unit=1),
    "ensemble": Case(ensemble, layer="", shown="left/conv", unit=1),
    "softmax of tf.nn": Case(ending(layers.Dense(3, activation=tf.nn.softmax))),
    "softmax in a Lambda": Case(ending(layers.Dense(3), layers.Lambda(lambda x: tf.nn.softmax(x))), unit=1),
    "segmentation": Case(unet(), shown="conv", unit=2),
    "segmentation of two classes": Case(unet(1, "sigmoid"), answer=two_sided),
    "embedding": Case(ending(layers.Dense(5)), {"task": "embedding"}, unit=3),
    "two inputs": Case(
        two_inputs, {"inputs": {"meta": META}}, lambda p: [p.astype(np.float32) / 255, np.tile(META, (len(p), 1))]
    ),
    "two images": Case(
        siamese,
        {"inputs": {"other": REFERENCE}},
        lambda p: [p.astype(np.float32) / 255, np.tile(REFERENCE, (len(p), 1, 1, 1))],
        answer=two_sided,
        layer="",
        shown="twin/conv2d",
        unit=1,
    ),
    "maps of features": Case(without_a_top, answer=mean_of_map, unit=2),
    "two outputs": Case(two_outputs, {"output": "age"}, answer=lambda outputs: outputs[1]),
    "channels first": Case(
        channels_first, enter=lambda p: p.transpose(0, 3, 1, 2).astype(np.float32) / 255, channels_first=True
    ),
    "no channel axis": Case(without_channel_axis, enter=grey),
    "flat vector": Case(flat_vector, {"input_size": (SIDE, SIDE)}, lambda p: grey(p).reshape(len(p), -1)),
    "2 bands": Case(bands(2), {"preprocess": AS_IT_IS}, lambda p: p, bands=2),
    "4 bands": Case(bands(4), {"preprocess": AS_IT_IS}, lambda p: p, bands=4),
    "12 bands": Case(bands(12), {"preprocess": AS_IT_IS}, lambda p: p, bands=12),
    "inputs in a dict": Case(
        dictionary_of_inputs,
        {"inputs": {"age": META}},
        lambda p: {"picture": p.astype(np.float32) / 255, "age": np.tile(META, (len(p), 1))},
    ),
    "outputs in a dict": Case(
        heads_of_one_softmax_each, {"output": "kind"}, answer=lambda outputs: outputs["kind"], unit=1
    ),
    "uint8": Case(uint8_input, {"preprocess": WHOLE}, lambda p: p.astype(np.float32)),
    "float64": Case(float64),
    "mixed precision": Case(mixed_precision),
    "fixed batch size": Case(fixed_batch),
    "dropout that is always on": Case(monte_carlo_dropout),
    "attention": Case(attention),
    "two backbones of equal names": Case(two_backbones, layer="", shown="left/conv"),
    "nested model called by keyword": Case(nested_by_keyword, layer="", shown="base/conv"),
    "own function named softmax": Case(ending(layers.Dense(3, activation=softmax)), unit=1),
    "activation that is not the end": Case(ending(Squashed()), unit=1),
    "custom layer": Case(ending(Doubled(), layers.Dense(3, activation="softmax"))),
    "subclassed": Case(called(Subclassed), layer="", shown="conv"),
    "subclassed, opaque": Case(called(Opaque), layer=""),
}
"""By name: what is tried."""


@functools.cache
def model_of(name: str):
    keras.utils.set_random_seed(0)
    return seeded_any(CASES[name].build())


def seeded_any(model):
    """`seeded`, for weights of any dtype and models that are not functional."""
    random = np.random.default_rng(0)
    for weight in model.weights:
        if "float" in str(weight.dtype):
            positive = "variance" in weight.path
            weight.assign(random.uniform(0.5, 2, weight.shape) if positive else random.normal(0, 0.3, weight.shape))
    return model


@functools.cache
def loaded(name: str) -> Classifier:
    """The classifier of a case; shared, as vislib never changes a model."""
    return load_classifier(model_of(name), **{"preprocess": PLAIN, **CASES[name].settings})


def keras_outputs(name: str, pictures: np.ndarray) -> np.ndarray:
    """The outputs (n, …, units) of pictures (n, h, w, 3) in 0..255, by `model.predict`."""
    case = CASES[name]
    batch = {"batch_size": 1} if name == "fixed batch size" else {}
    return np.asarray(case.answer(model_of(name).predict(case.enter(pictures), verbose=0, **batch)), np.float64)

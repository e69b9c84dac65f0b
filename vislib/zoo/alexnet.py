"""AlexNet: Krizhevsky, Sutskever & Hinton 2012, "ImageNet Classification with Deep Convolutional Neural Networks".

The paper gives the input as 224 × 224, but its map sizes (55 × 55 after 11 × 11 with stride 4) follow from 227 × 227.
"""

from vislib.backend import keras
from vislib.zoo.response_norm import LocalResponseNormalization

_layers = keras.layers


def build(*, grouped: bool = True, seed: int = 0) -> keras.Model:
    """AlexNet with random weights, from (n, 227, 227, 3) to class probabilities (n, 1000).

    Args:
        grouped: As published, divided between two graphics cards: conv2, conv4 and conv5 see only the half of the
            channels on the same card (60,965,224 parameters). If False, one tower (62,378,344 parameters).
        seed: Seed of the initial weights and of dropout.
    """
    groups = 2 if grouped else 1
    image = keras.Input((227, 227, 3), name="image")
    x = _conv(image, 96, 11, "conv1", seed, stride=4, padding="valid")
    x = LocalResponseNormalization(name="norm1")(x)
    x = _layers.MaxPooling2D(3, 2, name="pool1")(x)
    x = _conv(x, 256, 5, "conv2", seed + 1, groups=groups, bias=1.0)
    x = LocalResponseNormalization(name="norm2")(x)
    x = _layers.MaxPooling2D(3, 2, name="pool2")(x)
    x = _conv(x, 384, 3, "conv3", seed + 2)
    x = _conv(x, 384, 3, "conv4", seed + 3, groups=groups, bias=1.0)
    x = _conv(x, 256, 3, "conv5", seed + 4, groups=groups, bias=1.0)
    x = _layers.MaxPooling2D(3, 2, name="pool5")(x)
    x = _layers.Flatten(name="flatten")(x)
    for place, name in enumerate(("fc6", "fc7"), 5):
        x = _layers.Dense(4096, kernel_initializer=_normal(seed + place), bias_initializer="ones", name=name)(x)
        x = _layers.ReLU(name=f"{name}_relu")(x)
        x = _layers.Dropout(0.5, seed=seed + place, name=f"{name}_dropout")(x)
    x = _layers.Dense(1000, "softmax", kernel_initializer=_normal(seed + 7), name="fc8")(x)
    return keras.Model(image, x, name="alexnet" if grouped else "alexnet_one_tower")


def _conv(x, filters, kernel, name, seed, *, stride=1, padding="same", groups=1, bias=0.0):
    initializer = keras.initializers.Constant(bias)
    x = _layers.Conv2D(filters, kernel, stride, padding, groups=groups, kernel_initializer=_normal(seed),
                       bias_initializer=initializer, name=name)(x)  # fmt: skip
    return _layers.ReLU(name=f"{name}_relu")(x)


def _normal(seed):
    """The paper's initial weights (section 5)."""
    return keras.initializers.RandomNormal(stddev=0.01, seed=seed)

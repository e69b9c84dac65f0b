"""GoogLeNet, the first inception network: Szegedy et al. 2014, "Going Deeper with Convolutions", arXiv 1409.4842."""

from itertools import count

from vislib.backend import keras
from vislib.zoo.response_norm import LocalResponseNormalization

_layers = keras.layers

MODULES: dict[str, tuple[int, int, int, int, int, int]] = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
"""Filters of each module (table 1): 1×1; 1×1 before 3×3, 3×3; 1×1 before 5×5, 5×5; 1×1 after pooling."""


def build(*, seed: int = 0) -> keras.Model:
    """GoogLeNet with random weights, from (n, 224, 224, 3) to class probabilities (n, 1000).

    It has no side classifiers: the two of the paper only help in training.
    """
    seeds = count(seed * 1000)

    def conv(x, filters, kernel, name, stride=1):
        initializer = keras.initializers.GlorotUniform(seed=next(seeds))
        x = _layers.Conv2D(filters, kernel, stride, "same", kernel_initializer=initializer, name=name)(x)
        return _layers.ReLU(name=f"{name}_relu")(x)

    def inception(x, module):
        name = f"inception_{module}"
        one, before_three, three, before_five, five, after_pool = MODULES[module]
        branches = [
            conv(x, one, 1, f"{name}_1x1"),
            conv(conv(x, before_three, 1, f"{name}_3x3_reduce"), three, 3, f"{name}_3x3"),
            conv(conv(x, before_five, 1, f"{name}_5x5_reduce"), five, 5, f"{name}_5x5"),
            conv(_layers.MaxPooling2D(3, 1, "same", name=f"{name}_pool")(x), after_pool, 1, f"{name}_pool_proj"),
        ]
        return _layers.Concatenate(name=f"{name}_output")(branches)

    image = keras.Input((224, 224, 3), name="image")
    x = conv(image, 64, 7, "conv1", stride=2)
    x = _layers.MaxPooling2D(3, 2, "same", name="pool1")(x)
    x = LocalResponseNormalization(name="norm1")(x)
    x = conv(conv(x, 64, 1, "conv2_reduce"), 192, 3, "conv2")
    x = LocalResponseNormalization(name="norm2")(x)
    x = _layers.MaxPooling2D(3, 2, "same", name="pool2")(x)
    for module in MODULES:
        x = inception(x, module)
        if module in ("3b", "4e"):
            x = _layers.MaxPooling2D(3, 2, "same", name=f"pool{module[0]}")(x)
    x = _layers.GlobalAveragePooling2D(name="pool5")(x)
    x = _layers.Dropout(0.4, seed=next(seeds), name="dropout")(x)
    initializer = keras.initializers.GlorotUniform(seed=next(seeds))
    x = _layers.Dense(1000, "softmax", kernel_initializer=initializer, name="predictions")(x)
    return keras.Model(image, x, name="googlenet")

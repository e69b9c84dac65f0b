"""The layers of the networks that can be trained, added one after the other.

Each layer has its own seed for all randomness (initial weights, dropout), so that building and training one network
never disturbs another.
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import count

from vislib.backend import keras

_layers = keras.layers


class Maker:
    """Adds layers to a graph, with the network's options and a new seed for each layer."""

    def __init__(self, input_shape: tuple[int, int, int], dropout: bool, batch_norm: str, seed: int):
        self.input = self.x = keras.Input(input_shape, name="image")
        self.has_dropout = dropout
        self.batch_norm = batch_norm
        # Spaced widely, so that two networks with neighbouring seeds have no layer seed in common.
        self.seeds: Iterator[int] = count(seed * 1000)
        self.input_shape = input_shape

    def add(self, layer: keras.layers.Layer) -> None:
        self.x = layer(self.x)

    def activated(self, layer: keras.layers.Layer, activation: Callable[[str], keras.layers.Layer]) -> None:
        """Adds a layer, its activation and, by the option, batch normalization before or after the activation."""
        self.add(layer)
        if self.batch_norm == "before":
            self.add(_layers.BatchNormalization(name=f"{layer.name}_bn"))
        self.add(activation(f"{layer.name}_activation"))
        if self.batch_norm == "after":
            self.add(_layers.BatchNormalization(name=f"{layer.name}_bn"))

    def conv(self, channels: int, kernel: int, stride: int = 1, padding: str = "valid", *, name: str, activation):
        initializer = keras.initializers.GlorotUniform(seed=next(self.seeds))
        layer = _layers.Conv2D(channels, kernel, stride, padding, kernel_initializer=initializer, name=name)
        self.activated(layer, activation)

    def dense(self, units: int, *, name: str, activation) -> None:
        initializer = keras.initializers.GlorotUniform(seed=next(self.seeds))
        self.activated(_layers.Dense(units, kernel_initializer=initializer, name=name), activation)

    def dropout(self, rate: float, name: str) -> None:
        seed = next(self.seeds)
        if self.has_dropout:
            self.add(_layers.Dropout(rate, seed=seed, name=name))

    def model(self, name: str, n_classes: int) -> keras.Model:
        """The finished network with its softmax."""
        initializer = keras.initializers.GlorotUniform(seed=next(self.seeds))
        self.add(_layers.Dense(n_classes, "softmax", kernel_initializer=initializer, name="predictions"))
        return keras.Model(self.input, self.x, name=name)


def relu(name: str) -> keras.layers.Layer:
    """A ReLU as a layer."""
    return _layers.ReLU(name=name)


def _leaky_relu(name: str) -> keras.layers.Layer:
    return _layers.LeakyReLU(negative_slope=0.3, name=name)


def _tanh(name: str) -> keras.layers.Layer:
    return _layers.Activation("tanh", name=name)


def _lenet5(make: Maker) -> None:
    """LeCun et al. 1998, but with C3 connected to all of S2 and with plain average pooling.

    The first convolution pads the 28 × 28 digits to 32 × 32.
    """
    make.conv(6, 5, padding="valid" if make.input_shape[0] > 28 else "same", name="c1", activation=_tanh)
    make.add(_layers.AveragePooling2D(2, name="s2"))
    make.conv(16, 5, name="c3", activation=_tanh)
    make.add(_layers.AveragePooling2D(2, name="s4"))
    make.add(_layers.Flatten(name="flatten"))
    make.dense(120, name="c5", activation=_tanh)
    make.dense(84, name="f6", activation=_tanh)


def _digits(make: Maker) -> None:
    make.conv(32, 3, name="conv1", activation=relu)
    make.conv(64, 3, name="conv2", activation=relu)
    make.add(_layers.MaxPooling2D(2, name="pool"))
    make.dropout(0.25, "dropout1")
    make.add(_layers.Flatten(name="flatten"))
    make.dense(128, name="dense", activation=relu)
    make.dropout(0.5, "dropout2")


def _mnist_5x5(make: Maker) -> None:
    make.conv(32, 5, padding="same", name="conv1", activation=relu)
    make.add(_layers.MaxPooling2D(2, name="pool1"))
    make.conv(64, 5, padding="same", name="conv2", activation=relu)
    make.add(_layers.MaxPooling2D(2, name="pool2"))
    make.add(_layers.Flatten(name="flatten"))
    make.dense(1024, name="dense", activation=relu)
    make.dropout(0.5, "dropout")


def _cifar_small(make: Maker) -> None:
    make.conv(10, 4, 2, "same", name="conv1", activation=relu)
    make.conv(20, 3, 2, "same", name="conv2", activation=relu)
    make.add(_layers.Flatten(name="flatten"))
    make.dropout(0.5, "dropout")


def _cifar10(make: Maker) -> None:
    for index, (channels, stride) in enumerate(((32, 1), (32, 2), (64, 1), (64, 2)), 1):
        make.conv(channels, 3, stride, "same", name=f"conv{index}", activation=_leaky_relu)
    make.add(_layers.Flatten(name="flatten"))
    make.dense(128, name="dense", activation=_leaky_relu)
    make.dropout(0.5, "dropout")


def _cifar_dense(make: Maker) -> None:
    make.add(_layers.Flatten(name="flatten"))
    make.dense(200, name="dense1", activation=relu)
    make.dense(150, name="dense2", activation=relu)
    make.dropout(0.5, "dropout")


def _resnet(make: Maker, blocks: tuple[int, int, int, int]) -> None:
    """He et al. 2015, arXiv 1512.03385: residual blocks F(x) + x, a 1 × 1 projection where shapes differ."""

    def conv(channels: int, kernel: int, stride: int, name: str) -> None:
        initializer = keras.initializers.HeNormal(seed=next(make.seeds))
        # Batch normalization subtracts the mean, so a bias before it has no effect.
        make.add(_layers.Conv2D(channels, kernel, stride, "same", use_bias=make.batch_norm == "none",
                                kernel_initializer=initializer, name=name))  # fmt: skip
        if make.batch_norm != "none":
            make.add(_layers.BatchNormalization(name=f"{name}_bn"))

    conv(64, 7, 2, "conv1")
    make.add(relu("conv1_relu"))
    make.add(_layers.MaxPooling2D(3, 2, "same", name="pool1"))
    for stage, (channels, n_blocks) in enumerate(zip((64, 128, 256, 512), blocks, strict=True), 2):
        for block in range(1, n_blocks + 1):
            name, stride = f"conv{stage}_block{block}", 2 if stage > 2 and block == 1 else 1
            entry = make.x
            conv(channels, 3, stride, f"{name}_conv1")
            make.add(relu(f"{name}_relu1"))
            conv(channels, 3, 1, f"{name}_conv2")
            residual, make.x = make.x, entry
            if stride != 1 or entry.shape[-1] != channels:
                conv(channels, 1, stride, f"{name}_projection")
            make.x = _layers.Add(name=f"{name}_add")([residual, make.x])
            make.add(relu(f"{name}_relu2"))
    make.add(_layers.GlobalAveragePooling2D(name="pool"))
    make.dropout(0.5, "dropout")


ARCHITECTURES: dict[str, Callable[[Maker], None]] = {
    "lenet5": _lenet5,
    "digits": _digits,
    "mnist-5x5": _mnist_5x5,
    "cifar-small": _cifar_small,
    "cifar10": _cifar10,
    "cifar-dense": _cifar_dense,
    "resnet18": partial(_resnet, blocks=(2, 2, 2, 2)),
    "resnet34": partial(_resnet, blocks=(3, 4, 6, 3)),
}

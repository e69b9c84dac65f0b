"""The networks for scenes of digits: a small U-Net that finds the digits, and a CNN that measures the tallest one."""

from collections.abc import Callable

from vislib.backend import keras
from vislib.training.architectures import Maker, relu
from vislib.training.scenes import LABELS, SIDE_PX, SIZES

_layers = keras.layers


def build_scene_segmentation(seed: int = 0) -> keras.Model:
    """A U-Net of four levels (Ronneberger et al. 2015, arXiv 1505.04597) with seeded random weights.

    It is smaller than the paper's: one convolution a level on each side and two at the bottom, padded so that the mask
    has the image's size, with batch normalization, and with up-sampling by repetition in place of an up-convolution.

    Returns:
        A model from (n, 64, 64, 1) in 0..1 to the probabilities of `LABELS` at each pixel, (n, 64, 64, 11).
    """
    make = Maker((SIDE_PX, SIDE_PX, 1), dropout=False, batch_norm="before", seed=seed)
    skipped = []
    for level, channels in enumerate((16, 32, 64), 1):
        make.conv(channels, 3, padding="same", name=f"down{level}", activation=relu)
        skipped.append(make.x)
        make.add(_layers.MaxPooling2D(2, name=f"pool{level}"))
    for number in (1, 2):
        make.conv(96, 3, padding="same", name=f"bottom{number}", activation=relu)
    for level, channels in ((3, 48), (2, 32), (1, 16)):
        make.add(_layers.UpSampling2D(2, name=f"upsample{level}"))
        make.x = _layers.Concatenate(name=f"join{level}")([skipped[level - 1], make.x])
        make.conv(channels, 3, padding="same", name=f"up{level}", activation=relu)
    initializer = keras.initializers.GlorotUniform(seed=next(make.seeds))
    make.add(_layers.Conv2D(len(LABELS), 1, activation="softmax", kernel_initializer=initializer, name="classes"))
    return keras.Model(make.input, make.x, name="scene-segmentation")


def build_digit_size(seed: int = 0) -> keras.Model:
    """A CNN of four convolutions and two dense layers with seeded random weights.

    Returns:
        A model from (n, 64, 64, 1) in 0..1 to height and width of the tallest digit in px, (n, 2), not bounded.
    """
    make = Maker((SIDE_PX, SIDE_PX, 1), dropout=False, batch_norm="before", seed=seed)
    for number, channels in enumerate((16, 32, 48, 64), 1):
        make.conv(channels, 3, padding="same", name=f"conv{number}", activation=relu)
        make.add(_layers.MaxPooling2D(2, name=f"pool{number}"))
    make.add(_layers.Flatten(name="flatten"))
    make.dense(64, name="dense", activation=relu)
    make.add(
        _layers.Dense(
            len(SIZES),
            kernel_initializer=keras.initializers.GlorotUniform(seed=next(make.seeds)),
            # Sizes are about 20 px. From 0 the first epochs would be spent on the way there.
            bias_initializer=keras.initializers.Constant(20.0),
            name="sizes",
        )
    )
    return keras.Model(make.input, make.x, name="digit-size")


SCENE_NETWORKS: dict[str, Callable[[int], keras.Model]] = {
    "scene-segmentation": build_scene_segmentation,
    "digit-size": build_digit_size,
}
"""By name: seed → network with random weights."""

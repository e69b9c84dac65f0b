"""A cat through a CNN: the effect of convolution, ReLU and pooling on an image, step by step, with computed sizes."""

from dataclasses import dataclass, field

import numpy as np

from vislib.activations.maps import feature_maps_of
from vislib.arithmetic.activation_functions import FUNCTIONS
from vislib.arithmetic.convolution import convolve
from vislib.arithmetic.kernels import random_kernels
from vislib.arithmetic.pooling import Pooling
from vislib.arithmetic.windows import axes
from vislib.errors import ImageError
from vislib.graph.layer_kinds import Role, nearest_kind
from vislib.images.fitting import Box, resize_box
from vislib.language import text
from vislib.model.classifier import Classifier

MAX_SIDE = 480
"""Larger images are reduced to this longer side, in pixels."""


_SHOWN = (Role.CONVOLUTION, Role.ACTIVATION, Role.POOLING)


@dataclass(frozen=True, eq=False)
class StoryStep:
    """One picture of the story.

    Attributes:
        key: A stable name.
        title: The operation.
        maps: The raw output, (h, w, c) float64.
        notice: One sentence on what to look at.
        before: Key of the step that is the input; "" for the image.
        formulas: The formulas of the height and the width; empty if the size stays the same.
        kernels: (k_h, k_w, c_in, c_out) of a convolution, else None.
    """

    key: str
    title: str
    maps: np.ndarray
    notice: str
    before: str = ""
    formulas: tuple[str, ...] = ()
    kernels: np.ndarray | None = field(default=None, repr=False)

    @property
    def size(self) -> str:
        """ "398 × 318 × 3": height, width, maps."""
        return " × ".join(map(str, self.maps.shape))


def story(image: np.ndarray, seed: int = 0) -> tuple[StoryStep, ...]:
    """The story of an image with random kernels.

    Args:
        image: (H, W, 3) in 0..255, at least 20 pixels in both directions. It is reduced if its longer side has more
            than `MAX_SIDE` pixels.
        seed: Seed of the kernels, which are those of an untrained network. Each seed gives a different story.

    Raises:
        ImageError: If the image is too small, or is not an array (H, W, 3).
    """
    if image.ndim != 3 or image.shape[2] != 3 or min(image.shape[:2]) < 20:
        raise ImageError(
            text("The story needs an image (H, W, 3) of at least 20 × 20 pixels; not {shape}.", shape=image.shape)
        )
    seeds = [int(each) for each in np.random.default_rng(seed).integers(0, 2**31, 4)]
    start, middle = _beginning(image)
    three, ten = random_kernels((3, 3), 3, 3, seeds[0]), random_kernels((10, 10), 3, 3, seeds[1])
    rgb, coarse, one, wide = _random_kernels(middle, three, ten)
    return start, middle, rgb, coarse, one, wide, *_behind(one), *_lenet(middle, seeds[2:])


def trained_story(classifier: Classifier, image: np.ndarray, most: int = 6) -> tuple[StoryStep, ...]:
    """The first convolutions, activations and poolings of a trained network, on the same image.

    Args:
        classifier: Any network with feature maps.
        image: (H, W, 3) in 0..255.
        most: Largest number of steps after the image.

    Returns:
        The image and these steps, in order.
    """
    nodes = [node for node in classifier.network.map_nodes if nearest_kind(node.operation).role in _SHOWN][:most]
    maps = feature_maps_of(classifier, image, [node.name for node in nodes])
    start = StoryStep("image", text("The image, as the network sees it"), classifier.resize(image) / 255, "")
    steps = [start]
    for node in nodes:
        title = f"{type(node.operation).__name__} “{node.name}”"
        notice = text("{n} maps; their kernels are learned from examples, not random.", n=maps[node.name].shape[2])
        steps.append(StoryStep(node.name, title, maps[node.name], notice, steps[-1].key))
    return tuple(steps)


def _beginning(image: np.ndarray) -> tuple[StoryStep, StoryStep]:
    """The image, and the image without its mean."""
    start = StoryStep(
        "image",
        text("The image"),
        _reduced(image) / 255,
        text("Three channels: how red, green and blue each pixel is."),
    )
    # Without centring, a kernel's map is mostly positive or mostly negative, depending on the sum of its weights.
    middle = StoryStep(
        "centred",
        text("The image, centred"),
        start.maps - start.maps.mean(axis=(0, 1)),
        text("The mean of each channel is subtracted, so that its middle is zero. Networks usually get such images."),
        start.key,
    )
    return start, middle


def _random_kernels(middle: StoryStep, three: np.ndarray, ten: np.ndarray) -> tuple[StoryStep, ...]:
    """The maps of kernels of 3 × 3 and of 10 × 10: three maps of each, then one of each."""
    rgb = _convolved(
        middle,
        "three-3x3",
        text("Three random kernels of 3 × 3"),
        three,
        text(
            "Three maps, drawn as red, green and blue. Edges and texture are still there: even random "
            "kernels keep what the image shows."
        ),
    )
    coarse = _convolved(
        middle,
        "three-10x10",
        text("Three random kernels of 10 × 10"),
        ten,
        text(
            "Each value now mixes 100 pixels of every channel, so detail is lost, and the border costs 9 "
            "pixels in each direction."
        ),
    )
    one = _convolved(
        middle,
        "one-3x3",
        text("One kernel of 3 × 3"),
        three[..., :1],
        text(
            "One kernel gives one map. Zero is the middle: where the negative weights dominate, the value is negative."
        ),
    )
    wide = _convolved(
        middle,
        "one-10x10",
        text("One kernel of 10 × 10"),
        ten[..., :1],
        text("The same with the larger kernel: the map is smoother than with 3 × 3."),
    )
    return rgb, coarse, one, wide


def _behind(one: StoryStep) -> tuple[StoryStep, StoryStep]:
    """ReLU and pooling of one map."""
    positive = _activated(
        one, "relu", "ReLU", "relu", text("All values below zero become zero; the others stay the same.")
    )
    pooled = _pooled(
        positive,
        "pooled",
        text("Max pooling 3 × 3"),
        Pooling("max", 3),
        text(
            "About a third of the size in each direction, and still the same scene: only the largest of "
            "nine values is kept."
        ),
    )
    return positive, pooled


def _lenet(start: StoryStep, seeds: list[int]) -> tuple[StoryStep, ...]:
    """The two stages of LeNet-5: 5 × 5 kernels, tanh, average pooling of 2 × 2; 6 maps, then 16."""
    steps = [start]
    notices = (
        text("Six kernels of 5 × 5, each over all three channels."),
        text("tanh keeps every value between −1 and 1."),
        text("The mean of four values: half the size in each direction."),
        text("Sixteen kernels of 5 × 5, each over all six maps: they combine the features of the first stage."),
        text("tanh again."),
        text("A quarter of the image's size in each direction, sixteen maps: LeNet continues with dense layers."),
    )
    for stage, n_maps in ((1, 6), (2, 16)):
        first, second, third = notices[3 * stage - 3 : 3 * stage]
        kernels = random_kernels((5, 5), steps[-1].maps.shape[2], n_maps, seeds[stage - 1])
        convolved = _convolved(
            steps[-1],
            f"lenet-c{2 * stage - 1}",
            text("LeNet, convolution {stage}: {n_maps} of 5 × 5", stage=stage, n_maps=n_maps),
            kernels,
            first,
        )
        activated = _activated(convolved, f"lenet-tanh{stage}", "tanh", "tanh", second)
        pooling = Pooling("average", 2)
        pooled = _pooled(
            activated, f"lenet-s{2 * stage}", text("LeNet, pooling {stage}: 2 × 2", stage=stage), pooling, third
        )
        steps += [convolved, activated, pooled]
    return tuple(steps[1:])


def _convolved(before: StoryStep, key: str, title: str, kernels: np.ndarray, notice: str) -> StoryStep:
    formulas = tuple(axis.formula for axis in axes(before.maps.shape[:2], kernels.shape[:2]))
    return StoryStep(key, title, convolve(before.maps, kernels), notice, before.key, formulas, kernels)


def _activated(before: StoryStep, key: str, title: str, function: str, notice: str) -> StoryStep:
    return StoryStep(key, title, FUNCTIONS[function](before.maps), notice, before.key)


def _pooled(before: StoryStep, key: str, title: str, pooling: Pooling, notice: str) -> StoryStep:
    formulas = tuple(axis.formula for axis in pooling.axes(before.maps.shape[:2]))
    return StoryStep(key, title, pooling.forward(before.maps), notice, before.key, formulas)


def _reduced(image: np.ndarray) -> np.ndarray:
    height, width = image.shape[:2]
    shrink = MAX_SIDE / max(height, width)
    if shrink >= 1:
        return np.asarray(image, np.float64)
    size = max(1, round(height * shrink)), max(1, round(width * shrink))
    return resize_box(image, Box(0, 0, height, width), size).astype(np.float64)

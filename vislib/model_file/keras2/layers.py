"""Layers, initializers and data types as Keras 2 wrote them: what Keras 3 does not know, or reads in another way."""

from collections import Counter
from collections.abc import Collection
from typing import Any

from vislib.language import text
from vislib.model_file.allowed import INITIALIZERS, LAYERS

HARD_SIGMOID = "vislib>hard_sigmoid_of_keras_2"
"""The name under which `load` gives Keras 2's hard sigmoid, which has another slope than that of Keras 3."""

_ANY = None
_NO = (False, None)
_Harmless = dict[str, Collection[Any] | None]
_KERNEL: _Harmless = dict.fromkeys(("kernel_initializer", "kernel_regularizer", "kernel_constraint"), _ANY)
_RANDOM = ("rng_type", "force_generator")
_DROPOUT: _Harmless = {"noise_shape": _ANY, "trainable": _ANY}
_RECURRENT: _Harmless = {"time_major": _NO, "implementation": _ANY, "zero_output_for_mask": _NO}
# Settings that a class of Keras 3 does not take → the values with which they change nothing.
_LEFT_OUT: dict[str, _Harmless] = {
    "DepthwiseConv1D": {"groups": (1,), "filters": _ANY, **_KERNEL},
    "DepthwiseConv2D": {"groups": (1,), "filters": _ANY, **_KERNEL},
    "SeparableConv1D": {"groups": (1,), **_KERNEL},
    "SeparableConv2D": {"groups": (1,), **_KERNEL},
    "Conv1DTranspose": {"groups": (1,)},
    "Conv2DTranspose": {"groups": (1,)},
    "Conv3DTranspose": {"groups": (1,)},
    "InputLayer": {"ragged": _NO, "sparse": _NO, "type_spec": _NO},
    "BatchNormalization": {"renorm": _NO, "fused": _ANY, "virtual_batch_size": _NO, "adjustment": _NO,
                           "renorm_clipping": _NO, "renorm_momentum": _ANY, },
    "SimpleRNN": _RECURRENT, "GRU": _RECURRENT, "LSTM": _RECURRENT, "RNN": _RECURRENT,
    "SimpleRNNCell": _RECURRENT, "GRUCell": _RECURRENT, "LSTMCell": _RECURRENT,
    "ConvLSTM1D": _RECURRENT, "ConvLSTM2D": _RECURRENT, "ConvLSTM3D": _RECURRENT,
    "RandomRotation": {"value_range": _ANY},
    "Attention": {"causal": _NO},
    "AdditiveAttention": {"causal": _NO},
    "SpatialDropout1D": _DROPOUT, "SpatialDropout2D": _DROPOUT, "SpatialDropout3D": _DROPOUT,
    "MultiHeadAttention": {"query_shape": _ANY, "key_shape": _ANY, "value_shape": _ANY,
                           "softmax_robust_masking": _NO},
}  # fmt: skip
_RENAMED = {
    "Custom>CustomScaleLayer": "CustomScaleLayer",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "SyncBatchNormalization": "BatchNormalization",
    "LayerNormalizationV1": "LayerNormalization",
}
_RENAMED_KEYS = {
    ("InputLayer", "batch_input_shape"): "batch_shape",
    ("LeakyReLU", "alpha"): "negative_slope",
}
_RANDOM_CROP_CUTS, _RANDOM_CROP_PASSES_ON = (3, 6), (3, 8)
"""What RandomCrop does for a prediction: it resized an image, then it cut out a part, now it leaves it as it is."""
_ONLY_IN_TRAINING = ("RandomHeight", "RandomWidth")
_POLICIES = ("Policy", "PolicyV1", "LossScaleOptimizerPolicy")
_INNER_LAYERS = ("layer", "backward_layer", "forward_layer", "cell", "cells")
_NEEDS_MODULE = ("Attention", "AdditiveAttention")
"""Keras 3 takes their setting score_mode for a function of that name, unless it knows the module."""


def mended_layer(value: dict[str, Any], written: tuple[int, int], changes: Counter[str]) -> dict[str, Any]:
    """An object of a configuration, as Keras 3 reads it.

    Args:
        value: With class_name and config; the objects in it are mended.
        written: The version of Keras that wrote it, which decides what a setting means.
        changes: Counts what was changed.
    """
    name, config = value["class_name"], value["config"]
    if not isinstance(config, dict):
        return value
    if name in _RENAMED and value.get("registered_name") in (None, name):
        changes[text("{name} is {new_name}", name=name, new_name=_RENAMED[name])] += 1
        name = _RENAMED[name]
    config = _with_plain_dtype(config, changes)
    if name in INITIALIZERS:
        config = {key: one for key, one in config.items() if key != "dtype"}
    if name in _ONLY_IN_TRAINING:
        changes[text("{name}, which acts only during training, is left out", name=name)] += 1
        name, config = "Identity", {key: config[key] for key in ("name", "trainable", "dtype") if key in config}
    if name == "ThresholdedReLU":
        changes[text("ThresholdedReLU is a ReLU with a threshold")] += 1
        name, config = "ReLU", {**{key: one for key, one in config.items() if key != "theta"},
                                "threshold": config.get("theta", 1.0)}  # fmt: skip
    if name == "RandomCrop" and _RANDOM_CROP_CUTS <= written < _RANDOM_CROP_PASSES_ON:
        changes[
            text("RandomCrop passes an image on for a prediction, where that version cut out its upper left part")
        ] += 1
    if name == "RandomCrop" and written < _RANDOM_CROP_CUTS:
        changes[text("RandomCrop, which resizes an image for a prediction, is a Resizing layer")] += 1
        name = "Resizing"
        config = {key: one for key, one in config.items() if key != "seed"} | {"crop_to_aspect_ratio": True}
    config = _without(name, config, changes)
    config = {key: one for key, one in config.items() if key not in _RANDOM}
    if written < (3, 0):
        config = _with_hard_sigmoid(config, changes)
    config = {key: _of_keras(one) if key in _INNER_LAYERS else one for key, one in config.items()}
    mended = {**value, "class_name": name, "config": config}
    if written < (3, 0):
        mended.pop("build_config", None)  # its form differs; Keras 3 builds a layer when it is called
    return _of_keras(mended) if name in _NEEDS_MODULE else mended


def _of_keras(value: Any) -> Any:
    """A layer, or layers in a list, with the module that Keras 3 needs where it is not one of a model's layers."""
    if isinstance(value, list):
        return [_of_keras(one) for one in value]
    if not isinstance(value, dict) or value.get("class_name") not in LAYERS or "module" in value:
        return value
    return {**value, "module": "keras.layers", "registered_name": None}


def _without(name: str, config: dict[str, Any], changes: Counter[str]) -> dict[str, Any]:
    """A layer's settings without those that Keras 3 does not know, under the names that Keras 3 knows."""
    kept = {}
    for key, one in config.items():
        harmless = _LEFT_OUT.get(name, {}).get(key, ())
        if key in _LEFT_OUT.get(name, {}) and (harmless is _ANY or _is_one_of(one, harmless)):
            if key == "groups":
                changes[text("the setting groups of {name}", name=name)] += 1
            continue
        kept[_RENAMED_KEYS.get((name, key), key)] = one
    if name == "BatchNormalization" and isinstance(kept.get("axis"), list) and len(kept["axis"]) == 1:
        kept["axis"] = kept["axis"][0]
    return kept


def _is_one_of(one: Any, harmless: Collection[Any]) -> bool:
    return isinstance(one, bool | int | None) and one in harmless


def _with_plain_dtype(config: dict[str, Any], changes: Counter[str]) -> dict[str, Any]:
    dtype = config.get("dtype")
    if not isinstance(dtype, dict) or dtype.get("class_name") not in _POLICIES:
        return config
    inner = dtype.get("config")
    changes[text("the data type class Policy")] += 1
    return {**config, "dtype": inner.get("name") if isinstance(inner, dict) else None}


def _with_hard_sigmoid(config: dict[str, Any], changes: Counter[str]) -> dict[str, Any]:
    """Settings in which Keras 2's hard sigmoid keeps its slope of 0.2; that of Keras 3 has 1/6."""
    changed = dict(config)
    for key in ("activation", "recurrent_activation"):
        if config.get(key) == "hard_sigmoid":
            changes[text("hard_sigmoid keeps its slope of 0.2")] += 1
            function = {"module": "builtins", "class_name": "function", "config": HARD_SIGMOID}
            changed[key] = {**function, "registered_name": HARD_SIGMOID}
    return changed

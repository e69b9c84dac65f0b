"""Files in the form of Keras 2, made from models of Keras 3: its configuration is rewritten as Keras 2 writes it.

What is rewritten was read off real files of tf_keras 2.21, whose predictions were compared with vislib's by hand.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np

layers = keras.layers
SIDE = 16


def image_model(*middle: Any, **settings: Any) -> keras.Model:
    """A classifier of three classes whose weights are random, around some layers."""
    inputs = keras.Input((SIDE, SIDE, 3), name="image")
    x = layers.Conv2D(6, 3, padding="same", activation="relu", name="c1")(inputs)
    for each in middle:
        x = each(x)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return randomized(keras.Model(inputs, layers.Dense(3, activation="softmax", name="scores", **settings)(x)))


def randomized(model: keras.Model) -> keras.Model:
    random = np.random.default_rng(0)
    for each in model.weights:
        each.assign(
            random.uniform(0.5, 1.5, each.shape) if "variance" in each.path else random.normal(0, 0.4, each.shape)
        )
    return model


def images(n_channels: int = 3) -> np.ndarray:
    return np.random.default_rng(1).random((3, SIDE, SIDE, n_channels)).astype(np.float32)


def keras2_file(model: keras.Model, path: Path, change: Callable[[dict], Any], version: str = "2.15.0") -> Path:
    """Saves the model as .h5 with what `change` makes of its configuration.

    Args:
        model: Any model.
        path: The file to write.
        change: Takes the configuration and changes it in place, or returns another.
        version: The version of Keras that the file says wrote it.
    """
    model.save(path)
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        config = change(config) or config
        file.attrs["model_config"] = json.dumps(config)
        file.attrs["keras_version"] = version
        file["model_weights"].attrs["keras_version"] = version
    return path


def each_layer(kind: str, **settings: Any) -> Callable[[dict], None]:
    """A change that adds settings to the layers of a kind."""

    def change(config: dict) -> None:
        for layer in config["config"]["layers"]:
            if layer["class_name"] == kind:
                layer["config"].update(settings)

    return change


def call(layer: str, *inputs: Any) -> list:
    """A call in the form of Keras 2: [[[name, node, tensor, arguments]]]."""
    return [[[name, 0, 0, {}] for name in inputs]]

"""Creates a classifier from a custom Keras model, in memory or from a file."""

import dataclasses
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from vislib.backend import keras
from vislib.errors import ModelError, ParameterError, listed
from vislib.graph.flatten import flatten, is_channels_first
from vislib.graph.inputs import Inputs, image_input
from vislib.language import text
from vislib.loading.preprocessing_choice import built_in_preprocessing
from vislib.model.classifier import Classifier
from vislib.model.identity import key_of, model_digest, weights_digest
from vislib.model.preprocessing import PREPROCESSINGS, Preprocessing
from vislib.model.reading import AS_THE_MODEL_SAYS, Reading
from vislib.model_file import ModelFile
from vislib.model_file.sizes import check_graph
from vislib.network.network import Network

MAX_SIDE = 2_048

_SCOPE = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*")


def classifier_of(
    source: Any,
    preprocess: Preprocessing | None,
    labels: Sequence[str] | None,
    input_size: tuple[int, ...] | None,
    reading: Reading = AS_THE_MODEL_SAYS,
    crop: str | None = None,
) -> Classifier:
    """`load_classifier` for a Keras model or a `ModelFile`."""
    model = source.model if isinstance(source, ModelFile) else source
    name = source.name if isinstance(source, ModelFile) else getattr(model, "name", text("the model"))
    shape = image_shape(model, name, input_size, reading.inputs)
    if isinstance(source, ModelFile):
        reading = reading if reading.loss is not None else dataclasses.replace(reading, loss=source.loss)
        if _is_untried(model, reading):
            check_graph(flatten(model, shape, **reading.of_network))
    network = Network(model, shape, **reading.of_network)
    _check_names(network)
    preprocess = preprocess or built_in_preprocessing(network.graph)
    if preprocess is None:
        raise ModelError(
            text(
                "Name the preprocessing of {name} with `preprocess`: one of {preprocessings}, a family of "
                "keras.applications, or a custom Preprocessing.",
                name=name,
                preprocessings=listed(PREPROCESSINGS),
            )
        )
    preprocess = preprocess if crop is None else preprocess.cropped(crop)
    if labels is None:
        labels = _numbered(network, reading)
    digest = source.digest if isinstance(source, ModelFile) else model_digest(model)
    key = key_of(name, digest, preprocess, labels, shape, reading)
    weights = weights_digest(model)
    return Classifier(key, model, tuple(labels), shape[:2], shape[2], preprocess, reading, weights_digest=weights)


def _check_names(network: Network) -> None:
    """TensorFlow makes a scope of each layer's name, and refuses names in other letters only when it runs the layer."""
    for node in network.graph.nodes:
        if not _SCOPE.fullmatch(node.operation.name):
            raise ModelError(
                text(
                    "TensorFlow cannot run a layer with the name '{layer}': a name has only the letters A to Z, digits "
                    "and _ . / - and begins with a letter or a digit. Give the layers other names with "
                    "keras.models.clone_model(model, clone_function=...), copy the weights with set_weights, and save "
                    "the model again.",
                    layer=node.operation.name,
                )
            )


def first_preprocessing(
    model: keras.Model, name: str, input_size: tuple[int, ...] | None, output: str | int | None, inputs: Inputs
) -> tuple[str, str | None]:
    """The name of the preprocessing to begin with, and of the one that the model's own scaling layers require.

    Raises:
        ModelError: If it is no model of images.
        ParameterError: If a value is not accepted.
    """
    shape = image_shape(model, name, input_size, inputs)
    required = built_in_preprocessing(flatten(model, shape, output=output, inputs=inputs))
    if required is not None:
        return required.name, required.name
    return "0..1" if shape[2] in (1, 3) else "as it is", None


def _is_untried(model: keras.Model, reading: Reading) -> bool:
    """Whether the file was tried in another way: at another size, another output, or with other values given."""
    free = any(None in tensor.shape[1:] for tensor in getattr(model, "inputs", None) or ())
    return free or reading.output is not None


def _numbered(network: Network, reading: Reading) -> list[str]:
    """Names for classes or outputs that have none."""
    if network.head.task.has_classes:
        return [f"class {index}" for index in range(network.n_classes)]
    if network.n_classes == 1:
        return ["output"]
    return [f"output {index}" for index in range(network.n_classes)]


def image_shape(
    model: Any, name: str, input_size: tuple[int, ...] | None = None, inputs: Inputs = None
) -> tuple[int, int, int]:
    """(height, width, channels) of the images that a model takes.

    Raises:
        ModelError: If it is no Keras model, takes no image, or does not say the size.
        ParameterError: If the size is out of range, or there is no such input.
    """
    if not isinstance(model, keras.Model):
        raise ModelError(
            text(
                "A classifier is made from the name of a built-in network, a .keras or .h5 file, or a built "
                "Keras model; not from {kind}.",
                kind=type(model).__name__,
            )
        )
    _check_size(input_size)
    size = None if input_size is None else (int(input_size[0]), int(input_size[1]))
    if getattr(model, "inputs", None):
        image = image_input(name, model.inputs, inputs, size, is_channels_first(model))
        height, width, channels = image.shape
    else:
        height, width, channels = _shape_of_subclassed(model, name, input_size)
    if size is not None and None in (height, width):
        height, width = size
    elif size is not None and size != (height, width):
        raise ModelError(
            text(
                "{name} takes images of {height} × {width}; leave out `input_size`, or give this size.",
                name=name,
                height=height,
                width=width,
            )
        )
    if height is None or width is None:
        raise ModelError(
            text("{name} takes images of any size; choose one with `input_size`, (height, width).", name=name)
        )
    return height, width, channels


def _shape_of_subclassed(
    model: keras.Model, name: str, input_size: tuple[int, ...] | None
) -> tuple[int | None, int | None, int]:
    """The image shape of a model that has no inputs: as it was built, or as it is given."""
    if isinstance(model, keras.Sequential):
        raise ModelError(
            text("{name} has not been built: give its first layer an input shape, keras.Input(…).", name=name)
        )
    if input_size is not None and len(input_size) == 3:
        return int(input_size[0]), int(input_size[1]), int(input_size[2])
    built = getattr(model, "_build_shapes_dict", None) or {}  # Keras has no public access to it
    shapes = [tuple(shape) for shape in built.values() if isinstance(shape, tuple | list)]
    if len(shapes) == 1 and len(shapes[0]) == 4:
        height, width, channels = shapes[0][1:]
        if channels is not None:
            return height, width, channels
    raise ModelError(
        text(
            "{name} is a subclassed model that does not say which images it takes; give their shape with "
            "`input_size`, (height, width, channels).",
            name=name,
        )
    )


def _check_size(input_size: tuple[int, ...] | None) -> None:
    if input_size is None:
        return
    sides = tuple(input_size) if isinstance(input_size, tuple | list) else ()
    whole = all(isinstance(side, int | np.integer) and not isinstance(side, bool) for side in sides)
    if len(sides) not in (2, 3) or not whole or not all(1 <= side <= MAX_SIDE for side in sides):
        raise ParameterError(
            text(
                "`input_size` must be (height, width), whole numbers from 1 to {most:,}, or (height, width, "
                "channels) for a subclassed model; not {input_size!r}.",
                most=MAX_SIDE,
                input_size=input_size,
            )
        )

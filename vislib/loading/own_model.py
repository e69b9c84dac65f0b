"""Creates a classifier from a custom Keras model, in memory or from a file."""

import hashlib
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from vislib.backend import keras
from vislib.errors import ModelError, ParameterError, listed
from vislib.images.bands import MAX_BANDS
from vislib.loading.preprocessing_choice import built_in_preprocessing
from vislib.model.classifier import Classifier
from vislib.model.preprocessing import PREPROCESSINGS, Preprocessing
from vislib.model_file import ModelFile
from vislib.model_file.sizes import check_sizes
from vislib.network.network import Network

MAX_SIDE = 2_048


def classifier_of(
    source: Any,
    preprocess: Preprocessing | None,
    labels: Sequence[str] | None,
    input_size: tuple[int, int] | None,
    crop: str | None = None,
) -> Classifier:
    """`load_classifier` for a Keras model or a `ModelFile`."""
    model = source.model if isinstance(source, ModelFile) else source
    name = source.name if isinstance(source, ModelFile) else getattr(model, "name", "the model")
    shape = _input_shape(model, name, input_size)
    if isinstance(source, ModelFile) and None in model.input_shape[1:3]:
        check_sizes(model, shape)  # the file was tried at another size
    preprocess = preprocess or built_in_preprocessing(model, shape)
    if preprocess is None:
        raise ModelError(
            f"Name the preprocessing of {name} with `preprocess`: one of {listed(PREPROCESSINGS)}, "
            "a family of keras.applications, or a custom Preprocessing."
        )
    preprocess = preprocess if crop is None else preprocess.cropped(crop)
    if labels is None:
        labels = [f"class {index}" for index in range(Network(model, shape).n_classes)]
    digest = source.digest if isinstance(source, ModelFile) else _digest(model)
    # Results are cached by key and depend on all of these.
    settings = repr((digest, preprocess, tuple(labels), shape))
    plain = re.sub(r"[^\w.-]+", "-", name)[:40]
    key = f"{plain}-{hashlib.sha256(settings.encode()).hexdigest()[:12]}"
    return Classifier(key, model, tuple(labels), shape[:2], shape[2], preprocess)


def check_is_image_network(model: Any, name: str) -> None:
    """Refuses anything but a built Keras model with one image input, channels last.

    Raises:
        ModelError: If it is something else; the message names what it is.
    """
    shape = getattr(model, "input_shape", None)
    if isinstance(model, keras.Model) and isinstance(shape, list | dict) and len(shape) > 1:
        raise ModelError(
            f"{name} cannot be used: it has {len(shape)} inputs, but one image input (batch, height, width, channels) "
            "is needed. Make a keras.Model from one of its inputs to the scores."
        )
    if not isinstance(model, keras.Model) or not isinstance(shape, tuple) or len(shape) != 4:
        what = type(model).__name__ + (f" with input {shape}" if shape is not None else "")
        raise ModelError(
            "A classifier is made from the name of a built-in network, a .keras or .h5 file, or a built Keras model "
            f"with one input (batch, height, width, channels). This is no such model: {what}."
        )
    is_square = shape[2] == shape[3]
    if shape[1] in (1, 3) and shape[3] not in (1, 3) and (is_square or not 1 <= (shape[3] or 0) <= MAX_BANDS):
        raise ModelError(f"{name} takes images {shape[1:]}, channels first; only channels last is accepted.")
    if shape[3] is None or not 1 <= shape[3] <= MAX_BANDS:
        raise ModelError(f"{name} takes {shape[3]} channels; 1 to {MAX_BANDS} are accepted.")


def _input_shape(model: Any, name: str, input_size: tuple[int, int] | None) -> tuple[int, int, int]:
    check_is_image_network(model, name)
    shape = model.input_shape
    _check_size(input_size)
    height, width = shape[1:3] if input_size is None else input_size
    if height is None or width is None:
        raise ModelError(f"{name} takes images of any size; choose one with `input_size`, (height, width).")
    return height, width, shape[3]


def _check_size(input_size: tuple[int, int] | None) -> None:
    if input_size is None:
        return
    sides = tuple(input_size) if isinstance(input_size, tuple | list) else ()
    whole = all(isinstance(side, int | np.integer) and not isinstance(side, bool) for side in sides)
    if len(sides) != 2 or not whole or not all(1 <= side <= MAX_SIDE for side in sides):
        raise ParameterError(
            f"`input_size` must be (height, width), whole numbers from 1 to {MAX_SIDE:,}; not {input_size!r}."
        )


def _digest(model: keras.Model) -> str:
    """Digest of architecture and weights; the same in every process, and another after further training."""
    digest = hashlib.sha256(model.to_json().encode())
    for weight in model.get_weights():
        digest.update(np.ascontiguousarray(weight).tobytes())
    return digest.hexdigest()

"""Finds the preprocessing of a custom model, or helps to choose it."""

import numpy as np

from vislib.backend import keras
from vislib.graph.graph import Graph
from vislib.graph.layer_kinds import Role, kind_of
from vislib.model.classifier import Classifier, Prediction
from vislib.model.preprocessing import PREPROCESSINGS, Preprocessing

_SCALING = (Role.RESCALING, Role.MERGE)  # of one tensor and a number, as in x / 255
_SKIPPED = (Role.AUGMENTATION, Role.RESHAPE)  # such as x[..., ::-1]
_RANGES = {"0..255": (0, 255), "0..1": (0, 1), "-1..1": (-1, 1)}
# Networks learn well from values around zero with a spread of about one, so that is what a model's scaling yields.
_LEAST_SPAN, _MOST = 0.5, 10.0


def built_in_preprocessing(graph: Graph) -> Preprocessing | None:
    """The preprocessing that fits the Rescaling or Normalization layers at the start of a model.

    These layers are run on black and on white in each of the ranges 0..255, 0..1 and -1..1. The model expects the first
    range whose outputs are in a range that is usual inside a network.

    Args:
        graph: The model's graph.

    Returns:
        One of `PREPROCESSINGS`; None if the model does not begin with such layers, or no range fits.
    """
    input_shape = tuple(graph.input.shape[1:])
    scaled = _after_scaling(graph)
    if scaled is None:
        return None
    scale = keras.Model(graph.input, scaled)
    for name, ends in _RANGES.items():
        black_and_white = np.stack([np.full(input_shape, end, np.float32) for end in ends])
        values = np.asarray(scale(black_and_white, training=False), np.float64)
        values = values[:, values.shape[1] // 2, values.shape[2] // 2]  # padding does not reach the centre
        if np.ptp(values, axis=0).min() >= _LEAST_SPAN and np.abs(values).max() <= _MOST:
            return PREPROCESSINGS[name]
    return None


def _after_scaling(graph: Graph) -> keras.KerasTensor | None:
    """The output of the last of the scaling layers at the start of a graph; None if there is none."""
    tensor, scaled = graph.input, None
    while True:
        users = [node for node in graph.nodes if any(tensor is given for given in node.inputs)]
        if len(users) != 1 or len(users[0].inputs) != 1 or len(users[0].output.shape) != 4:
            return scaled
        kind, tensor = kind_of(users[0].operation), users[0].output
        if kind.role in _SCALING:
            scaled = tensor
        elif not kind.identity and kind.role not in _SKIPPED:
            return scaled


def predictions_by_preprocessing(
    classifier: Classifier, image: np.ndarray, top: int = 3
) -> dict[str, list[Prediction]]:
    """An image's predictions under each named preprocessing: a wrong preprocessing often gives wrong predictions.

    Args:
        classifier: The classifier. Of its own preprocessing only the crop is used.
        image: (H, W, 3) in 0..255.
        top: Number of classes for each preprocessing.

    Returns:
        Name of the preprocessing → the most probable classes, most probable first. A preprocessing for colour is left
        out if the model takes grey images.
    """
    named = {name: one for name, one in PREPROCESSINGS.items() if one.suits(classifier.channels)}
    named.pop("as it is" if classifier.takes_pictures else "0..255")  # equal to the other one
    resized = classifier.resize(image)[None]
    prepared = [one(resized, classifier.channels)[0] for one in named.values()]
    logits = classifier.network.logits(np.stack(prepared))
    return {name: classifier.ranked(row, top) for name, row in zip(named, logits, strict=True)}

"""`load_classifier`: the one way to a classifier."""

import os
from collections.abc import Callable, Sequence
from typing import Any

from vislib.errors import ModelError
from vislib.model.classifier import Classifier
from vislib.model.labels import read_labels
from vislib.model.preprocessing import Preprocessing, preprocessing_named

_FILE_SUFFIXES = (".keras", ".h5", ".hdf5")


def load_classifier(
    source: Any,
    *,
    preprocess: Preprocessing | str | None = None,
    labels: Sequence[str] | str | os.PathLike[str] | None = None,
    input_size: tuple[int, int] | None = None,
    trust: bool = False,
    progress: Callable[..., None] | None = None,
) -> Classifier:
    """A classifier from a built-in name, a model file, or a Keras model.

    A file may come from anyone: it is looked at, then tried in a process of its own with bounded memory and
    time, and only then loaded here. That is isolation, not a sandbox.

    Args:
        source: The name of a built-in network (see `vislib.models()`); the path or the bytes of a .keras or
            .h5 file; a `ModelFile` loaded before; or a built `keras.Model` with one image input, channels last.
        preprocess: For a model of one's own: how it wants its images, by name (see `PREPROCESSINGS`; the name
            of a family of keras.applications will do) or made to measure. If left out, what the model's own
            Rescaling or Normalization layers call for.
        labels: For a model of one's own: a name a class, or the path of a file that `read_labels` reads;
            class numbers if left out.
        input_size: (height, width), for a model that takes any size.
        trust: Skips the process of its own for a file of one's own making.
        progress: Called with (seconds gone, seconds allowed) while a file is tried; it may raise to cancel.

    Raises:
        ModelError: If there is no such network, its weights cannot be had, the file or the labels are
            refused, or the model cannot be used.
        ParameterError: If there is no such preprocessing, or the size is out of range.
    """
    from vislib import zoo

    is_file = isinstance(source, bytes | os.PathLike) or (
        isinstance(source, str) and source not in zoo.models() and source.lower().endswith(_FILE_SUFFIXES)
    )
    if isinstance(source, str) and not is_file:
        if preprocess is not None or labels is not None or input_size is not None:
            raise ModelError("A built-in network brings its own preprocessing, labels and input size.")
        return zoo.load(source)
    # What can be refused at once comes before what takes seconds.
    if isinstance(preprocess, str):
        preprocess = preprocessing_named(preprocess)
    if isinstance(labels, str | os.PathLike):
        labels = read_labels(labels)
    if is_file:
        from vislib.model_file import load_model_file

        source = load_model_file(source, trust, *([progress] if progress else []))
    from vislib.loading.own_model import classifier_of

    return classifier_of(source, preprocess, labels, input_size)

"""`load_classifier`, which loads every classifier."""

import os
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from vislib.errors import ModelError
from vislib.loading.sources import is_model_file
from vislib.model.classifier import Classifier
from vislib.model.labels import read_labels
from vislib.model.preprocessing import Preprocessing, preprocessing_named
from vislib.progress import no_progress


def load_classifier(
    source: Any,
    *,
    preprocess: Preprocessing | str | None = None,
    labels: Sequence[str] | str | os.PathLike[str] | None = None,
    input_size: tuple[int, int] | None = None,
    trust: bool = False,
    progress: Callable[..., None] | None = None,
) -> Classifier:
    """A classifier from the name of a built-in network, a model file, or a Keras model.

    A file may come from an unknown source. It is checked, then tried in a separate process with limits on memory and
    time, and only then loaded here. This is isolation, not a sandbox.

    Args:
        source: The name of a built-in network (see `vislib.models()`); the path or the bytes of a .keras or
            .h5 file; a `ModelFile` loaded before; or a built `keras.Model` with one image input, channels last.
        preprocess: For a custom model, its preprocessing: a name from `PREPROCESSINGS`, the name of a family of
            keras.applications, or a `Preprocessing`. If left out, it is inferred from the model's Rescaling or
            Normalization layers.
        labels: For a custom model, a name for each class, or the path of a file that `read_labels` reads; class
            numbers if left out.
        input_size: (height, width) in pixels, for a custom model that accepts any size.
        trust: Skips the separate process, for a file that you made yourself.
        progress: Called with (elapsed seconds, allowed seconds) while a file is tried; an exception that it raises
            cancels the loading.

    Raises:
        ModelError: If there is no such network, its weights cannot be read or downloaded, the file or the labels are
            refused, or the model cannot be used.
        ParameterError: If there is no such preprocessing, or the size is out of range.
    """
    from vislib import zoo

    is_file = is_model_file(source, zoo.models())
    if isinstance(source, str) and not is_file:
        if source in zoo.models() and (preprocess is not None or labels is not None or input_size is not None):
            raise ModelError(
                "A built-in network has its own preprocessing, labels and input size; leave these arguments out."
            )
        return zoo.load(source)
    # The quick checks come before the loading, which takes seconds.
    if isinstance(preprocess, str):
        preprocess = preprocessing_named(preprocess)
    if isinstance(labels, str | os.PathLike):
        labels = read_labels(labels)
    if is_file:
        from vislib.model_file import ModelFileWarning, load_model_file

        source = load_model_file(source, trust, progress or no_progress)
        for note in source.notes:
            warnings.warn(note, ModelFileWarning, stacklevel=2)
    from vislib.loading.own_model import classifier_of

    return classifier_of(source, preprocess, labels, input_size)

"""`load_classifier`, which loads every classifier."""

import warnings
from collections.abc import Mapping
from typing import Any

from vislib.errors import ModelError, ParameterError, listed
from vislib.language import text
from vislib.loading.sources import is_model_file
from vislib.model.classifier import Classifier
from vislib.model.labels import labels_of
from vislib.model.preprocessing import CROPS, Preprocessing, check_preprocessing, preprocessing_named
from vislib.model.reading import Reading
from vislib.progress import Progress, no_progress
from vislib.tasks import Task, task_named


def load_classifier(
    source: Any,
    *,
    preprocess: Preprocessing | str | None = None,
    labels: Any = None,
    input_size: tuple[int, ...] | None = None,
    crop: str | None = None,
    task: Task | str | None = None,
    output: str | int | None = None,
    inputs: Mapping[str, Any] | str | None = None,
    unit: str = "",
    trust: bool = False,
    progress: Progress = no_progress,
) -> Classifier:
    """A classifier from the name of a built-in network, a model file, or a Keras model.

    A file may come from an unknown source. It is checked, then tried in a separate process with limits on memory and
    time, and only then loaded here. This is isolation, not a sandbox.

    Args:
        source: The name of a built-in network (see `vislib.models()`); the path or the bytes of a .keras or
            .h5 file; a `ModelFile` loaded before; or a built `keras.Model` that takes an image.
        preprocess: For a custom model, its preprocessing: a name from `PREPROCESSINGS`, the name of a family of
            keras.applications, or a `Preprocessing`. If left out, it is inferred from the model's Rescaling or
            Normalization layers.
        labels: For a custom model, a name for each class or output: a sequence, a mapping of number and name either
            way such as Keras's `class_indices`, or the path of a file that `read_labels` reads; numbers if left out.
        input_size: (height, width) in pixels, for a custom model that accepts any size or takes flat vectors; (height,
            width, channels) for a subclassed model that was never called.
        crop: How an image is fitted to a custom model's input: "stretch" (the whole image, as Keras's loaders do),
            "centre" (7/8 of the largest centred part of its shape), or "letterbox" (the whole image, black beside it).
            If left out, that of a given `Preprocessing`; else "stretch", but "centre" for 1,000 classes and a
            preprocessing named by a family, as ImageNet's networks have them.
        task: For a custom model, what it does: "classification", "binary", "multi-label", "regression",
            "segmentation" or "embedding". If left out, it is recognised from the final activation, the loss, or the
            outputs for random images; `classifier.network.head` says how. Where nothing shows it, the task is
            "unknown", and the outputs are shown as they are.
        output: For a custom model with several outputs, the name or the index of the one to explain.
        inputs: For a custom model with several inputs, the values of those that are no image, by name, the same for
            every image; or "zeros".
        unit: The unit of predicted numbers, such as "years".
        trust: Skips the separate process, for a file that you made yourself.
        progress: Called with (elapsed seconds, allowed seconds) while a file is tried; an exception that it raises
            cancels the loading.

    Raises:
        ModelError: If there is no such network, its weights cannot be read or downloaded, the file or the labels are
            refused, or the model cannot be used.
        ParameterError: If there is no such preprocessing, task, output or input, or the size is out of range.

    Example:
        >>> classifier = vislib.load_classifier("digits")
        >>> classifier.labels[:3], classifier.input_size
        (('0', '1', '2'), (28, 28))
    """
    from vislib import zoo

    is_file = is_model_file(source, zoo.models())
    if isinstance(source, str) and not is_file:
        given = (preprocess, labels, input_size, crop, task, output, inputs)
        if source in zoo.models() and (any(one is not None for one in given) or unit):
            raise ModelError(
                text(
                    "A built-in network has its own preprocessing, labels, input size, crop, task and unit; "
                    "leave these arguments out."
                )
            )
        return zoo.load(source)
    # The quick checks come before the loading, which takes seconds.
    if crop is not None and crop not in CROPS:
        raise ParameterError(text("`crop` must be one of {crops}; not {crop!r}.", crops=listed(CROPS), crop=crop))
    check_preprocessing(preprocess)
    is_named = isinstance(preprocess, str)
    if isinstance(preprocess, str):
        preprocess = preprocessing_named(preprocess)
    labels = None if labels is None else labels_of(labels)
    reading = Reading(None if task is None else task_named(task), output, inputs, unit=unit)
    if is_file:
        from vislib.model_file import ModelFileWarning, load_model_file

        source = load_model_file(source, trust, progress)
        for note in source.notes:
            warnings.warn(note, ModelFileWarning, stacklevel=2)
    from vislib.loading.own_model import classifier_of

    if crop is None and is_named and not _is_of_imagenet(source):
        crop = "stretch"  # a family's name says how colours are scaled, and no more, for a model with other classes
    return classifier_of(source, preprocess, labels, input_size, reading, crop)


def _is_of_imagenet(source: Any) -> bool:
    """Whether a model, or the model of a `ModelFile`, has 1,000 classes."""
    shape = getattr(getattr(source, "model", source), "output_shape", None)
    return isinstance(shape, tuple) and shape[-1] == 1000

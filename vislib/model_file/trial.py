"""Runs a model from a file once, whatever its inputs and outputs, to see that it can be used within the limits."""

from typing import Any

import numpy as np

from vislib.backend import keras
from vislib.graph.flatten import flatten, is_channels_first, usable_outputs
from vislib.graph.inputs import image_input, may_be_image, zeros_like
from vislib.images.arrays import MAX_BANDS
from vislib.model_file.sizes import check_graph

ANY_SIDE = 224
"""Side in pixels at which a model that accepts any size is tried."""


def try_model(model: keras.Model) -> None:
    """Checks the sizes of a model's layers and runs it once: an image of zeros, zeros for the other inputs.

    With several outputs, the first one that vislib can use; then the whole model. A model that vislib cannot use at all
    is not run: `load_classifier` refuses it with a better sentence.

    Raises:
        VislibError: If it takes too much, or vislib could not use it.
    """
    usable = next(iter(usable_outputs(model)), None)
    images = may_be_image(model.inputs or ())
    if usable is None or not images:
        return
    others = {tensor.name: zeros_like(tensor, ANY_SIDE) for tensor in model.inputs if tensor is not images[0]}
    length = images[0].shape[1]
    flat_size = (1, length) if len(images[0].shape) == 2 and length else None
    image = image_input(model.name, model.inputs, others, flat_size, is_channels_first(model))
    height, width, channels = image.shape
    if not 1 <= channels <= MAX_BANDS:
        return
    shape = (height or ANY_SIDE, width or ANY_SIDE, channels)
    graph = flatten(model, shape, output=usable, inputs=others)
    check_graph(graph)
    keras.Model(graph.input, graph.logits)(np.zeros((1, *shape), np.float32), training=False)
    if len(model.outputs) > 1:
        zeros: list[Any] = [zeros_like(tensor, ANY_SIDE)[None] for tensor in model.inputs]
        model(zeros if len(zeros) > 1 else zeros[0], training=False)

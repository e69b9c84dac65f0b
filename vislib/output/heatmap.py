"""The result of an explanation: raw numbers and how they were computed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vislib.images.fitting import Box
from vislib.targets.base import Target


@dataclass(frozen=True, eq=False)
class Heatmap:
    """How much each place of the network's input contributes to a target, such as the score of a class.

    `vislib.render` draws it.

    Attributes:
        values: (H, W) float32 at the input's resolution, not normalised.
        signed: Whether negative values mean evidence against the class.
        unit: What a value measures.
        method: The explainer's name.
        target: What is explained.
        class_index: The target's class; None if the target is not about a single class.
        label: The label of that class; if there is none, the target in words.
        explained: What is explained, in words: "logit of “tiger cat”".
        score: The value of the target for the whole image.
        layer: The layer whose feature maps the method uses, if it uses one.
        params: The explainer's parameters, with defaults filled in.
        seconds: Time taken.
        model: The classifier's key.
        box: The part of the original image that the map covers.
        image_size: (height, width) of the original image.
        details: Further arrays of the method, by name.
        notes: Sentences about this map to show beside it, such as what was left out or how exact it is.
        title: The explainer's name as people write it: "Grad-CAM".
        negligible: Whether the score hardly depends on the image, so that the values are rounding errors. Such a map is
            not drawn.

    Example:
        >>> heatmap = vislib.explain("grad-cam", classifier, image)
        >>> heatmap.values.shape, heatmap.label, heatmap.layer, heatmap.signed
        ((28, 28), '3', 'conv2_activation', False)
    """

    values: np.ndarray
    signed: bool
    unit: str
    method: str
    target: Target
    class_index: int | None
    label: str
    explained: str
    score: float
    layer: str | None
    params: Mapping[str, Any]
    seconds: float
    model: str
    box: Box
    image_size: tuple[int, int]
    details: Mapping[str, np.ndarray] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    title: str = ""
    negligible: bool = False

"""The result of an explanation: raw numbers and where they come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vislib.images.reading import Box
from vislib.targets.base import Target


@dataclass(frozen=True, eq=False)
class Heatmap:
    """How much each place of the network's input speaks for a target, such as the score of a class. `vislib.render` decides how it looks.

    Attributes:
        values: (H, W) float32 at the input's resolution, not normalised.
        signed: Whether negative values mean evidence against the class.
        unit: What a value is.
        method: The explainer's name.
        target: What is explained.
        class_index: Its class; None if the target is about no single class.
        label: The name of that class; without one, the target in words.
        explained: What is explained, in words: "logit of “tiger cat”".
        score: Its value for the whole image.
        layer: The layer looked at, for methods that look at one.
        params: The explainer's parameters, defaults filled in.
        seconds: Time taken.
        model: The classifier's key.
        box: The part of the original image that the map covers.
        image_size: (height, width) of the original image.
        details: Further arrays of the method, by name.
        notes: Sentences on this very map that belong beside it: what was left out, how exact it is.
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

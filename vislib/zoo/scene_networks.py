"""The networks for scenes of digits, trained here: one finds the digits, the other measures the tallest one."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from vislib.errors import ModelError, listed
from vislib.language import text
from vislib.model.reading import Reading
from vislib.tasks import Task
from vislib.training.networks import PREPROCESSING
from vislib.training.scenes import LABELS, SIZES, UNIT
from vislib.zoo.built_in import BuiltIn
from vislib.zoo.trained_here import with_weights

if TYPE_CHECKING:
    import keras

__all__ = ["PREPROCESSING", "SCENE_NETWORKS", "SceneNetwork", "load", "networks"]


@dataclass(frozen=True)
class SceneNetwork:
    """What a network for scenes of digits gives.

    Attributes:
        title: Its name in texts.
        line: One line on what it is.
        outputs: The names of its outputs: the class of each channel of the mask, or the quantities in their order.
        unit: The unit of the quantities; "" for classes.
    """

    title: str
    line: str
    outputs: tuple[str, ...]
    unit: str = ""


SCENE_NETWORKS: dict[str, SceneNetwork] = {
    "scene-segmentation": SceneNetwork(
        text("U-Net for scenes of digits"),
        text("segmentation: which digit is at each pixel of a 64 × 64 grey scene; trained here"),
        LABELS,
    ),
    "digit-size": SceneNetwork(
        text("CNN for the size of the tallest digit"),
        text("regression: height and width of the tallest digit in a 64 × 64 grey scene; trained here"),
        SIZES,
        UNIT,
    ),
}


def load(name: str) -> "keras.Model":
    """The network with the weights that come with vislib.

    Args:
        name: One of `SCENE_NETWORKS`.

    Returns:
        A model from (n, 64, 64, 1) in 0..1 (`PREPROCESSING`) to class probabilities at each pixel (n, 64, 64, 11), or
        to height and width in px (n, 2).

    Raises:
        ModelError: If there is no such network, or its weights are missing or damaged.
    """
    if name not in SCENE_NETWORKS:
        raise ModelError(
            text(
                "There is no network '{name}' for scenes of digits; there are: {names}.",
                name=name,
                names=listed(SCENE_NETWORKS),
            )
        )
    from vislib.training import scene_networks

    return with_weights(scene_networks.SCENE_NETWORKS[name](0), name, SCENE_NETWORKS[name].title)


def networks() -> list[BuiltIn]:
    """Both, as built-in networks."""
    return [
        BuiltIn(
            name,
            network.line,
            partial(load, name),
            partial(tuple, network.outputs),
            PREPROCESSING,
            Reading(task=Task.REGRESSION if network.unit else Task.SEGMENTATION, unit=network.unit),
        )
        for name, network in SCENE_NETWORKS.items()
    ]

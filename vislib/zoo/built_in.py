"""The description of a built-in network."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vislib.model.preprocessing import Preprocessing
from vislib.model.reading import AS_THE_MODEL_SAYS, Reading

if TYPE_CHECKING:
    import keras

_LABELS = Path(__file__).with_name("imagenet_labels.txt")


@dataclass(frozen=True)
class BuiltIn:
    """A network that can be loaded by name.

    Attributes:
        name: The name by which it is loaded.
        line: One line on what it is and whether loading it needs a download.
        load: Returns the Keras model with its weights; raises ModelError if the weights cannot be read or downloaded.
        labels: Returns the names of its classes or outputs.
        preprocessing: The preprocessing that it was trained with.
        reading: What the model itself does not say: the task of a regression, the unit of its numbers.
    """

    name: str
    line: str
    load: Callable[[], "keras.Model"]
    labels: Callable[[], tuple[str, ...]]
    preprocessing: Preprocessing
    reading: Reading = AS_THE_MODEL_SAYS


def imagenet_labels() -> tuple[str, ...]:
    """Names of the 1,000 classes of ImageNet (ILSVRC 2012), in the order of the class indices."""
    return tuple(_LABELS.read_text(encoding="utf-8").splitlines())

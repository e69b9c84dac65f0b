"""The networks that this project trained. Their weights are part of vislib, each with a model card."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from vislib.errors import ModelError
from vislib.language import text
from vislib.training.datasets import DATASETS
from vislib.training.networks import NETWORKS, PREPROCESSING, build
from vislib.zoo.built_in import BuiltIn

if TYPE_CHECKING:
    import keras

_WEIGHTS = Path(__file__).with_name("weights")


@dataclass(frozen=True)
class TrainedNetwork:
    """The classes of a network that this project trained, and one line on it."""

    labels: tuple[str, ...]
    line: str


TRAINED: dict[str, TrainedNetwork] = {
    "digits": TrainedNetwork(DATASETS["mnist"].labels, text("MNIST digits, 10 classes, 28 × 28 grey; trained here")),
    "cifar10": TrainedNetwork(DATASETS["cifar10"].labels, text("CIFAR-10, 10 classes, 32 × 32; trained here")),
}


def networks() -> list[BuiltIn]:
    """All of them as built-in networks."""
    return [
        BuiltIn(name, network.line, partial(load, name), partial(_labels, name), PREPROCESSING)
        for name, network in TRAINED.items()
    ]


def _labels(name: str) -> tuple[str, ...]:
    return TRAINED[name].labels


def card(name: str) -> str:
    """The model card of a network trained here, by name: data, training and test, as Markdown."""
    return (_WEIGHTS / f"{name}.md").read_text(encoding="utf-8")


def load(name: str) -> "keras.Model":
    """The network with the weights that come with vislib.

    Args:
        name: One of `TRAINED`.

    Raises:
        ModelError: If the weights are missing or are not those of this network.
    """
    return with_weights(build(name), name, NETWORKS[name].title)


def with_weights(model: "keras.Model", name: str, title: str) -> "keras.Model":
    """A network with its weights from the file <name>.weights.h5 that comes with vislib; `title` is for the error.

    Raises:
        ModelError: If the weights are missing or are not those of this network.
    """
    path = _WEIGHTS / f"{name}.weights.h5"
    try:
        model.load_weights(path)
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(
            text(
                "The weights of {name} cannot be read from {path}: the file is missing or damaged. Install "
                "vislib again.",
                name=title,
                path=path,
            )
        ) from error
    return model

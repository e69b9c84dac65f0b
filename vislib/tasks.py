"""Tasks: what the output of a network means, and how that is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from vislib.errors import ParameterError, listed
from vislib.language import Text, text


class Task(StrEnum):
    """What a network does."""

    CLASSIFICATION = "classification"
    """One class of several: probabilities that sum to 1."""
    BINARY = "binary"
    """One of two classes, by the probability of the second."""
    MULTI_LABEL = "multi-label"
    """A probability for each label, independent of the others."""
    REGRESSION = "regression"
    """Numbers."""
    SEGMENTATION = "segmentation"
    """A class for each pixel."""
    EMBEDDING = "embedding"
    """A vector; similar images have similar vectors."""
    UNKNOWN = "unknown"
    """Scores of classes or numbers: nothing in the model says which."""

    @property
    def has_classes(self) -> bool:
        """Whether the outputs are scores of classes, so that each has a probability."""
        return self not in (Task.REGRESSION, Task.EMBEDDING, Task.UNKNOWN)

    def in_words(self) -> Text:
        """Its name, for a sentence."""
        return _NAMES[self]


_NAMES = {
    Task.CLASSIFICATION: text("classification"),
    Task.BINARY: text("binary"),
    Task.MULTI_LABEL: text("multi-label"),
    Task.REGRESSION: text("regression"),
    Task.SEGMENTATION: text("segmentation"),
    Task.EMBEDDING: text("embedding"),
    Task.UNKNOWN: text("unknown"),
}


@dataclass(frozen=True)
class Head:
    """What the output of a network means.

    Attributes:
        task: The task.
        activation: The function that turns the network's last tensor into what it says: "softmax"; "sigmoid", for each
            unit; "exp", for a tensor of logarithms of probabilities; "" for values that are used as they are.
        reason: A sentence on how the task is known.
        probabilities_only: Whether the model gives probabilities and no logits, so that a probability is explained by
            default.
        given: Whether the task was given, or follows from the loss that was given.
        unsure: Whether the outputs may be probabilities, which only the outputs for some images can show.
    """

    task: Task
    activation: str
    reason: str
    probabilities_only: bool = False
    given: bool = False
    unsure: bool = False


def task_named(task: "Task | str") -> Task:
    """The task with this name.

    Raises:
        ParameterError: If there is no such task.
    """
    accepted = [each for each in Task if each is not Task.UNKNOWN]
    if task not in accepted:
        raise ParameterError(text("`task` must be one of {tasks}; not {task!r}.", tasks=listed(accepted), task=task))
    return Task(task)


def known_task(task: Task) -> Task | None:
    """The task to give for a model, so that it is read in the same way again; None for an unknown one."""
    return None if task is Task.UNKNOWN else task


# Names of losses, small and without "_".
_REGRESSION_LOSSES = frozenset(
    {
        *("meansquarederror", "meanabsoluteerror", "meanabsolutepercentageerror", "meansquaredlogarithmicerror"),
        *("mse", "mae", "mape", "msle", "huber", "huberloss", "logcosh", "poisson"),
    }
)
_CLASS_LOSSES = frozenset(
    {
        *("categoricalcrossentropy", "sparsecategoricalcrossentropy", "categoricalfocalcrossentropy"),
        *("categoricalhinge", "categoricalgeneralizedcrossentropy", "kldivergence", "kullbackleiblerdivergence"),
    }
)
_LABEL_LOSSES = ["binarycrossentropy", "binaryfocalcrossentropy"]
_MASK_LOSSES = ["dice", "tversky"]


def task_of_loss(loss: Any, n_units: int, is_map: bool) -> Task | None:
    """The task that a loss is made for; None if there is none, or the loss is not one of Keras's.

    Args:
        loss: The loss of one output: a name, a function, an object of `keras.losses`, or its configuration.
        n_units: Number of output units (at each place).
        is_map: Whether the output is a map (h, w, units).
    """
    name = loss_name(loss)
    if name in _REGRESSION_LOSSES:
        return Task.REGRESSION
    if is_map:
        return Task.SEGMENTATION if name in _CLASS_LOSSES.union(_LABEL_LOSSES, _MASK_LOSSES) else None
    if name in _CLASS_LOSSES:
        return Task.CLASSIFICATION if n_units > 1 else None
    if name in _LABEL_LOSSES:
        return Task.BINARY if n_units == 1 else Task.MULTI_LABEL
    return None


def loss_name(loss: Any) -> str:
    """The name of a loss, small and without "_": "meansquarederror"; "" if it has none."""
    if isinstance(loss, Mapping):
        loss = loss.get("class_name")
    name = loss if isinstance(loss, str) else getattr(loss, "name", None) or getattr(loss, "__name__", "")
    return str(name).lower().replace("_", "")


def loss_of_output(loss: Any, names: Sequence[str], index: int) -> Any:
    """The loss of one of a model's outputs.

    Args:
        loss: What the model was compiled with: one loss, or one for each output in a list or by name.
        names: The names of the outputs.
        index: Which output.
    """
    if isinstance(loss, list | tuple):
        return loss[index] if index < len(loss) else None
    if isinstance(loss, Mapping) and "class_name" not in loss:
        return loss.get(names[index]) if index < len(names) else None
    return loss

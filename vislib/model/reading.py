"""How a model is read, where the model itself does not say it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vislib.tasks import Task


@dataclass(frozen=True, eq=False)
class Reading:
    """What was given about a model.

    Attributes:
        task: What the network does; None to recognise it.
        output: The name or the index of one of several outputs.
        inputs: Values for the inputs that are no image, by name, or "zeros".
        loss: The loss that the model was trained with, if its file has one.
        unit: The unit of the predicted numbers.
    """

    task: Task | None = None
    output: str | int | None = None
    inputs: Mapping[str, Any] | str | None = field(default=None, repr=False)
    loss: Any = None
    unit: str = ""

    @property
    def of_network(self) -> dict[str, Any]:
        """The arguments that `Network` takes."""
        return {"task": self.task, "output": self.output, "inputs": self.inputs, "loss": self.loss}


AS_THE_MODEL_SAYS = Reading()
"""Nothing is given: all is recognised."""

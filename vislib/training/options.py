"""The options of a training, with the values that each accepts."""

from dataclasses import dataclass

from vislib.language import text
from vislib.parameters import check_parameters, parameter

OPTIMIZERS = ("adam", "sgd", "rmsprop")
SCHEDULES = ("constant", "cosine")


@dataclass(frozen=True)
class TrainingOptions:
    """How a network is trained; the same options and seed give the same weights on the same machine.

    Raises:
        ParameterError: If a value is not accepted.

    Example:
        >>> vislib.training.TrainingOptions(epochs=2, learning_rate=0.01).batch_size
        64
    """

    epochs: int = parameter(
        5, text("Epochs"), low=1, high=1000, help=text("How often the network sees every training image.")
    )
    batch_size: int = parameter(64, text("Batch size"), unit="images", low=1, high=4096)
    optimizer: str = parameter("adam", text("Optimiser"), choices=OPTIMIZERS)
    learning_rate: float = parameter(1e-3, text("Learning rate"), low=1e-7, high=100.0)
    schedule: str = parameter(
        "constant",
        text("Schedule"),
        choices=SCHEDULES,
        help=text("Cosine lowers the learning rate to 0 over the epochs."),
    )
    flip: bool = parameter(
        False, text("Mirror at random"), help=text("Exchanges left and right at random; not for digits.")
    )
    shift_px: int = parameter(0, text("Shift at random"), unit="px", low=0, high=64)
    validation_share: float = parameter(
        0.1,
        text("Validation share"),
        low=0.0,
        high=0.9,
        help=text("Share of the training images that are used to choose the best epoch."),
    )
    patience: int | None = parameter(
        None,
        text("Patience"),
        kind=int,
        unit="epochs",
        low=1,
        high=1000,
        help=text("Stops after this number of epochs without a better one."),
    )
    n_images: int | None = parameter(
        None,
        text("Training images"),
        kind=int,
        low=1,
        help=text("How many training images are used, drawn at random; all if left out."),
    )
    seed: int = parameter(0, text("Seed"), low=0, high=2**31 - 1)

    def __post_init__(self) -> None:
        check_parameters(self)

"""Networks to train, by name: with random weights, and layer shapes and parameter totals as published.

Every network takes values in 0..1 and ends in a softmax.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vislib.errors import ParameterError, listed
from vislib.language import text
from vislib.model.preprocessing import PREPROCESSINGS, Preprocessing

if TYPE_CHECKING:
    import keras

BATCH_NORMS = ("none", "before", "after")

PREPROCESSING: Preprocessing = PREPROCESSINGS["0..1"]
"""The preprocessing of these networks: the whole image, stretched to the input size, in 0..1."""


@dataclass(frozen=True)
class NetworkOptions:
    """Options of a network that can differ from its published form.

    Args:
        dropout: Whether to include its dropout layers; None as published.
        batch_norm: Batch normalization "before" or "after" each activation, or "none"; None as published.
        seed: Seed of the initial weights and of dropout.

    Example:
        >>> vislib.training.build("lenet5", options=vislib.training.NetworkOptions(seed=1)).name
        'lenet5'
    """

    dropout: bool | None = None
    batch_norm: str | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.dropout not in (None, True, False):
            raise ParameterError(text("`dropout` must be True or False; not {dropout!r}.", dropout=self.dropout))
        if self.batch_norm not in (None, *BATCH_NORMS):
            raise ParameterError(
                text(
                    "`batch_norm` must be one of {batch_norms}; not {batch_norm!r}.",
                    batch_norms=listed(BATCH_NORMS),
                    batch_norm=self.batch_norm,
                )
            )


@dataclass(frozen=True)
class NetworkRecipe:
    """A network that can be built by name, as published.

    Args:
        title: Its name in texts.
        input_shape: (height, width, channels).
        n_classes: The published number of classes.
        dataset: The data set that its source trains it on; "" if there is none here, so custom images are needed.
        dropout: Whether it has dropout.
        batch_norm: One of `BATCH_NORMS`.
    """

    title: str
    input_shape: tuple[int, int, int]
    n_classes: int
    dataset: str
    dropout: bool = False
    batch_norm: str = "none"


NETWORKS: dict[str, NetworkRecipe] = {
    "digits": NetworkRecipe(text("Digit CNN"), (28, 28, 1), 10, "mnist", dropout=True),
    "mnist-5x5": NetworkRecipe(text("MNIST CNN with 5 × 5 kernels"), (28, 28, 1), 10, "mnist"),
    "lenet5": NetworkRecipe("LeNet-5 (1998)", (32, 32, 1), 10, "mnist"),
    "cifar-small": NetworkRecipe(text("CIFAR net, small"), (32, 32, 3), 10, "cifar10"),
    "cifar10": NetworkRecipe(text("CIFAR net"), (32, 32, 3), 10, "cifar10", dropout=True, batch_norm="before"),
    "cifar-dense": NetworkRecipe(text("Fully connected baseline"), (32, 32, 3), 10, "cifar10"),
    "resnet18": NetworkRecipe("ResNet-18 (2015)", (224, 224, 3), 1000, "", batch_norm="before"),
    "resnet34": NetworkRecipe("ResNet-34 (2015)", (224, 224, 3), 1000, "", batch_norm="before"),
}


def network_recipe(name: str) -> NetworkRecipe:
    """The recipe of the network with this name.

    Raises:
        ParameterError: If there is no such network.
    """
    if name not in NETWORKS:
        raise ParameterError(
            text("There is no network '{name}' to train; there are: {networks}.", name=name, networks=listed(NETWORKS))
        )
    return NETWORKS[name]


def build(
    name: str,
    input_shape: tuple[int, int, int] | None = None,
    n_classes: int | None = None,
    options: NetworkOptions | None = None,
) -> "keras.Model":
    """The network with this name, with seeded random weights.

    Args:
        name: One of `NETWORKS`.
        input_shape: (height, width, channels); None for the published shape.
        n_classes: At least 2; None for the published number.
        options: Dropout, batch normalization and seed; None for the published ones and seed 0.

    Returns:
        A model from (n, height, width, channels) in 0..1 to class probabilities (n, n_classes).

    Raises:
        ParameterError: If there is no such network, the input is too small for it, or there are fewer than 2 classes.

    Example:
        >>> vislib.training.build("lenet5").count_params()
        61706
    """
    recipe = network_recipe(name)
    options = options or NetworkOptions()
    shape = recipe.input_shape if input_shape is None else input_shape
    classes = recipe.n_classes if n_classes is None else n_classes
    if classes < 2:
        raise ParameterError(
            text("{title} needs at least 2 classes; not {classes}.", title=recipe.title, classes=classes)
        )
    from vislib.training.architectures import ARCHITECTURES, Maker

    make = Maker(
        shape,
        recipe.dropout if options.dropout is None else options.dropout,
        recipe.batch_norm if options.batch_norm is None else options.batch_norm,
        options.seed,
    )
    try:
        ARCHITECTURES[name](make)
    except ValueError as error:
        size = " × ".join(map(str, shape))
        raise ParameterError(
            text("{title} cannot be built for an input of {size}: it is too small.", title=recipe.title, size=size)
        ) from error
    return make.model(name, classes)

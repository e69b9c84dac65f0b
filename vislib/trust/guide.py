"""Which method to use: questions that a person has, and the methods that answer each of them."""

from collections.abc import Callable
from dataclasses import dataclass

from vislib.attribution.base import AtLayer, Detail, Explainer, Family, methods
from vislib.language import text
from vislib.trust.measured_methods import Measured, measured

QUICK_SECONDS = 0.5
"""A method that takes less counts as quick."""


@dataclass(frozen=True)
class Aim:
    """Something that a person wants to know, and the methods that answer it.

    Attributes:
        title: The question, short.
        about: Which methods those are, one or two sentences.
        suits: Whether a method is one of them.
    """

    title: str
    about: str
    suits: Callable[[type[Explainer], Measured], bool]


CHANNELS = Aim(
    text("Which channels?"),
    text(
        "Methods that weigh the channels of a layer that you choose. The page Channels shows what each channel "
        "adds to the score, by gradient × activation or by relevance (LRP)."
    ),
    lambda method, found: issubclass(method, AtLayer) and method.class_discriminative,
)
AIMS = (
    Aim(
        text("Where is the evidence?"),
        text("Maps of regions: cells of a layer, patches, superpixels. They are coarse and easy to read."),
        lambda method, found: method.detail is Detail.REGIONS and method.class_discriminative,
    ),
    Aim(
        text("Which part for which class?"),
        text(
            "Methods that find the right half of a picture with a cat on the left and a cup of coffee on the "
            "right, and whose maps differ between classes."
        ),
        lambda method, found: all(each.follows_class and each.finds_class for each in found.checks.values()),
    ),
    Aim(
        text("What counts against the class?"),
        text("Maps with negative values, where the image lowers the score."),
        lambda method, found: method.signed,
    ),
    Aim(
        text("Which pixels?"),
        text("Maps with a value for each pixel. They are fine and noisy, and some of them show the image's edges."),
        lambda method, found: method.detail is Detail.PIXELS,
    ),
    CHANNELS,
    Aim(
        text("Without gradients"),
        text(
            "Methods that need the network's outputs and maps alone, so they also work where an operation has "
            "no gradient."
        ),
        lambda method, found: not method.needs_gradients,
    ),
    Aim(
        text("A quick answer"),
        text("Methods that take less than {seconds} seconds a map on two processor cores.", seconds=QUICK_SECONDS),
        lambda method, found: found.seconds < QUICK_SECONDS,
    ),
)
EVERY = Aim(
    text("All methods"), text("Every method, with the two baselines that explain nothing."), lambda method, found: True
)


def answering(aim: Aim) -> list[tuple[type[Explainer], Measured]]:
    """The methods that answer a question, those that fail fewest checks first, then those that find the class best.

    Baselines explain nothing, so they are listed only among all methods.
    """
    every = [(method, measured()[name]) for name, method in methods().items()]
    suited = [
        (method, found)
        for method, found in every
        if aim.suits(method, found) and (aim is EVERY or method.family is not Family.BASELINE)
    ]
    return sorted(suited, key=lambda row: (row[0].family is Family.BASELINE, row[1].n_failed, -row[1].own_half))

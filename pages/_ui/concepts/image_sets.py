"""The set of images in which concepts of a class are looked for."""

from dataclasses import dataclass

from pages._ui.shell import image_sets
from pages._ui.shell.context import Context
from pages._ui.shell.image_sets import ChosenSet
from pages._ui.widgets.choice import choose
from vislib.concepts.images import decides

_USE = ("Those that it takes for the class", "All of the set")


@dataclass(frozen=True)
class Chosen(ChosenSet):
    """The choice of images.

    Attributes:
        only_predicted: Whether only images count that the network takes for the class.
    """

    only_predicted: bool


def set_control(context: Context) -> Chosen | None:
    """Widgets for the images, for a row of settings; None until a zip is chosen."""
    chosen = image_sets.choose_set(context, "concepts", "A zip with pictures of the class")
    only_predicted = False
    if decides(context.classifier, context.target):
        usual = _USE[chosen.name == image_sets.SAMPLES]
        use = choose("Use", _USE, f"concepts_use {chosen.name}", usual, bind=None, width=280)
        only_predicted = use == _USE[0]
    waits = chosen.name == image_sets.ZIP and chosen.file is None
    return None if waits else Chosen(chosen.name, chosen.file, only_predicted)

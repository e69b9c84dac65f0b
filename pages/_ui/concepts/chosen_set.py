"""The set of images in which concepts of a class are looked for."""

from dataclasses import dataclass

from pages._ui.shell import images, sets
from pages._ui.shell.context import Context
from pages._ui.shell.sets import DATA, SAMPLES
from pages._ui.widgets.choice import choose
from vislib import training
from vislib.concepts.images import decides
from vislib.language import text, tr

_USE = (text("Those that it takes for the class"), text("All of the set"))


@dataclass(frozen=True)
class Chosen:
    """The choice of images, which are read only when they are needed.

    Attributes:
        images: The set.
        only_predicted: Whether only images count that the network takes for the class.
    """

    images: sets.Chosen
    only_predicted: bool


def set_control(context: Context) -> Chosen | None:
    """Widgets for the images, for a row of settings; None until a zip is chosen."""
    chosen = sets.set_control("concepts_of", default=_usual(context), zip_label=tr("A zip with pictures of the class"))
    only_predicted = False
    if decides(context.classifier, context.target):
        is_samples = chosen is not None and chosen.name == SAMPLES
        key = f"concepts_use {chosen.name if chosen else sets.ZIP}"
        use = choose(tr("Use"), _USE, key, _USE[is_samples], bind=None, width=280, format_func=tr)
        only_predicted = use == _USE[0]
    return None if chosen is None else Chosen(chosen, only_predicted)


def _usual(context: Context) -> str:
    """The set that suits the network: the data set on which it was trained, if it is at hand, or the samples."""
    samples = images.samples_for(context.model_name, context.classifier)
    data = "mnist" if samples == images.DIGITS else "cifar10" if context.model_name == "cifar10" else None
    if data is None or training.why_missing(data) is not None:
        return SAMPLES
    return DATA[data]

"""The set of images in which concepts of a class are looked for."""

import hashlib
from dataclasses import dataclass
from typing import Any

from pages._ui.shell import image_sets, images
from pages._ui.shell.chosen import path_expressions
from pages._ui.shell.context import Context
from pages._ui.shell.image_sets import CHOICES, DATA, SAMPLES, ZIP, data_name, zip_control
from pages._ui.widgets.choice import choose
from vislib import training
from vislib.concepts.images import decides
from vislib.images.sets import ImageSet

_USE = ("Those that it takes for the class", "All of the set")


@dataclass(frozen=True)
class Chosen:
    """The choice of images, which are read only when they are needed.

    Attributes:
        name: The choice in the list.
        file: The uploaded zip; None for another choice.
        only_predicted: Whether only images count that the network takes for the class.
    """

    name: str
    file: Any
    only_predicted: bool

    def images(self, context: Context) -> ImageSet:
        """The images.

        Raises:
            VislibError: If the data set is not there, or the zip is refused.
        """
        return image_sets.images_chosen(context, self.name, self.file)

    @property
    def identity(self) -> str:
        """A name of the set that no other set has, known before any image is read."""
        return self.name if self.file is None else hashlib.sha256(self.file.getvalue()).hexdigest()

    def code(self, context: Context) -> str:
        """The images in a script."""
        if self.name == SAMPLES:
            names = images.samples_for(context.model_name, context.classifier)
            return path_expressions(names)
        if self.file is not None:
            return repr(self.file.name)
        return repr(data_name(self.name))


def set_control(context: Context) -> Chosen | None:
    """Widgets for the images, for a row of settings; None until a zip is chosen."""
    usual = _usual(context)
    name = choose("Images", CHOICES, "concepts_of", usual, width=280)
    file = zip_control("A zip with pictures of the class", "concepts_zip") if name == ZIP else None
    only_predicted = False
    if decides(context.classifier, context.target):
        use = choose("Use", _USE, f"concepts_use {name}", _USE[name == SAMPLES], bind=None, width=280)
        only_predicted = use == _USE[0]
    return None if name == ZIP and file is None else Chosen(name, file, only_predicted)


def _usual(context: Context) -> str:
    """The set that suits the network: the data set on which it was trained, if it is at hand, or the samples."""
    samples = images.samples_for(context.model_name, context.classifier)
    data = "mnist" if samples == images.DIGITS else "cifar10" if context.model_name == "cifar10" else None
    if data is None or training.why_missing(data) is not None:
        return SAMPLES
    return DATA[data]

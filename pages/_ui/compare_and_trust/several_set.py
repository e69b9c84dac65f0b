"""The set of images on which verdicts rest: samples, the images of this user, a data set at hand, a zip."""

from dataclasses import dataclass
from typing import Any

from pages._ui.shell import images
from pages._ui.shell.chosen import path_expressions
from pages._ui.shell.context import Context, image_names
from pages._ui.shell.image_sets import CHOICES, SAMPLES, ZIP, data_name, images_chosen, zip_control
from pages._ui.widgets.choice import choose
from vislib.images.sets import ArrayImages, ImageSet

LISTED = "Sample images and yours"


@dataclass(frozen=True)
class ChosenSet:
    """The choice of images, which are read only when they are needed; `file` is the uploaded zip, if there is one."""

    name: str
    file: Any

    @property
    def waits(self) -> bool:
        """Whether there is no zip yet."""
        return self.name == ZIP and self.file is None

    def images(self, context: Context) -> ImageSet:
        """The images. Raises VislibError if the data set is not there, or the zip is refused."""
        if self.name == LISTED:
            names = image_names(context)
            return ArrayImages([images.image_named(name) for name in names], "the sample images and yours", names)
        return images_chosen(context, self.name, self.file)

    def code(self, context: Context) -> str:
        """The images in a script."""
        if self.name == SAMPLES:
            names = images.samples_for(context.model_name, context.classifier)
            return path_expressions(names)
        if self.name == LISTED:
            return path_expressions(image_names(context))
        return repr(data_name(self.name) if self.file is None else self.file.name)


def choose_set(context: Context) -> ChosenSet:
    """Widgets for the images, for a row of settings."""
    own = len(image_names(context)) > len(images.samples_for(context.model_name, context.classifier))
    names = [LISTED, *CHOICES] if own else list(CHOICES)
    name = choose("Images", names, "several_of", width=280)
    return ChosenSet(name, zip_control("A zip with pictures", "several_zip") if name == ZIP else None)

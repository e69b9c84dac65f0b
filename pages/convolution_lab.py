"""Convolution lab: a kernel on the image, with every setting and every number."""

from pages._ui.convolution_lab import calculators, comparisons, lab, lab_layer
from pages._ui.shell.context import context
from vislib.language import tr

here = context(
    tr("Convolution lab"),
    tr("A kernel on your image: change every setting, and read every number."),
    pictures_only=True,
)

layer = lab_layer.controls()
lab.show(here, layer)
lab.steps(here, layer)
comparisons.show(here, layer)
calculators.layer()
calculators.receptive_fields()
calculators.activation_functions()

"""Saliency: the pixels to which the score reacts, by every gradient method."""

from pages._ui.results import explain, per_class, second_opinion
from pages._ui.results.look import look_controls
from pages._ui.shell import style
from pages._ui.shell.context import context

here = context("Saliency", "Which pixels the score reacts to.", needs_maps=False)
names = explain.of_family(here, "gradient")

with style.settings_row():
    look = look_controls(signed=False, clip=0.01)
    explainers = explain.settings(here, names)
explain.grid(here, explainers, look, "saliency", with_image=True)
second_opinion.show(here, explainers, look)
per_class.show(here, explainers[0], look)
explain.about(names)

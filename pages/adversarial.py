"""Adversarial: a picture a few grey levels from the image that the network takes for something else."""

import streamlit as st

import vislib
from pages._ui.adversarial import about, attack, maps
from pages._ui.results import explain
from pages._ui.results.look import look_controls
from pages._ui.shell import style
from pages._ui.shell.context import context
from pages._ui.widgets.choice import choose
from vislib.language import tr

here = context(
    tr("Adversarial"),
    tr("A picture that looks the same, and that the network takes for something else."),
    needs_maps=False,
    pictures_only=True,
)
names = explain.at_once(here)

with style.settings_row():
    chosen = attack.controls(here)
    name = choose(
        tr("Explained by"),
        names,
        "adversarial_by",
        "grad-cam",
        width=200,
        format_func=lambda name: tr(vislib.methods()[name].title),
    )
    look = look_controls(signed=False)
found = attack.show(here, chosen)
if found is not None:
    st.header(tr("The explanation before and after"), anchor=False)
    maps.show(here, found, name, look)
about.show()

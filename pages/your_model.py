"""Your model: a Keras model from a file, checked and then used on every page."""

import functools

import streamlit as st

from pages._ui.shell import models, style
from pages._ui.shell.context import context
from pages._ui.your_model import facts, model_settings, task_settings, upload
from vislib.language import tr

here = context(tr("Your model"), tr("Load your own Keras model, and use it on every page."), needs_maps=False)
own = models.user_models().get(here.model_name)
uploaded = own.upload if own else None

# First, so that on a phone they are not below the settings.
upload.ask_for_inputs()
if uploaded:
    task_settings.question(here.model_name, here.classifier, model_settings.use_task)

controls, main = style.two_columns(1, 3)
with controls:
    upload.upload_control()
    model_settings.show_refused()
    if own:
        st.button(
            tr("Remove this model"),
            icon=":material/delete:",
            on_click=models.remove,
            args=(here.model_name,),
            help=tr("It leaves the list of models; the default network is used from now on."),
        )
    if uploaded:
        model_settings.controls(here.model_name, uploaded, here.classifier)
with main:
    facts.facts(here, task_settings.reason(uploaded, here.classifier))
    use = functools.partial(model_settings.use_preprocessing, here.model_name) if uploaded else None
    facts.by_preprocessing(here, use)
facts.layers(here)

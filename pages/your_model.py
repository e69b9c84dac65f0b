"""Your model: a Keras model from a file, checked, understood, and then used on every page."""

import streamlit as st

from pages._ui import models, own_model, own_model_facts
from pages._ui.context import context

here = context("Your model", "Load a Keras model of your own, and use it on every page.", needs_maps=False)

controls, shown = st.columns([1, 2], gap="large")
with controls:
    own_model.take_file()
    own_model.say_refused()
    own = models.own_models().get(here.model_name)
    if own and own.upload:
        own_model.settings(here.model_name, own.upload)
with shown:
    own_model_facts.facts(here)
    own_model_facts.by_preprocessing(here)
own_model_facts.layers(here)

"""Your model: a Keras model from a file, checked, understood, and then used on every page."""

import functools

import streamlit as st

from pages._ui import models, own_model, own_model_facts
from pages._ui.context import context

here = context("Your model", "Load a Keras model of your own, and use it on every page.", needs_maps=False)
own = models.own_models().get(here.model_name)
uploaded = own.upload if own else None

controls, shown = st.columns([1, 3], gap="large")
with controls:
    own_model.take_file()
    own_model.say_refused()
    if uploaded:
        own_model.settings(here.model_name, uploaded)
with shown:
    own_model_facts.facts(here)
    use = functools.partial(own_model.use_preprocessing, here.model_name) if uploaded else None
    own_model_facts.by_preprocessing(here, use)
own_model_facts.layers(here)

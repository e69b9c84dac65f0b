"""A select box whose options change: the choice stays while it is an option, and is forgotten otherwise."""

import pytest
from streamlit.testing.v1 import AppTest

SCRIPT = """
import streamlit as st
from pages._ui.widgets.choice import choose
choose("Layer", st.session_state.get("options", ["conv1", "conv2", "conv3"]), "layer", "conv2", bind=None)
"""


@pytest.fixture
def page() -> AppTest:
    return AppTest.from_string(SCRIPT, default_timeout=20).run()


def test_default_chosen_at_first(page):
    assert page.selectbox(key="layer").value == "conv2"


def test_choice_kept_while_it_is_an_option(page):
    page.selectbox(key="layer").select("conv3").run()
    page.session_state["options"] = ["conv3", "conv4"]
    assert page.run().selectbox(key="layer").value == "conv3"


def test_choice_that_is_no_option_forgotten(page):
    page.selectbox(key="layer").select("conv3").run()
    page.session_state["options"] = ["conv1", "conv2"]
    assert page.run().selectbox(key="layer").value == "conv2"
    page.session_state["options"] = ["dense"]
    assert page.run().selectbox(key="layer").value == "dense", "the default is no option"
    assert not page.exception

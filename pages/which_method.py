"""Which method should I use: what a person wants to know, the methods that answer it, and what is known of each."""

import streamlit as st

from pages._ui.shell import style
from pages._ui.which_method import view
from vislib.language import tr
from vislib.trust import guide

style.start(
    tr("Which method should I use?"),
    tr(
        "Choose what you want to know. A click on a method opens it for the network and the image that you have chosen."
    ),
)
every = {aim.title: aim for aim in (*guide.AIMS, guide.EVERY)}
title = st.pills(
    tr("What do you want to know?"),
    list(every),
    default=guide.AIMS[0].title,
    required=True,
    key="aim",
    bind="query-params",
    wrap=True,
    format_func=tr,
)
view.show(every[title])
view.figures(every[title])

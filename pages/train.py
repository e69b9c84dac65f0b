"""Train: a network learns from real images, and is then used on every page."""

import streamlit as st

from pages._ui import style, training

style.start("Train", "A network learns from real images while you watch; then use it on every page.")

shown, controls = st.columns([3, 1], gap="large")
with controls:
    plan = training.plan_controls()
with shown:
    if plan is not None:
        training.train(plan)
    runs = training.finished_runs()
    if runs:
        training.show_runs(runs)
    else:
        training.show_shipped()

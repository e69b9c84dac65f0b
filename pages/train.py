"""Train: a network learns from real images, and is then used on every page."""

import streamlit as st

from pages._ui import style, train_plan, train_results, training

style.start("Train", "A network learns from real images while you watch; then use it on every page.")

shown, controls = st.columns([3, 1], gap="large")
with controls:
    plan = train_plan.plan_controls()
with shown:
    if plan is not None:
        training.train(plan)
    runs = training.finished_runs()
    if runs:
        train_results.show_runs(runs)
    else:
        train_results.show_shipped()

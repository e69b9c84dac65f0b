"""Train: a network learns from real images; then every page can use it."""

import streamlit as st

from pages._ui.shell import style
from pages._ui.train import plan, results, run

style.start("Train", "A network learns from real images while you watch; then use it on every page.")

main, controls = st.columns([3, 1], gap="large")
with controls:
    chosen = plan.plan_controls()
with main:
    if chosen is not None:
        run.train(chosen)
    runs = run.finished_runs()
    if runs:
        results.show_runs(runs)
    else:
        results.show_shipped()

"""Train: a network learns from real images; then every page can use it."""

import streamlit as st

from pages._ui.shell import style
from pages._ui.train import own_digit, plan, results, run
from vislib.language import tr

style.start(
    tr("Train"),
    tr("A network learns from real images while you watch; then use it on every page."),
    busy=plan.is_starting(),  # another language would end the training, as any rerun of the page does
)

with st.container():
    chosen = plan.plan_controls(run.stop)
    own_digit.show(disabled=chosen is not None)
if chosen is not None or run.is_open():
    # It takes the place of the results, which would else stay below the training, faded.
    st.empty()
with st.container():
    if chosen is not None:
        run.train(chosen)
    run.settle()
    run.show_refused()
    runs = run.finished_runs()
    if runs:
        results.show_runs(runs)
    else:
        results.show_shipped()

"""Architectures: the famous networks and the loaded one side by side, and one of them in detail."""

import streamlit as st

from pages._ui.architectures import comparison, views
from pages._ui.shell.context import context
from pages._ui.widgets.choice import choose
from vislib.language import tr
from vislib.lessons.architectures import ARCHITECTURES

here = context(tr("Architectures"), tr("The famous networks beside yours: what each introduced, and what it costs."))
names = [*ARCHITECTURES, views.LOADED]
chosen = st.multiselect(
    tr("Networks"),
    names,
    views.DEFAULTS,
    key="networks",
    bind="query-params",
    format_func=lambda name: views.title(here, name),
)
tables = views.tables(here, chosen)
if not tables:
    st.info(tr("Choose at least one network above."))
    st.stop()
comparison.chart(here, tables)
comparison.summary(here, tables)
st.header(tr("One of them"), anchor=False)
shown = list(tables)
one = choose(
    tr("Network"),
    shown,
    "one_network",
    shown[len(shown) // 2],
    bind=None,
    format_func=lambda name: views.title(here, name),
)
views.detail(here, one, tables[one])

"""The methods that answer a question, as a table whose rows open their pages, and the figures behind it."""

from typing import Any

import pandas as pd
import streamlit as st

import vislib
from pages._ui.results import picture
from pages._ui.shell import address
from pages._ui.which_method.method_table import Row, method_table
from pages._ui.widgets.tables import two_decimals, typeset
from vislib.attribution.base import Family
from vislib.language import sentences, text, tr
from vislib.trust import guide
from vislib.trust.guide import Aim
from vislib.trust.measured_methods import ABOUT, Measured

_OPENED = "method to open"
_PAGES = {
    Family.GRADIENT: "pages/saliency.py",
    Family.CLASS_ACTIVATION: "pages/class_activation.py",
    Family.PERTURBATION: "pages/occlusion.py",
    Family.BASELINE: "pages/compare_and_trust.py",
}


def show(aim: Aim) -> None:
    """The table, and the way to the page of the method that a person clicked."""
    rows = guide.answering(aim)
    n_passed = sum(not found.n_failed for _, found in rows)
    picture.caption(
        tr("{n} methods; {n_passed} pass every sanity check", n=len(rows), n_passed=n_passed),
        tr(
            sentences(
                aim.about, text("First are those that fail fewest checks; of these, those that find the class best.")
            )
        ),
    )
    if aim is guide.CHANNELS and st.button(tr("Open Channels"), icon=":material/arrow_forward:", key="open channels"):
        address.open_page("pages/channels.py")
    method_table([_row(*row) for row in rows], "method_table", tr("Methods: {aim}", aim=aim.title), _ask)
    if (name := st.session_state.pop(_OPENED, None)) is not None:
        _open(name)


def figures(aim: Aim) -> None:
    """What the verdicts rest on."""
    with st.expander(tr("What was measured")):
        st.markdown(tr(ABOUT))
        table = pd.DataFrame(
            {"Method": method.title, "Network": network, **checks.in_figures()}
            for method, found in guide.answering(aim)
            for network, checks in found.checks.items()
        )
        numbers: dict[str, Any] = {
            name: st.column_config.NumberColumn(tr(name))
            for _, found in guide.answering(aim)
            for checks in found.checks.values()
            for name in checks.in_figures()
        }
        names: dict[str, Any] = {
            "Method": st.column_config.Column(tr("Method"), pinned=True),
            "Network": st.column_config.Column(tr("Network")),
        }
        shown = typeset(table, dict.fromkeys(numbers, two_decimals))
        st.dataframe(shown, hide_index=True, column_config={**names, **numbers})


def _row(method: type[vislib.Explainer], found: Measured) -> Row:
    facts = (method.class_discriminative, method.signed, method.needs_gradients)
    return Row(
        method.name,
        method.title,
        tr(method.question),
        f"{found.seconds:.2g}",
        [tr("yes") if each else tr("no") for each in facts],
        [(good, tr(verdict)) for good, verdict in found.verdicts()],
        tr(method.caveat),
        method.reference,
    )


def _ask(name: str) -> None:
    st.session_state[_OPENED] = name


def _open(name: str) -> None:
    """Opens the page that shows the method."""
    method = vislib.methods()[name]
    page = _PAGES[method.family]
    if method.family is Family.CLASS_ACTIVATION:
        address.open_page(page, {"cam": method.title}, cam=name)
    address.open_page(page)

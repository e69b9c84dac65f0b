"""Starting from a heatmap: the places where it is highest are covered at a click."""

import streamlit as st

import vislib
from pages._ui.results import explain
from pages._ui.results.look import Look
from pages._ui.shell import style
from pages._ui.shell.context import Context
from pages._ui.what_if import fills, history
from pages._ui.what_if.history import History
from pages._ui.widgets.choice import choose
from vislib.edits import FILLS, Cover, Edit
from vislib.language import text, tr

_HELP = text("Slow methods are computed when they are chosen, with a Stop button.")


def show(context: Context, past: History, edits: tuple[Edit, ...]) -> None:
    """The map of the image before the edits, and a button that covers its highest part.

    Args:
        context: The page's context.
        past: What was done.
        edits: All edits; the map is that of the image without them.
    """
    with style.settings_row("_heatmap"):
        method = method_control(context)
        share = st.slider(
            tr("Cover the highest (%)"), 1, 90, 10, 1, key="what_if.share", bind="query-params", width=260
        )
        fill = choose(tr("Fill"), FILLS, "what_if.map_fill", width=140, format_func=fills.title)
    place, said = st.columns([2, 3], gap="large")
    with place:
        heatmap = explain.show(context, method, Look(), tr("Of the image before the edits."))
    if heatmap is None:
        return
    with said:
        st.markdown(
            tr(
                "If the map shows what {subject} rests on, the answer changes more when its highest places are "
                "covered than when as much is covered elsewhere.",
                subject=context.subject,
            )
        )
        st.button(
            tr("Cover the highest {share} %", share=share),
            icon=":material/layers:",
            key="what_if_cover",
            type="primary",
            on_click=lambda: history.add(past, [Cover.top(heatmap, share / 100, fill)]),
        )


def method_control(context: Context, key: str = "what_if.method") -> vislib.Explainer:
    """The choice of a method by its title."""
    methods = {name: vislib.methods()[name] for name in explain.of_family(context, *explain.FAMILIES)}
    usual = "grad-cam" if context.classifier.network.map_layers else "saliency"
    name = choose(
        tr("Heatmap"),
        list(methods),
        key,
        usual,
        width=240,
        help=tr(_HELP),
        format_func=lambda name: methods[name].title,
    )
    return methods[name]().resolved(context.classifier)

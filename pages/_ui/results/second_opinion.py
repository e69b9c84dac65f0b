"""A second opinion on a page: the map of tf-keras-vis beside ours, on request, with the difference in figures."""

import html
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

import vislib
from pages._ui.results import picture, snippets
from pages._ui.results.look import Look
from pages._ui.server import work
from pages._ui.shell.context import Context
from pages._ui.widgets.text import plain
from vislib import opinion
from vislib.language import Text, listing, text, tr
from vislib.progress import Progress

_ABOUT = text(
    "tf-keras-vis is an independent implementation. It computes the same on the same network and layer; nothing is "
    "computed until you switch this on."
)


def wanted(key: str) -> bool:
    """The switch."""
    return st.toggle(tr("Second opinion"), key=key, bind="query-params", help=tr(_ABOUT))


def show(context: Context, explainers: Sequence[vislib.Explainer], look: Look) -> None:
    """The switch, a choice among the methods that both have, and both maps."""
    if not wanted("second_opinion"):
        return
    both = [one for one in explainers if one.name in opinion.MAPS]
    titles = [vislib.methods()[name].title for name in opinion.MAPS]
    if not both:
        st.caption(
            tr(
                "tf-keras-vis has no {method}. It has {methods}.",
                method=explainers[0].title,
                methods=listing(titles, "plain"),
            )
        )
        return
    explainer = both[0]
    if len(both) > 1:
        chosen = st.segmented_control(
            tr("Method that both have"),
            [one.name for one in both],
            default=both[0].name,
            key="second_opinion_on",
            bind="query-params",
            required=True,
            format_func=lambda name: tr(vislib.methods()[name].title),
        )
        explainer = next(one for one in both if one.name == chosen)

    def compute(progress: Progress) -> vislib.SecondOpinion:
        ours = work.found(context.key(explainer, context.target_key))
        if ours is None:
            ours = explainer.explain(context.classifier, context.image, context.target, keep_image=False)
        return opinion.second_opinion_on(ours, context.classifier, context.image, progress)

    key = context.key("second opinion", explainer, context.target_key)
    found = run(key, tr("{method} by tf-keras-vis", method=explainer.title), compute)
    if found is not None:
        _side_by_side(context, found, look.suited(explainer.signed))


def run(key: tuple, what: str, compute) -> vislib.SecondOpinion | None:
    """The second opinion, cached; None if the user stopped it or it is refused, which is said."""
    try:
        return work.run(key, what, compute, resume_label=tr("Start again"), kind="second opinion")
    except vislib.VislibError as error:
        st.info(plain(str(error)))
        return None


def _side_by_side(context: Context, found: vislib.SecondOpinion, look: Look) -> None:
    assert isinstance(found.ours, vislib.Heatmap)
    look = replace(look, scale=look.scale_of(found.ours)) if found.same_number else replace(look, relative=True)
    ours, theirs, difference = st.columns(3)
    for column, heatmap, name in ((ours, found.ours, "vislib"), (theirs, found.heatmap, "tf-keras-vis")):
        with column:
            picture.drawn(
                context,
                heatmap,
                look,
                tr(
                    "By {package}: {picture}",
                    package=name,
                    picture=picture.described(context, heatmap),
                ),
            )
            picture.caption(name, f"{heatmap.seconds:.1f} s")
    with difference:
        say(
            found,
            None if found.same_number else text("The numbers have no common unit, so each map has its own scale."),
        )
        with st.popover("Python", icon=":material/code:"):
            st.code(snippets.second_opinion(context, found.ours), language="python")


def say(found: vislib.SecondOpinion, note: Text | None = None) -> None:
    """The difference in figures, its reasons, and what tf-keras-vis would do by itself."""
    st.html(f"<div class='v-verdict'><b>{html.escape(tr(found.in_words()))}</b>{_listed(found.reasons)}</div>")
    if note:
        st.caption(tr(note))
    if found.by_itself:
        title = tr("Called by itself on this model, tf-keras-vis does otherwise")
        st.html(f"<div class='v-verdict'><b>{title}</b>{_listed(found.by_itself)}</div>")


def _listed(reasons: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{html.escape(tr(each))}</li>' for each in reasons)}</ul>" if reasons else ""

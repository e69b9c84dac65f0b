"""Glossary: the terms of the field in plain words."""

import streamlit as st

from pages._ui.shell import style
from pages._ui.widgets.text import plain
from vislib.language import Text, tr
from vislib.lessons.glossary import TERMS

style.start(
    tr("Glossary"),
    tr("The terms of the field in plain words. On the other pages, point at a dotted word or tap it."),
)
words = st.text_input(tr("Search"), key="glossary_search", placeholder=tr("a word")).strip().lower()


def entry(term: Text) -> str:
    """The term as Markdown, with the English word behind a translated one, and its meaning."""
    said = tr(term)
    english = "" if said == term else f" ({plain(term)})"
    return f"**{plain(said)}**{english}  \n{plain(tr(TERMS[term]))}"


found = [term for term, meaning in TERMS.items() if words in f"{tr(term)} {tr(meaning)} {term} {meaning}".lower()]
if not found:
    st.info(tr("No term contains “{words}”; clear the search to see all {n:,}.", words=plain(words), n=len(TERMS)))
middle = -(-len(found) // 2)
for column, half in zip(st.columns(2, gap="large"), (found[:middle], found[middle:]), strict=True):
    with column:
        for term in half:
            st.markdown(entry(term))

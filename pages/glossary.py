"""Glossary: the terms of the field in plain words."""

import streamlit as st

from pages._ui.shell import style
from pages._ui.widgets.text import plain
from vislib.lessons.glossary import TERMS

style.start("Glossary", "The terms of the field in plain words. On the other pages, point at a dotted word or tap it.")
words = st.text_input("Search", key="glossary_search", placeholder="a word").strip().lower()
found = {term: text for term, text in TERMS.items() if words in f"{term} {text}".lower()}
if not found:
    st.info(f"No term contains “{plain(words)}”; clear the search to see all {len(TERMS)}.")
for column, half in zip(st.columns(2, gap="large"), (0, 1), strict=True):
    with column:
        entries = list(found.items())
        middle = -(-len(entries) // 2)
        for term, text in entries[half * middle : (half + 1) * middle]:
            st.markdown(f"**{plain(term)}**  \n{plain(text)}")

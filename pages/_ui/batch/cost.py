"""What a large batch costs, before it starts."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages._ui.server import work
from pages._ui.shell.context import Context
from pages._ui.widgets.text import plain
from vislib.batch import estimate
from vislib.images.sources import Source
from vislib.language import sentences, text, tr

AT_ONCE = 500
"""A batch of more images says what it costs and waits for a click."""


def agreed(here: Context, source: Source, methods: Sequence[str], further: Mapping[str, Any], key: tuple) -> bool:
    """Whether to compute a batch that is not finished: a small one, or one whose cost was shown and accepted."""
    accepted: set[tuple] = st.session_state.setdefault("batch accepted", set())
    if len(source) <= AT_ONCE or key in accepted:
        return True
    found = work.run(
        (*key, "cost"),
        text("Trying a few images"),
        lambda progress: estimate(here.classifier, source, methods, features=True, progress=progress, **further),
        kind="cost of a batch",
    )
    if found is not None:
        after = text(
            "The report and the map follow. Other people's computations wait meanwhile; you can stop it and go on."
        )
        st.info(plain(tr(sentences(found.in_words(), after))))
        st.button(
            tr("Explain {n:,} images", n=len(source)),
            key="explain all",
            icon=":material/play_arrow:",
            on_click=accepted.add,
            args=(key,),
        )
    return False

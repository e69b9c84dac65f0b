"""What covers pixels in deletion and from what insertion starts: a choice, as the order of methods depends on it."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from pages._ui.widgets.choice import choose
from vislib.attribution.fills import FILLS
from vislib.language import text, tr

IN_WORDS = {
    "grey": text("grey"),
    "mean": text("the image's mean colour"),
    "blur": text("the blurred image"),
    "noise": text("noise"),
}
_OF_INSERTION = ("blur", *(fill for fill in FILLS if fill != "blur"))


@dataclass(frozen=True)
class Fills:
    """The fills of deletion and insertion, two of `vislib.attribution.fills.FILLS`."""

    deletion: str = "grey"
    insertion: str = "blur"

    @property
    def given(self) -> dict[str, Any]:
        """Arguments of `vislib.trust.measure`."""
        return {"deletion_fill": self.deletion, "insertion_fill": self.insertion}

    @property
    def changed(self) -> dict[str, Any]:
        """Those of them that differ from the usual ones."""
        usual = Fills().given
        return {name: fill for name, fill in self.given.items() if fill != usual[name]}


def control() -> Fills:
    """Two choices behind a button."""
    with st.popover(tr("Measures"), icon=":material/straighten:"):
        deletion = choose(tr("Deletion covers pixels with"), FILLS, "deletion_fill", format_func=_in_words)
        insertion = choose(tr("Insertion starts from"), _OF_INSERTION, "insertion_fill", format_func=_in_words)
        st.caption(
            tr("The usual fills are grey and the blurred image. With another fill the measures are computed again.")
        )
    return Fills(deletion, insertion)


def _in_words(fill: str) -> str:
    return tr(IN_WORDS[fill])

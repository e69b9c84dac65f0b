"""What covers pixels in deletion and from what insertion starts: a choice, as the order of methods depends on it."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from pages._ui.widgets.choice import choose
from vislib.attribution.fills import FILLS

IN_WORDS = {"grey": "grey", "mean": "the image's mean colour", "blur": "the blurred image", "noise": "noise"}
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
    with st.popover("Measures", icon=":material/straighten:"):
        deletion = choose("Deletion covers pixels with", FILLS, "deletion_fill", format_func=IN_WORDS.__getitem__)
        insertion = choose("Insertion starts from", _OF_INSERTION, "insertion_fill", format_func=IN_WORDS.__getitem__)
        st.caption("The usual fills are grey and the blurred image. With another fill the measures are computed again.")
    return Fills(deletion, insertion)

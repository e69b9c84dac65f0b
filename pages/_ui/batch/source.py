"""Which images a batch is of, or which earlier batch is opened again."""

import streamlit as st

from pages._ui.shell import sets
from pages._ui.shell.context import Context
from vislib.images.sources import Source
from vislib.language import text, tr

MOST_IMAGES = 10_000
"""More images would block the server for other users too long."""
_OTHERWISE = text(
    "For more, use the command line, which continues after an interruption: python -m vislib batch FOLDER --out DIR."
)


def source_control(here: Context) -> sets.Chosen | None:
    """Widgets for the images: these, or the choice of an earlier batch; None until images are chosen. The page ends
    here until an earlier batch is chosen.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        of_classes = tr("A zip with one folder per class, or with images only")
        has_classes = here.classifier.task.has_classes
        chosen = sets.set_control(
            "batch_of", zip_label=of_classes if has_classes else tr("A zip of images"), further=(sets.BATCH,)
        )
    if chosen is None:
        if st.session_state["batch_of"] == sets.BATCH:
            sets.show_missing("batch_of")
            st.stop()
        return None
    return chosen


def images_of(here: Context, chosen: sets.Chosen) -> Source:
    """The images of a set that is no batch.

    Raises:
        VislibError: If a zip or folder is refused, or there are more images than the page takes.
    """
    return chosen.images(here, MOST_IMAGES, _OTHERWISE)

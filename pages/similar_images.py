"""Similar images: has the network seen such an image? The nearest ones of a set, by its penultimate layer."""

import streamlit as st

from pages._ui.shell import sets, style
from pages._ui.shell.context import context
from pages._ui.similar_images import about, nearest
from vislib.language import tr

here = context(
    tr("Similar images"),
    tr("Has the network seen such an image? The nearest ones, as the network sees them."),
    needs_maps=False,
    pictures_only=True,
)
with style.settings_row():
    zip_label = tr("A zip with one folder per class, or with images only")
    chosen = sets.set_control("similar_among", tr("Among"), zip_label=zip_label, further=(sets.BATCH,))
    n = st.slider(tr("Of each kind"), 2, 30, 10, key="n_similar", bind="query-params", width=200)
nearest.show(here, chosen, n)
about.show()

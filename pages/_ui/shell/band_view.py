"""An image of bands at the top of the page: chosen bands as a picture, and each band in numbers."""

import numpy as np
import streamlit as st
from PIL import Image

from pages._ui.widgets.inline_image import show_image
from vislib.images import bands
from vislib.language import listing, tr

_COLORMAPS = ("gray", "viridis", "magma")


def show(image: np.ndarray, name: str) -> None:
    """Draws three chosen bands, or one with a colormap, and a table of statistics.

    Args:
        image: (H, W, bands).
        name: The image's name.
    """
    n_bands = image.shape[2]
    with st.expander(tr("Its {n} bands", n=n_bands), icon=":material/layers:"):
        first = [0, 1, 2] if n_bands >= 3 else [0]
        chosen = st.multiselect(
            tr("Shown as red, green and blue, or one alone"),
            range(n_bands),
            first,
            max_selections=3,
            key=f"bands {n_bands}",
        )
        colormap = st.selectbox(tr("Colours"), _COLORMAPS, key="band_colours") if len(chosen) == 1 else "gray"
        if len(chosen) in (1, 3):
            shown = bands.display(image, tuple(chosen), colormap)
            show_image(
                Image.fromarray(shown),
                width="stretch",
                alt=tr("Bands {bands} of {image}", bands=listing(chosen, "plain"), image=name),
            )
            st.caption(tr("Each band from its 2nd percentile (black) to its 98th (white)."))
        else:
            st.caption(tr("Choose one band or three."))
        st.dataframe(
            [
                {
                    tr("band"): number,
                    tr("min"): one.low,
                    tr("max"): one.high,
                    tr("mean"): one.mean,
                    tr("std"): one.std,
                }
                for number, one in enumerate(bands.statistics(image))
            ],
            hide_index=True,
        )

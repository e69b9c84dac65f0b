"""What similar means to a network, and what it does not mean."""

import streamlit as st

from vislib.language import tr


def show() -> None:
    """How similarity is measured, and its weaknesses."""
    with st.expander(tr("How far to trust this")):
        st.markdown(
            tr(
                "**Features.** The numbers of the penultimate layer are all that the last layer sees of an image. Two "
                "images are near if these numbers have the same direction: the distance is 1 − the cosine of their "
                "angle, 0 for the same direction. Images that are alike to the network need not be alike to a person."
                "\n\n"
                "**Seen.** The set need not be what the network was trained on. An image that is far from every image "
                "of a set is strange to this set. An image that is near is not therefore right: look at the nearest "
                "ones that the network gets wrong.\n\n"
                "**Another class** counts by the true class where the set names it, else by the network's answer.  \n"
                "*Nearest neighbours by scikit-learn; see also Papernot & McDaniel 2018 (deep k-nearest neighbors), "
                "arXiv 1803.04765.*"
            )
        )

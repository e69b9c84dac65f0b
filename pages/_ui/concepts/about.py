"""How concepts are computed, and what they do not show."""

import streamlit as st

from vislib.language import tr


def show() -> None:
    """The methods' weaknesses and papers."""
    with st.expander(tr("How far to trust these concepts")):
        st.markdown(
            tr(
                "**Groups.** A layer's activations are written as a sum of a few maps, each times one vector of "
                "channels, all ≥ 0 (non-negative matrix factorization). Another number of groups cuts the image "
                "differently; none is the right one. The relative error says how much is left out. A group's effect "
                "is gradient × activation, which is exact where the network behind the layer is linear.  \n"
                "*Olah et al. 2018, distill.pub/2018/building-blocks.*\n\n"
                "**Concepts of a class.** The same factoring over crops of many images. A concept has no name: the "
                "crops show what it may be, and it is for you to judge. At a layer with feature maps the network sees "
                "each crop enlarged, as it never did in training. At the last hidden layer of a network that ends in "
                "dense layers each crop stays in its place, and the rest is filled with the image's median colour. A "
                "small part that shares its channels with others may not be found.  \n"
                "*Fel et al. 2023 (CRAFT), arXiv 2211.10154.*\n\n"
                "**A concept of yours.** Between any two folders there is some direction. So the score counts only if "
                "the direction also separates held-out images, and if it differs from the scores between random "
                "halves. All runs share your images, so p is too small rather than too large. If the concept's "
                "pictures differ from the random ones in something else, such as their colours, that is what is "
                "tested.  \n"
                "*Kim et al. 2018 (TCAV), arXiv 1711.11279.*"
            )
        )

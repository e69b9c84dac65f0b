"""What an adversarial example shows, and what it does not."""

import streamlit as st

from vislib.language import tr


def show() -> None:
    """The methods, their papers, and the word that they explain nothing."""
    with st.expander(tr("How far to trust this")):
        st.markdown(
            tr(
                "**It is not an explanation.** The perturbation shows where small changes add up for this network. It "
                "does not show what the network looks at in ordinary images, and another network may not be fooled by "
                "it. That a picture can be found within 2 grey levels is true of nearly every network that was not "
                "trained against it.\n\n"
                "**FGSM** takes one step of ε along the sign of the gradient.  \n"
                "*Goodfellow, Shlens & Szegedy 2014, arXiv 1412.6572.*\n\n"
                "**PGD** takes many small steps from a random start, each brought back within ε. If it finds nothing, "
                "there may still be something: no attack proves that a network is safe.  \n"
                "*Madry et al. 2017, arXiv 1706.06083.*\n\n"
                "Both change the pixels that the network sees, after the image is cropped and resized to its input. "
                "The picture has whole grey levels, so a PNG file keeps it; a JPEG file does not."
            )
        )

"""The app: streamlit run app.py"""

from pathlib import Path

import streamlit as st

from pages._ui.server.process import keep_keras_state
from pages._ui.widgets.text import plain
from pages._ui.your_model.opened import use_opened
from vislib.errors import VislibError

keep_keras_state()
st.set_page_config(page_title="vislib", page_icon=Path(__file__).parent / "pages" / "_ui" / "icon.png", layout="wide")
page = st.navigation(
    {
        "Start": [st.Page("pages/overview.py", title="Overview", default=True)],
        "Learn": [
            st.Page("pages/convolution_lab.py", title="Convolution lab"),
            st.Page("pages/a_cat_through_a_cnn.py", title="A cat through a CNN"),
            st.Page("pages/architectures.py", title="Architectures"),
            st.Page("pages/glossary.py", title="Glossary"),
        ],
        "Look inside": [
            st.Page("pages/architecture.py", title="Architecture"),
            st.Page("pages/filters.py", title="Filters"),
            st.Page("pages/feature_maps.py", title="Feature maps"),
            st.Page("pages/what_a_unit_wants.py", title="What a unit wants"),
            st.Page("pages/unit_card.py", title="Unit card"),
        ],
        "Explain": [
            st.Page("pages/which_method.py", title="Which method?"),
            st.Page("pages/what_if.py", title="What if"),
            st.Page("pages/occlusion.py", title="Occlusion"),
            st.Page("pages/saliency.py", title="Saliency"),
            st.Page("pages/class_activation.py", title="Class activation"),
            st.Page("pages/channels.py", title="Channels"),
            st.Page("pages/concepts.py", title="Concepts"),
            st.Page("pages/compare_and_trust.py", title="Compare & trust"),
            st.Page("pages/adversarial.py", title="Adversarial"),
            st.Page("pages/similar_images.py", title="Similar images"),
            st.Page("pages/batch.py", title="Batch"),
        ],
        "Build": [st.Page("pages/your_model.py", title="Your model"), st.Page("pages/train.py", title="Train")],
    },
    position="top",
)
try:
    use_opened()
    page.run()
except VislibError as error:  # such as of a network whose layer fails; the top of the page offers others
    st.error(plain(str(error)))

"""The app: streamlit run app.py"""

from pathlib import Path

import streamlit as st

from pages._ui.server.process import keep_keras_state, use_few_arenas
from pages._ui.shell import language
from pages._ui.widgets.text import plain
from pages._ui.your_model.opened import use_opened
from vislib.errors import VislibError
from vislib.language import tr

keep_keras_state()
use_few_arenas()
language.begin()
st.set_page_config(page_title="vislib", page_icon=Path(__file__).parent / "pages" / "_ui" / "icon.png", layout="wide")
page = st.navigation(
    {
        tr("Start"): [st.Page("pages/overview.py", title=tr("Overview"), default=True)],
        tr("Learn"): [
            st.Page("pages/convolution_lab.py", title=tr("Convolution lab")),
            st.Page("pages/a_cat_through_a_cnn.py", title=tr("A cat through a CNN")),
            st.Page("pages/architectures.py", title=tr("Architectures")),
            st.Page("pages/glossary.py", title=tr("Glossary")),
        ],
        tr("Look inside"): [
            st.Page("pages/architecture.py", title=tr("Architecture")),
            st.Page("pages/filters.py", title=tr("Filters")),
            st.Page("pages/feature_maps.py", title=tr("Feature maps")),
            st.Page("pages/what_a_unit_wants.py", title=tr("What a unit wants")),
            st.Page("pages/unit_card.py", title=tr("Unit card")),
        ],
        tr("Explain"): [
            st.Page("pages/which_method.py", title=tr("Which method?")),
            st.Page("pages/what_if.py", title=tr("What if")),
            st.Page("pages/occlusion.py", title=tr("Occlusion")),
            st.Page("pages/saliency.py", title=tr("Saliency")),
            st.Page("pages/class_activation.py", title=tr("Class activation")),
            st.Page("pages/channels.py", title=tr("Channels")),
            st.Page("pages/concepts.py", title=tr("Concepts")),
            st.Page("pages/compare_and_trust.py", title=tr("Compare & trust")),
            st.Page("pages/adversarial.py", title=tr("Adversarial")),
            st.Page("pages/similar_images.py", title=tr("Similar images")),
            st.Page("pages/batch.py", title=tr("Batch")),
        ],
        tr("Build"): [
            st.Page("pages/your_model.py", title=tr("Your model")),
            st.Page("pages/train.py", title=tr("Train")),
        ],
    },
    position="top",
)
try:
    use_opened()
    page.run()
except VislibError as error:  # such as of a network whose layer fails; the top of the page offers others
    st.error(plain(tr(error)))

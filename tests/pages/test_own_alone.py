"""What one person brings, nobody else sees."""

import io

import tiny_models
from page_text import check_sound
from PIL import Image

from pages._ui.shell import models

KEY = ("own", "test_own_alone")
LINES = "import vislib\n\nclassifier = vislib.load_classifier('own.keras')\n"


def bring(page):
    """A network of one's own, as the pages put it into the session."""
    classifier = tiny_models.tiny("conv_relu")
    models.store().put(KEY, classifier)
    own = models.UserModel(KEY, "Uploaded by you", LINES, classifier.channels, classifier.input_size)
    page.session_state["own_models"] = {"my secret net": own}
    return page.run()


def test_network_of_one_session_not_in_another(open_page):
    page, other = open_page("filters"), open_page("filters")
    bring(page)
    assert "my secret net" in page.selectbox(key="model").options
    check_sound(page.selectbox(key="model").select("my secret net").run())
    other.run()
    assert "my secret net" not in other.selectbox(key="model").options
    assert "my secret net" not in open_page("filters").selectbox(key="model").options


def test_address_with_the_name_of_another_s_network_gives_a_built_in_one(open_page):
    bring(open_page("filters"))
    other = open_page("filters", model="my secret net")
    assert not other.exception
    assert other.selectbox(key="model").value == "efficientnet-lite0"


def test_image_of_one_session_not_in_another(open_page):
    picture = io.BytesIO()
    Image.new("RGB", (20, 20), (1, 2, 3)).save(picture, "PNG")
    page, other = open_page("filters"), open_page("filters")
    page.get("file_uploader")[0].set_value(("mine.png", picture.getvalue(), "image/png")).run()
    assert "mine.png" in page.selectbox(key="image").options
    other.run()
    assert "mine.png" not in other.selectbox(key="image").options

"""An address that names what this session does not have says so, and so does an image that had to change."""

import re

import pytest
from page_text import check_sound, text
from streamlit.testing.v1 import AppTest

from pages._ui.widgets.text import plain


def notes(page: AppTest) -> list[str]:
    """The page's notes as shown."""
    assert not page.exception, [element.value for element in page.exception]
    return [re.sub(r"\\(.)|\u2060", r"\1", element.value) for element in page.info]


@pytest.mark.parametrize("name", ["emotion", "nonsense"])
def test_model_that_is_not_there_is_said(name, open_page):
    page = open_page("filters", model=name)
    assert notes(page) == [
        f"There is no model “{name}” in this session. If it was uploaded or trained in another session, upload or "
        "train it again. Shown: efficientnet-lite0."
    ]
    page.selectbox(key="model").select("cifar10").run()
    assert not any("There is no model" in said for said in notes(page)), "said of another network"


def test_image_that_is_not_there_is_said(open_page):
    page = open_page("filters", image="face.png")
    assert notes(page) == [
        "There is no image “face.png” in this session. If it was uploaded in another session, upload it again. "
        "Shown: cat.jpg."
    ]
    assert page.switch_page("pages/architecture.py").run().info == [], "said on another page too"


def test_class_and_layer_that_are_not_there_are_said(open_page):
    page = open_page("filters", **{"class": "happy", "conv": "conv_9"})
    assert notes(page) == ["There is no class “happy” here. Shown: Top prediction."]
    assert page.toast[0].value == plain("There is no convolution “conv_9” here. Shown: stem_conv.")


def test_names_that_are_there_are_no_matter(open_page):
    page = open_page("filters", model="digits", image="digits/3.png", **{"class": "7"})
    assert notes(page) == []
    assert [page.selectbox(key=key).value for key in ("model", "image", "class")] == ["digits", "digits/3.png", "7"]


def test_place_in_a_copied_address_is_the_chosen_unit(open_page):
    query = {"model": "cifar10", "layer": "conv3_activation"}
    page = check_sound(open_page("feature_maps", unit="0.5,0.25", **query))
    assert page.session_state["unit"] == (0.5, 0.25)
    assert "Unit at row 4, column 8:" in text(page)


def test_image_that_does_not_suit_the_network_is_said_and_shown(open_page):
    page = open_page("filters", image="rocket.jpg")
    page.selectbox(key="model").select("digits").run()
    assert notes(page) == ["The image is now digits/0.png, because rocket.jpg does not suit digits."]
    assert page.selectbox(key="image").value == page.session_state["image"] == "digits/0.png"
    page.selectbox(key="image").select("digits/4.png").run()
    assert notes(page) == []


def test_address_of_a_page_without_a_model_has_a_chosen_class_only(open_page):
    def written(page) -> dict[str, str]:
        return {name: "".join(value) for name, value in page.query_params.items() if name != "lang"}

    chosen = {"model": "digits", "image": "digits/4.png"}
    assert written(open_page("glossary", {**chosen, "class": "7"})) == {**chosen, "class": "7"}
    # The main class has other words in Chinese, and of a segmentation.
    assert written(open_page("glossary", {**chosen, "class": "Top prediction"})) == chosen

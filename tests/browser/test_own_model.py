"""A model of one's own, in the browser: uploaded, used on other pages, refused."""

import re

import pytest
from playwright.sync_api import expect

NAME = "<img src=x onerror=alert(1)> **b** ä&.keras"


@pytest.fixture(scope="module")
def model_file(tmp_path_factory) -> bytes:
    from vislib.backend import keras

    layers = keras.layers
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(6, 3, activation="relu", name="first")(layers.Rescaling(1 / 255)(inputs))
    model = keras.Model(inputs, layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x)))
    path = tmp_path_factory.mktemp("model") / "model.keras"
    model.save(path)
    return path.read_bytes()


def upload(it, name: str, content: bytes) -> None:
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    it.main.locator("input[type=file]").nth(1).set_input_files(file)


def test_own_model_is_in_use_on_every_page_after(server, visit, model_file):
    it = visit(f"{server}/your_model")
    it.settled("your_model")
    upload(it, NAME, model_file)
    it.says("they require 0..255")
    it.settled("your_model")
    model = it.page.get_by_role("combobox", name="Model").first
    expect(model).to_have_value(NAME.removesuffix(".keras"))
    cards = it.main.locator(".st-key-grid_preprocessings > div > *")
    assert len(set(cards.evaluate_all("cards => cards.map((card) => Math.round(card.offsetHeight))"))) == 1
    it.main.get_by_role("button", name=re.compile("^Use ")).first.click()
    it.says("scales the image a second time")
    it.go("filters")
    expect(model).to_have_value(NAME.removesuffix(".keras"))
    it.says("6 of 6 filters")
    assert it.page.locator("img[src=x]").count() == 0


def test_no_model_is_a_sentence_and_the_network_stays(server, visit):
    it = visit(f"{server}/your_model")
    it.settled("your_model")
    upload(it, NAME, b"hello")
    alert = it.main.get_by_test_id("stAlert").first
    expect(alert).to_contain_text("The previous network is still in use.")
    assert NAME in alert.inner_text().replace("\u2060", ""), "word joiners are not seen"
    it.says("Egyptian cat")

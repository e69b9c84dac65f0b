"""The app that was started on a person's own model and image."""

import json
import shutil

import pytest
from page_text import check_sound, errors, text
from tiny_models import seeded

from vislib.backend import keras
from vislib.cli.app import FILES

layers = keras.layers


def two_inputs():
    image, further = keras.Input((16, 16, 3), name="image"), keras.Input((2,), name="meta")
    pooled = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3, activation="relu")(image))
    joined = layers.Concatenate()([pooled, further])
    return keras.Model([image, further], layers.Dense(3, activation="softmax")(joined))


@pytest.fixture
def started(tmp_path, samples, monkeypatch):
    """Starts the app as `vislib app` would: started("two.keras", "mine.jpg"), in a folder with these files."""
    seeded(two_inputs()).save(tmp_path / "two.keras")
    (tmp_path / "bad.keras").write_text("no model")
    (tmp_path / "names.txt").write_text("cat\ndog\nbird\n")
    shutil.copy(samples / "coffee.jpg", tmp_path / "mine.jpg")

    def start(*words: str) -> None:
        paths = [str(tmp_path / word) if (tmp_path / word).is_file() else word for word in words]
        monkeypatch.setenv(FILES, json.dumps([*paths, "--trust"]))

    return start


def test_begins_with_the_model_and_the_image(started, open_page):
    started("two.keras", "mine.jpg", "--labels", "names.txt", "--input", "meta=0.5,1", "--preprocess", "-1..1")
    page = check_sound(open_page("overview"))
    assert page.selectbox(key="model").value == "two"
    assert page.selectbox(key="image").value == "mine.jpg"
    assert any(label in text(page) for label in ("cat", "dog", "bird"))


def test_address_chooses_otherwise(started, open_page):
    started("two.keras", "mine.jpg", "--input", "zeros")
    page = check_sound(open_page("overview", model="digits", image="digits/4.png"))
    assert page.selectbox(key="model").value == "digits"
    assert page.selectbox(key="image").value == "digits/4.png"
    assert "two" in page.selectbox(key="model").options


def test_what_the_model_leaves_open_is_asked_with_the_image_chosen(started, open_page):
    started("two.keras", "mine.jpg")
    page = check_sound(open_page("overview"))
    assert "needs more than an image" in text(page)
    assert page.selectbox(key="image").value == "mine.jpg"


def test_file_that_is_no_model_is_refused_and_the_app_goes_on(started, open_page):
    started("bad.keras", "mine.jpg")
    page = open_page("overview")
    (said,) = errors(page)
    assert "bad.keras" in said
    assert said.endswith("The page shows the default network.")
    assert page.selectbox(key="image").value == "mine.jpg"

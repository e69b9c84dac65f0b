"""The app that was started on a person's own model and image."""

import json
import shutil

import pytest
from page_text import check_sound, errors, text
from tiny_models import seeded

from vislib.backend import keras
from vislib.cli.app import FILES
from vislib.loading.custom_objects import custom_objects_of

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


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        (["mata=0.5,1", "meta=1,1"], "no input mata; its inputs are image, meta"),
        (["image=1", "meta=1,1"], "no input for the image"),
    ],
)
def test_values_of_other_inputs_are_refused(inputs, said, started, open_page):
    started("two.keras", *(word for one in inputs for word in ("--input", one)))
    page = open_page("overview")
    assert not page.exception
    assert said in errors(page)[0]


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
    assert not errors(page.selectbox(key="model").select("digits").run())


@pytest.fixture
def _registry_restored():
    registry = keras.saving.get_custom_objects()
    before = dict(registry)
    yield
    registry.clear()
    registry.update(before)


@pytest.mark.usefixtures("_registry_restored")
def test_layer_of_a_module_is_known(started, open_page, tmp_path):
    (tmp_path / "twice.py").write_text(
        "import keras\n\n@keras.saving.register_keras_serializable(package='own')\nclass Twice(keras.layers.Layer):\n"
        "    def call(self, x):\n        return 2 * x\n"
    )
    own = custom_objects_of(str(tmp_path / "twice.py"))
    image = keras.Input((16, 16, 3))
    doubled = own["Twice"]()(layers.Conv2D(4, 3, activation="relu")(image))
    outputs = layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(doubled))
    seeded(keras.Model(image, outputs)).save(tmp_path / "own.keras")
    started("own.keras", "mine.jpg", "--custom-objects", "twice.py", "--preprocess", "0..1")
    page = check_sound(open_page("overview"))
    assert page.selectbox(key="model").value == "own"

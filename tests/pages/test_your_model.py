"""Page Your model: a file of one's own, its settings, its labels, and what is refused."""

import csv
import io
import json

import numpy as np
import pytest
from page_text import blocks, check_sound, errors, pictures, text
from snippet_runs import run_snippet

import vislib
from vislib.backend import keras
from vislib.model_file import load

layers = keras.layers


def scaled_colour():
    inputs = keras.Input((32, 32, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    x = layers.Conv2D(6, 3, activation="relu", name="first")(x)
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x)))


def any_size_sigmoid():
    inputs = keras.Input((None, None, 3))
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3, activation="relu")(inputs))
    return keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))


def dense_only():
    return keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten(), layers.Dense(4, activation="softmax")])


def films_only():
    return keras.Sequential([keras.Input((4, 8, 8, 3)), layers.GlobalAveragePooling3D(), layers.Dense(2)])


def boxes_only():
    inputs = keras.Input((8, 8, 3))
    return keras.Model(inputs, layers.Reshape((64, 3))(layers.Conv2D(3, 3, padding="same")(inputs)))


@pytest.fixture(scope="module")
def file_of(tmp_path_factory):
    """The bytes of a file with a network of that style: file_of(dense_only, ".h5")."""

    def save(make, suffix=".keras") -> bytes:
        keras.utils.set_random_seed(0)
        path = tmp_path_factory.mktemp("model") / f"model{suffix}"
        make().save(path)
        return path.read_bytes()

    return save


@pytest.fixture
def _in_this_process(monkeypatch):
    """Spares the process in which a file is tried, where something else is tested."""
    from vislib.model_file.look import look

    monkeypatch.setattr(load, "check_in_child", lambda path, progress: look(path))


def upload(page, name: str, content: bytes):
    return page.file_uploader(key="model_file").set_value((name, content, "application/octet-stream")).run()


def model_in_use(page) -> str:
    return page.selectbox(key="model").value


@pytest.fixture
def open_with(open_page):
    """Opens a page with the network in use on another: open_with(page, "filters")."""

    def go(page, name: str):
        own = {"own_models": page.session_state["own_models"]}
        return open_page(name, own, model=model_in_use(page))

    return go


def test_file_is_tried_in_a_process_of_its_own_and_then_used_on_every_page(
    open_page, file_of, open_with, patient_child
):
    page = check_sound(upload(open_page("your_model"), "net.keras", file_of(scaled_colour)))
    assert model_in_use(page) == "net"
    assert "Input 32 × 32, colour Image the whole image, stretched to the input's shape Preprocessing 0..255" in text(
        page
    )
    assert "Classes 3, softmax" in text(page)
    assert "they require 0..255" in " ".join(element.value for element in page.caption)
    for name in ("overview", "filters", "saliency"):
        other = check_sound(open_with(page, name))
        assert model_in_use(other) == "net"
    assert "Grad-CAM for class" in " ".join(pictures(open_with(page, "class_activation")))


@pytest.mark.usefixtures("_in_this_process")
def test_predictions_are_those_of_plain_keras(open_page, file_of, tmp_path, offered, samples):
    content = file_of(scaled_colour)
    page = upload(open_page("your_model"), "mine.keras", content)
    page.selectbox(key="mine: part of the image").select("all of it, stretched").run()
    (tmp_path / "mine.keras").write_bytes(content)
    model = keras.saving.load_model(tmp_path / "mine.keras")
    classifier = vislib.load_classifier(model, preprocess=vislib.Preprocessing("plain", crop_fraction=None))
    fitted = classifier.resize(vislib.load_image(samples / page.selectbox(key="image").value))
    expected = np.sort(np.asarray(model(fitted[None].astype(np.float32)))[0])[::-1]
    table = csv.DictReader(io.StringIO(offered["by preprocessing"].files["csv"]().decode()))
    found = [float(row["probability"]) for row in table if row["preprocessing"] == "0..255"]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


@pytest.mark.usefixtures("_in_this_process")
def test_snippet_loads_the_file_as_it_is_used_here(open_page, file_of, offered, tmp_path, monkeypatch):
    content = file_of(any_size_sigmoid)
    page = upload(open_page("your_model"), "any.keras", content)
    page.number_input(key="any: side").set_value(48).run()
    page.selectbox(key="any: preprocessing").select("ResNet").run()
    page.text_area(key="any: typed").set_value("no\nyes").run()
    check_sound(page)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "any.keras").write_bytes(content)
    (tmp_path / "sample_images").symlink_to(vislib.__path__[0] + "/../sample_images")
    names = run_snippet(offered["by preprocessing"].snippet)
    assert names["classifier"].labels == ("no", "yes")
    assert names["classifier"].input_size == (48, 48)
    assert names["classifier"].preprocess.name == "caffe bgr"
    table = list(csv.DictReader(io.StringIO(offered["by preprocessing"].files["csv"]().decode())))
    again = [(name, one.label, one.probability) for name, found in names["found"].items() for one in found]
    assert [(row["preprocessing"], row["label"]) for row in table] == [one[:2] for one in again]
    np.testing.assert_allclose([float(row["probability"]) for row in table], [one[2] for one in again], atol=1e-6)


@pytest.mark.usefixtures("_in_this_process")
def test_preprocessing_is_chosen_by_its_answers(open_page, file_of):
    page = upload(open_page("your_model"), "mine.keras", file_of(scaled_colour))
    next(button for button in page.button if button.key == "use -1..1").click().run()
    check_sound(page)
    assert "Preprocessing -1..1" in text(page)
    assert page.selectbox(key="mine: preprocessing").value == "-1..1"
    assert [warning.value for warning in page.warning] == [
        "The chosen preprocessing scales the image a second time. This network requires 0..255."
    ]


@pytest.mark.usefixtures("_in_this_process")
def test_hdf5_file_is_used(open_page, file_of, open_with):
    page = check_sound(upload(open_page("your_model"), "dense.h5", file_of(dense_only, ".h5")))
    assert pictures(check_sound(open_with(page, "overview")))


@pytest.mark.usefixtures("_in_this_process")
def test_network_without_maps_says_what_works(open_page, file_of, open_with):
    page = check_sound(upload(open_page("your_model"), "dense.keras", file_of(dense_only)))
    assert any("No layer of this network has feature maps" in info.value for info in page.info)
    assert page.selectbox(key="image").value.startswith("cifar10/")  # a grey network need not read digits
    for name in ("overview", "occlusion", "saliency"):
        assert pictures(check_sound(open_with(page, name)))
    assert "Layer by layer" in text(check_sound(open_with(page, "architecture")))
    for name in ("filters", "feature_maps", "class_activation", "what_a_unit_wants", "compare_and_trust"):
        assert "no layer with feature maps" in check_sound(open_with(page, name)).info[0].value


@pytest.mark.usefixtures("_in_this_process")
@pytest.mark.parametrize(
    ("make", "said"),
    [
        (films_only, "takes no image: its input has shape (4, 8, 8, 3)"),
        (boxes_only, "cannot be explained: its output has shape (None, 64, 3)"),
    ],
)
def test_model_that_cannot_be_used_is_a_sentence(make, said, open_page, file_of):
    page = upload(open_page("your_model"), "odd.keras", file_of(make))
    assert not page.exception
    assert said in errors(page)[0]
    assert errors(page)[0].startswith("odd.keras: ")
    assert model_in_use(page) == "efficientnet-lite0"
    assert "Egyptian cat" in text(page)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 damaged", b"\x89HDF\r\n\x1a\n damaged"])
def test_damaged_file_is_a_sentence_and_the_network_stays(content, open_page, file_of, patient_child):
    page = upload(open_page("your_model"), "<b>bad</b>.keras", content)
    assert not page.exception
    assert errors(page)[0].startswith("<b>bad</b>.keras: The file is ")
    assert "The previous network is still in use." in errors(page)[0]
    assert "Egyptian cat" in text(page)


@pytest.fixture
def three_classes(open_page, file_of, _in_this_process):
    return upload(open_page("your_model"), "mine.keras", file_of(scaled_colour))


def test_errors_name_the_model_as_its_file(three_classes):
    from pages._ui.shell import models

    user_model = check_sound(three_classes).session_state["own_models"]["mine"]
    assert models.store().get(user_model.key).name == "mine"


def give_labels(page, content: bytes, name: str = "labels.txt"):
    return page.file_uploader(key="mine: labels").set_value((name, content, "text/plain")).run()


def test_labels_in_latin_1_are_used_and_said(three_classes):
    page = give_labels(three_classes, "katze\nkäfer\nhund".encode("latin-1"), "namen.txt")
    assert "käfer" in text(check_sound(page))
    assert any("Latin" in caption.value and "käfer" in caption.value for caption in page.caption)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"cat\ndog", "3 classes, but 2 labels are given"),
        (b"cat\nd\x81g\nbird", "not text in UTF-8 or Latin-1: line 2 has the byte 0x81"),
        (b"a\nb\nc\nd", "but 4 labels are given"),
        (b"", "is empty"),
        (b"[1, 2", "begins like JSON but is damaged"),
    ],
)
def test_bad_labels_are_a_sentence_and_the_ones_before_stay(content, said, three_classes):
    page = give_labels(three_classes, b"cat\ndog\nbird")
    assert "cat" in text(check_sound(page))
    give_labels(page, content, "other.txt")
    assert not page.exception
    assert said in errors(page)[0]
    assert "The previous setting is still in use." in errors(page)[0]
    assert any(block.startswith(("cat", "dog", "bird")) for block in blocks(page))


def test_labels_of_the_same_name_get_their_numbers(three_classes):
    page = check_sound(give_labels(three_classes, json.dumps(["crane", "dog", "crane"]).encode(), "names.json"))
    assert "crane (0)" in text(page)
    assert "crane (2)" in text(page)


def test_typed_names_are_in_their_box_when_the_page_is_opened_again(three_classes):
    page = check_sound(three_classes.text_area(key="mine: typed").set_value("cat\ndog\nbird").run())
    page.switch_page("pages/glossary.py").run()
    page.switch_page("pages/your_model.py").run()
    assert check_sound(page).text_area(key="mine: typed").value == "cat\ndog\nbird"
    assert "In use: 3 names." in [caption.value for caption in page.caption]


def test_model_is_not_seen_in_another_session(three_classes, open_page):
    assert "mine" in three_classes.selectbox(key="model").options
    other = open_page("your_model", model="mine")
    assert "mine" not in other.selectbox(key="model").options
    assert model_in_use(other) == "efficientnet-lite0"


def test_model_let_go_by_the_server_is_told(three_classes):
    from pages._ui.shell import models

    models.store()._entries.clear()
    page = three_classes.run()
    assert not page.exception
    assert "has removed your network mine" in page.warning[0].value
    assert model_in_use(page) == "efficientnet-lite0"


@pytest.mark.usefixtures("_in_this_process")
def test_model_is_removed_and_the_default_used(open_page, file_of):
    page = check_sound(upload(open_page("your_model"), "dense.keras", file_of(dense_only)))
    assert page.selectbox(key="model").value == "dense"
    next(button for button in page.button if button.label == "Remove this model").click().run()
    assert page.selectbox(key="model").value == "efficientnet-lite0"
    assert "dense" not in page.selectbox(key="model").options
    assert not [button for button in check_sound(page).button if button.label == "Remove this model"]

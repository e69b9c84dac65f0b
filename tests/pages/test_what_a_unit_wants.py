"""The page What a unit wants: each of its ways draws its picture, offers lines that give it, and can be stopped."""

import io
import json
import re
from types import SimpleNamespace

import numpy as np
import pytest
from page_text import check_sound, errors, pictures, text
from snippet_runs import run_snippet
from tiny_models import SIDE, classifier_of

import vislib
from pages._ui.what_a_unit_wants import controls, views
from vislib import activation_maximization as am
from vislib.backend import keras

DIGITS = {"model": "digits", "image": "digits/3.png"}


@pytest.fixture
def _loaded_once(load_once, monkeypatch) -> None:
    monkeypatch.setattr(vislib, "load_classifier", load_once)


def saved(offer) -> np.ndarray:
    with np.load(io.BytesIO(offer.files["npz"]())) as arrays:
        return arrays["values"]


def only(offered, start):
    (offer,) = (offer for key, offer in offered.items() if key.startswith(start))
    return offer


def test_opens_with_a_picture_of_a_channel_and_real_patches(open_page):
    page = check_sound(open_page("what_a_unit_wants", model="cifar10"))
    assert "What conv3_activation channel 17 wants" in pictures(page)
    shown = text(page)
    assert "after 64 steps, from noise" in shown
    assert "The 9 strongest of 10 images" in shown
    assert "Real patches that excite channel 17 most" in shown
    other = check_sound(open_page("what_a_unit_wants", model="cifar10", image="cifar10/ship.png"))
    assert "What conv3_activation channel 17 wants" in pictures(other)  # which is not made again


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"unit_kind": "Channel", "layer": "conv2d", "channel": "1"}, "wants"),
        ({"unit_kind": "Neuron"}, "channel"),
        ({"unit_kind": "Class", "class": "7"}, "What class 7 wants"),
        ({"unit_kind": "Class", "n_pictures": "2", "steps.One unit": "64"}, "after 64 steps"),
        ({"wants": "All classes", "steps.All classes": "16"}, "for each of its classes"),
        ({"wants": "Caricature", "steps.Caricature": "16"}, "keeps of it"),
    ],
)
@pytest.mark.usefixtures("_loaded_once")
def test_lines_give_the_same_pictures(open_page, offered, query, words):
    page = check_sound(open_page("what_a_unit_wants", **({"steps.One unit": "32"} | DIGITS | query)))
    assert words in text(page)
    offer = only(offered, "wanted")
    result = run_snippet(offer.snippet)["result"]
    np.testing.assert_array_equal(result.pictures, saved(offer))
    for suffix, signature in (("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")):
        assert offer.files[suffix]().startswith(signature)


@pytest.mark.parametrize(
    ("layer", "channel", "neuron"),
    [
        ("conv", "The channel's mean over its map", "The neuron"),
        ("norm", "The channel's mean over its map", "The neuron"),
        ("relu", "The channel's mean over its map, before its ReLU,", "The neuron, before its ReLU,"),
    ],
)
def test_before_its_relu_is_said_only_of_a_relu(layer, channel, neuron):
    layers = keras.layers
    parts = [layers.Conv2D(2, 3, name="conv"), layers.BatchNormalization(name="norm"), layers.ReLU(name="relu")]
    model = keras.Sequential([keras.Input((SIDE, SIDE, 3)), *parts, layers.GlobalAveragePooling2D(), layers.Dense(3)])
    here = SimpleNamespace(classifier=classifier_of(model))
    assert views._objective(here, controls.CHANNEL, layer) == channel
    assert views._objective(here, controls.NEURON, layer) == neuron


def test_neuron_wanted_at_first_is_the_one_that_the_map_frames(open_page, offered):
    page = check_sound(open_page("what_a_unit_wants", unit_kind="Neuron", **{"steps.One unit": "16"}, **DIGITS))
    row, column = re.search(r"Unit at row (\d+), column (\d+):", text(page)).groups()
    assert f"row={row}, column={column})" in only(offered, "wanted").snippet


@pytest.mark.usefixtures("_loaded_once")
def test_dream_lines_give_the_same_picture(open_page, offered):
    page = check_sound(open_page("what_a_unit_wants", wants="DeepDream", octaves="2", dream_steps="5", **DIGITS))
    assert "sees in it" in text(page)
    offer = only(offered, "wanted dream")
    np.testing.assert_array_equal(run_snippet(offer.snippet)["result"].pictures, saved(offer))
    with np.load(io.BytesIO(offer.files["npz"]())) as arrays:
        assert json.loads(str(arrays["metadata"]))["params"]["octaves"] == "2"


def test_channels_of_a_layer_four_at_a_time(open_page):
    query = {"wants": "Channels of a layer", "n_channels": "8", "steps.Channels of a layer": "16"}
    page = check_sound(open_page("what_a_unit_wants", **query, **DIGITS))
    assert "What the 8 channels of" in text(page)


def test_all_classes_only_where_there_are_few(open_page):
    few = open_page("what_a_unit_wants", **{"steps.One unit": "16"}, **DIGITS)
    assert "All classes" in few.button_group(key="wants").options
    many = open_page("what_a_unit_wants", layer="stem_conv", **{"steps.One unit": "16"})
    assert "All classes" not in many.button_group(key="wants").options


def test_patches_of_a_test_set_kept_on_disk(open_page, offered, tmp_path, monkeypatch):
    images = np.random.default_rng(0).integers(0, 256, (40, 28, 28, 1), dtype=np.uint8)
    labels = np.arange(40) % 10
    np.savez(tmp_path / "mnist.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
    monkeypatch.setenv("VISLIB_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("VISLIB_CACHE_DIR", str(tmp_path / "kept"))
    query = {"patches_of": "MNIST, 10,000 test digits", "steps.One unit": "16", "channel": "2"}
    page = check_sound(open_page("what_a_unit_wants", **query, **DIGITS))
    assert "The 9 strongest of 40 images" in text(page)
    assert len(list((tmp_path / "kept" / "top_patches").iterdir())) == 1
    found = run_snippet(only(offered, "patches").snippet)
    rows = only(offered, "patches").files["csv"]().decode().splitlines()
    assert rows[0] == "activation,image,row,column"
    assert len(rows) == 10
    np.testing.assert_allclose(found["top"].values[2], [float(row.split(",")[0]) for row in rows[1:]], rtol=1e-5)
    layer = page.selectbox(key="layer").value
    classifier = vislib.load_classifier("digits")
    highest = max(vislib.feature_maps(classifier, np.repeat(image, 3, 2), layer)[..., 2].max() for image in images)
    assert float(rows[1].split(",")[0]) == pytest.approx(highest, rel=1e-4)


def test_test_set_missing_a_sentence(open_page, tmp_path, monkeypatch):
    monkeypatch.setenv("VISLIB_DATA_DIR", str(tmp_path))
    from pages._ui.shell import sets

    sets.test_images.clear()
    page = open_page(
        "what_a_unit_wants", patches_of="CIFAR-10, 10,000 test pictures", **{"steps.One unit": "16"}, **DIGITS
    )
    assert not page.exception
    assert "cifar10 is not in" in errors(page)[0]


def test_channel_from_filters_and_feature_maps(open_page):
    for name in ("filters", "feature_maps"):
        page = open_page(name, **DIGITS)
        (link,) = (button for button in page.button if button.label.endswith("wants to see"))
        assert link.label.startswith("What channel ")


def test_more_steps_go_on_from_those_made(open_page, monkeypatch):
    asked = []
    real = am.maximize

    def maximize(*given, **settings):
        asked.append(settings["steps"])
        return real(*given, **settings)

    monkeypatch.setattr(am, "maximize", maximize)
    page = check_sound(open_page("what_a_unit_wants", **{"steps.One unit": "32", "seed": "41"}, **DIGITS))
    page.select_slider(key="steps.One unit").set_value(128).run()
    check_sound(page)
    assert asked == [32, 32, 32, 32]


SIZE = {"model": "digit-size", "image": "scenes/scene-1.png"}
SCENE = {"model": "scene-segmentation", "image": "scenes/scene-1.png"}


@pytest.mark.parametrize(("direction", "words"), [("high", "The output reaches"), ("low", "Minus the output reaches")])
def test_output_of_a_regression_is_made_high_or_low(direction, words, open_page, offered):
    query = {"unit_kind": "Output", "wanted_direction": direction, "steps.One unit": "16", **SIZE}
    page = check_sound(open_page("what_a_unit_wants", **query))
    assert f"What a {direction} output" in text(page)
    assert words in text(page)
    assert "logit" not in text(page)
    offer = only(offered, "wanted")
    found = run_snippet(offer.snippet)
    np.testing.assert_array_equal(found["result"].pictures, saved(offer))
    start = vislib.load_image(vislib.sample_path("scenes/scene-1.png"))
    number = found["classifier"].predict(found["result"].pictures[0])[0].value
    usual = found["classifier"].predict(start)[0].value
    assert number > usual if direction == "high" else number < usual


def test_all_outputs_of_a_regression_have_both_directions_and_no_probability(open_page):
    page = open_page("what_a_unit_wants", wants="All outputs", **{"steps.All classes": "16"}, **SIZE)
    shown = text(check_sound(page))
    assert "to make one output high or low" in shown
    assert "for each of its outputs" in shown
    assert "probability" not in shown
    assert "%" not in shown.split("for each of its outputs")[0].splitlines()[-1]


def test_class_of_a_segmentation_is_wanted_over_the_whole_output(open_page, offered):
    page = check_sound(open_page("what_a_unit_wants", unit_kind="Class", **{"steps.One unit": "16"}, **SCENE))
    assert "The mean logit over the whole output reaches" in text(page)
    offer = only(offered, "wanted")
    found = run_snippet(offer.snippet)
    np.testing.assert_array_equal(found["result"].pictures, saved(offer))
    classifier, scene = found["classifier"], vislib.load_image(vislib.sample_path("scenes/scene-1.png"))
    means = classifier.logits(found["result"].pictures[0]).mean(axis=(0, 1))
    explained = classifier.main_class(classifier.logits(scene))
    assert found["result"].scores[0] == pytest.approx(means[explained], rel=1e-2)


def test_all_classes_of_a_segmentation_show_their_share_of_the_pixels(open_page):
    page = check_sound(open_page("what_a_unit_wants", wants="All classes", **{"steps.All classes": "16"}, **SCENE))
    assert "the share of its pixels with that class" in text(page)


@pytest.mark.parametrize("query", [{"wants": "DeepDream", "octaves": "1", "dream_steps": "5"}, {"unit_kind": "Neuron"}])
@pytest.mark.parametrize("network", [SIZE, SCENE])
def test_other_ways_work_for_numbers_and_maps(network, query, open_page):
    check_sound(open_page("what_a_unit_wants", **{"steps.One unit": "16"}, **network, **query))

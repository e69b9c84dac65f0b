"""The page Unit card: each part answers its question, links lead to other cards, and the lines give its numbers."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
from page_text import check_sound, pictures, text
from snippet_runs import run_snippet
from tiny_models import SIDE, classifier_of, random_image

import vislib
from pages._ui.results import feature_maps, snippets
from pages._ui.shell.chosen import Context
from vislib.backend import keras
from vislib.images.sets import ArrayImages

CIFAR = {"model": "cifar10", "layer": "conv3_activation", "channel": "17"}


@pytest.fixture
def card(open_page):
    return lambda **query: check_sound(open_page("unit_card", **(CIFAR | query)))


@pytest.fixture
def icons_drawn(monkeypatch) -> dict[str, list]:
    """Fills with the tiles of each row of icons, by its key; and with what a click on one does."""
    from pages._ui.results import icons

    drawn: dict[str, list] = {}

    def tiles(groups, *, key, on_click, **_):
        drawn[key] = list(groups[0].tiles)
        drawn[f"click {key}"] = on_click

    monkeypatch.setattr(icons, "tiles", tiles)
    return drawn


def sample_images() -> ArrayImages:
    from pages._ui.shell import images

    return images.sample_set("cifar10", None)


def test_card_answers_its_questions(card, icons_drawn):
    page = card()
    shown = text(page)
    assert "Channel 17 of conv3_activation" in shown
    assert "Icon: its strongest place in 10 sample pictures: cifar10/cat.png" in shown
    assert "What conv3_activation channel 17 wants" in pictures(page)
    for part in (
        "Where it fires here",
        "What it wants",
        "Real patches",
        "How strongly it answers",
        "that feed it most",
    ):
        assert part in shown
    effects = vislib.class_effects(vislib.load_classifier("cifar10"), sample_images(), "conv3_activation", 17)
    labels = np.array(vislib.load_classifier("cifar10").labels)[np.argsort(-effects.values)]
    assert f"Speaks for {', '.join(labels[:3])}; against {', '.join(labels[:-4:-1])}." in shown
    assert "none of the 10 images searched excites it more" in shown


def test_feeders_are_the_largest_contributions_to_the_framed_unit_and_lead_to_their_cards(
    card, icons_drawn, monkeypatch
):
    row, column = 3, 5
    monkeypatch.setattr(feature_maps, "unit_at", lambda *_: (row, column))
    page = card()
    assert "the unit at row 3, column 5, the framed place of cifar10/cat.png" in text(page)
    classifier, image = vislib.load_classifier("cifar10"), vislib.load_image("sample_images/cifar10/cat.png")
    assert vislib.layer_before(classifier, "conv3_activation", 17) == "conv2_activation"
    unit = vislib.targets.Neuron("conv3_activation", 17, row, column)
    found = vislib.contributions(classifier, image, unit, "conv2_activation")
    expected = [f"conv2_activation|{channel}" for channel in np.argsort(-np.abs(found))[:8]]
    assert [tile.id for tile in icons_drawn["feeders"]] == expected
    assert all("icon: cifar10/" in tile.alt for tile in icons_drawn["feeders"])
    assert "Channels of conv2_activation" in text(page)


def test_first_layer_reads_the_image(card):
    assert "It reads the image itself" in text(card(layer="conv1"))


def test_head_of_linear_weights_says_so(open_page, monkeypatch):
    from pages._ui.unit_card import maximized

    monkeypatch.setattr(maximized, "_SETTINGS", replace(maximized._SETTINGS, steps=2))  # they are not what is read here
    page = check_sound(open_page("unit_card", layer="head_relu", channel="5"))
    assert "The weights of the linear layer that reads the channel's mean: exact for every image." in text(page)


def test_lines_give_the_numbers_of_the_card(card, offered, load_once, monkeypatch):
    card()
    offer = next(offer for key, offer in offered.items() if key.startswith("card"))
    monkeypatch.setattr(vislib, "load_classifier", load_once)
    found = run_snippet(offer.snippet)
    rows = list(csv.DictReader(io.StringIO(offer.files["csv"]().decode())))
    assert [row["class"] for row in rows] == list(found["classifier"].labels)
    np.testing.assert_allclose([float(row["adds"]) for row in rows], found["effects"].values, rtol=1e-5)
    assert found["icon"].shape == (64, 64, 3)
    assert found["before"] == "conv2_activation"


def test_lines_give_what_feeds_a_unit_that_its_relu_has_cut_off(monkeypatch, tmp_path):
    """As the card does, they ask the layer before the activation function; behind it the gradient is 0."""
    inputs = keras.Input((SIDE, SIDE, 3))
    x = keras.layers.Conv2D(2, 3, kernel_initializer="ones", name="first")(inputs)
    x = keras.layers.Conv2D(2, 3, kernel_initializer=keras.initializers.Constant(-1.0))(x)
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.ReLU(name="cut")(x))
    classifier, image = classifier_of(keras.Model(inputs, keras.layers.Dense(3, "softmax")(x))), random_image()
    context = Context(classifier, "cut", image, "image", "", vislib.Target(0), classifier.logits(image))
    monkeypatch.setattr(vislib, "load_classifier", lambda *_, **__: classifier)
    monkeypatch.setattr(vislib, "load_image", lambda *_: image)
    monkeypatch.chdir(tmp_path)
    found = run_snippet(snippets.unit_card(context, "cut", 0, "given"), given=image[None])
    assert found["before"] == "first"
    assert found["maps"].max() == 0
    assert (found["feeds"] < 0).all()


@pytest.mark.parametrize(
    "query",
    [
        {"model": "digit-size", "image": "scenes/scene-1.png"},
        {"model": "scene-segmentation", "image": "scenes/scene-1.png"},
    ],
)
def test_numbers_and_maps_have_cards_too(open_page, query):
    shown = text(check_sound(open_page("unit_card", **query)))
    assert "Channels that feed it most" in shown


def test_strongest_channels_at_a_place_of_feature_maps_open_cards(open_page, icons_drawn):
    page = check_sound(open_page("feature_maps", {"unit": (0.5, 0.25)}, model="cifar10", layer="conv3_activation"))
    classifier, image = vislib.load_classifier("cifar10"), vislib.load_image("sample_images/cifar10/cat.png")
    height, width = vislib.feature_maps(classifier, image, "conv3_activation").shape[:2]
    found = vislib.strongest_at(classifier, image, "conv3_activation", height // 4, width // 2)
    expected = [f"conv3_activation|{one.channel}" for one in found if one.value > 0]
    assert [tile.id for tile in icons_drawn["vocabulary"]] == expected
    assert any(button.label.startswith("Card of channel") for button in page.button)


@pytest.mark.parametrize(
    ("button", "heading"), [("Card of channel 3", "Unit card"), ("What channel 3 wants to see", "What a unit wants")]
)
def test_buttons_of_feature_maps_open_the_other_page_with_the_channel(button, heading, open_page):
    page = open_page("feature_maps", model="cifar10", layer="conv2_activation", channel="3")
    next(one for one in page.button if one.label == button).click().run()
    assert text(check_sound(page)).startswith(heading)
    assert page.selectbox(key="layer").value == "conv2_activation"
    assert page.number_input(key="channel").value == 3


def test_clicked_icon_opens_the_card_of_its_channel(open_page):
    opened = open_page("feature_maps", {"card to open": ("conv2_activation", 3)}, model="cifar10")
    assert "Channel 3 of conv2_activation" in text(check_sound(opened))

"""What a person changes shows in the pictures: class, layer, channel, parameters, the second image."""

import re

import pytest
from page_text import blocks, check_sound, errors, pictures, text
from quick_methods import QUICK

import vislib
from pages._ui.results.look import Look
from vislib.language import score_number

SMALL = {"model": "cifar10", "image": "cifar10/cat.png"}
"""A network whose class activation maps are there at once, for what the captions of every network say."""


@pytest.fixture(scope="module")
def small_logits(samples) -> dict[str, float]:
    """The small network's logits of its cat, by class."""
    small = vislib.load_classifier("cifar10")
    return dict(zip(small.labels, small.logits(vislib.load_image(samples / "cifar10" / "cat.png")), strict=True))


@pytest.mark.parametrize("name", ["overview", "saliency", "class_activation"])
def test_class_change_shows_in_captions(name, open_page, small_logits):
    page = open_page(name, **SMALL, **QUICK)
    page.selectbox(key="class").select("dog").run()
    check_sound(page)
    assert f"Logit of “dog”: {score_number(small_logits['dog'])}." in text(page)
    assert "Logit of “cat”" not in text(page)
    assert "Grad-CAM for dog over cifar10/cat.png" in pictures(page) or name == "saliency"


def test_difference_and_sign_show_in_captions(open_page, small_logits):
    page = open_page("class_activation", **SMALL, **{"class": "cat", "against": "dog"})
    difference = small_logits["cat"] - small_logits["dog"]
    assert f"Logit of “cat” − “dog”: {score_number(difference)}." in text(check_sound(page))
    page.toggle(key="counterfactual").set_value(True).run()
    assert f"Minus the logit of “cat” − “dog”: {score_number(-difference)}." in text(check_sound(page))


def test_probability_shows_in_captions(open_page):
    page = open_page("class_activation", **SMALL, score="probability")
    assert "Probability of “cat”: 0.900." in text(check_sound(page))


def test_top_prediction_follows_the_image(open_page):
    page = open_page("class_activation", **SMALL)
    page.selectbox(key="image").select("cifar10/ship.png").run()
    assert pictures(check_sound(page))[0] == "Grad-CAM for ship over cifar10/ship.png"


def test_filters_change_of_layer(open_page):
    page = open_page("filters")
    depthwise = next(layer for layer in page.selectbox(key="conv").options if "depthwise" in layer)
    page.selectbox(key="conv").select(depthwise).run()
    assert "(one per channel)" in text(check_sound(page))
    assert "One kernel per channel; all on one scale." in text(page)
    page.selectbox(key="conv").select("head_conv").run()
    assert "Kernel 1 × 1 Input channels 320 Filters 1280" in text(check_sound(page))
    assert pictures(page) == ["1280 filters of 1 × 1 over 320 input channels, as a matrix"]


def test_filters_fewer_shown(open_page):
    page = open_page("filters")
    page.slider(key="most_filters").set_value(16).run()
    assert "16 of 32 filters" in text(check_sound(page))


def test_filters_lead_to_feature_maps(open_page):
    page = open_page("filters", conv="head_conv")
    page.button[-1].click().run()
    assert re.search(r"Layer head_conv, \d+ of 140 Kind Conv2D", text(check_sound(page)))


def test_feature_maps_change_of_layer_and_channel(open_page, classifier, cat):
    page = open_page("feature_maps", channel="90")
    assert "Channel 90 over the image" in text(check_sound(page))
    page.selectbox(key="layer").select("stem_conv").run()
    maps = vislib.feature_maps(classifier, cat, "stem_conv")
    assert f"Values {maps.min():.3g} to {maps.max():.3g}".replace("-", "−") in text(check_sound(page))
    assert "Channel 90" not in text(page), "a channel of the layer before"
    page.number_input(key="channel").set_value(5).run()
    assert "Channel 5 alone" in text(check_sound(page))


def test_feature_maps_next_and_previous(open_page, classifier):
    layers = classifier.network.map_layers
    page = open_page("feature_maps", layer=layers[3])
    page.button(key="layer_after").click().run()
    assert f"Layer {layers[4]}, 5 of {len(layers)} " in text(check_sound(page))
    page.button(key="layer_before").click().run()
    assert f"Layer {layers[3]}, 4 of {len(layers)} " in text(check_sound(page))


def test_feature_maps_second_image(open_page, classifier, samples):
    page = open_page("feature_maps", channel="7")
    page.toggle(key="beside").set_value(True).run()
    assert "Channel 7 of block1_expand_relu over coffee.jpg" in pictures(check_sound(page))
    page.selectbox(key="other").select("rocket.jpg").run()
    rocket = vislib.feature_maps(classifier, vislib.load_image(samples / "rocket.jpg"), "block1_expand_relu")[..., 7]
    expected = f"The same channel over rocket.jpg Values {rocket.min():.3g} to {rocket.max():.3g}."
    assert expected in text(check_sound(page))


def test_occlusion_patch_and_stride(open_page):
    page = open_page("occlusion", **SMALL, **QUICK)
    page.number_input(key="occlusion.patch_px").set_value(8)
    page.number_input(key="occlusion.stride_px").set_value(8).run()
    assert "8-pixel patch, step 8." in text(check_sound(page))
    assert "One cell per patch, 4 × 4." in text(page)
    page.selectbox(key="occlusion.fill").select("mean").run()
    assert "One cell per patch, 4 × 4." in text(check_sound(page))


def test_occlusion_stride_above_patch_is_a_sentence(open_page):
    page = open_page("occlusion", **SMALL, **QUICK)
    page.number_input(key="occlusion.stride_px").set_value(6).run()
    assert not page.exception
    assert len(errors(page)) == 1
    assert "must be at most the patch, 5 px" in errors(page)[0]
    page.number_input(key="occlusion.stride_px").set_value(5).run()
    assert "5-pixel patch, step 5." in text(check_sound(page))


def test_occlusion_patch_above_input_is_a_sentence(open_page):
    page = open_page("occlusion", **SMALL, **QUICK)
    page.number_input(key="occlusion.patch_px").set_value(500).run()
    assert not page.exception
    assert page.number_input(key="occlusion.patch_px").max == 32 or len(errors(page)) == 1
    page.number_input(key="occlusion.patch_px").set_value(32)
    page.number_input(key="occlusion.stride_px").set_value(32).run()
    assert "One cell per patch, 1 × 1." in text(check_sound(page))


def test_saliency_samples(open_page):
    page = open_page("saliency", **SMALL, **QUICK)
    before = blocks(page)
    page.number_input(key="smoothgrad.n_samples").set_value(2).run()
    assert blocks(check_sound(page)) != before, "the scale of another map"


def test_class_activation_other_layer(open_page):
    page = open_page("class_activation", **SMALL)
    page.selectbox(key="cam_layer").select("conv2_activation").run()
    assert "Grad-CAM at layer conv2_activation" in text(check_sound(page))
    assert "Not the usual layer: that is conv4_activation" in text(page)


@pytest.mark.parametrize("name", ["saliency", "class_activation"])
def test_every_class_side_by_side_where_there_are_few(name, open_page, tiles_drawn):
    check_sound(open_page(name, model="digits", image="digits/3.png"))
    shown = next(groups for key, groups in tiles_drawn.items() if key.startswith("every class"))
    assert [tile.label.split(":")[0] for tile in shown[0].tiles] == list("0123456789")
    assert len({tile.src for tile in shown[0].tiles}) == 10, "the maps of different classes are the same"
    assert shown[0].tiles[3].label == "3: 92 %"


def test_every_class_side_by_side_not_for_a_thousand(open_page):
    assert "every class" not in text(open_page("class_activation"))


def test_look_signed_map_gets_colours_that_show_signs():
    assert Look(0.3, "viridis").suited(True) == Look(0.3, None)
    for colormap, signed in (("PuOr_r", True), ("jet", True), (None, True), ("viridis", False), ("magma", False)):
        assert Look(0.3, colormap).suited(signed).colormap == colormap

"""The glance's number under the cursor: step by step back from a probability to the image, each line a true one."""

from types import SimpleNamespace

import numpy as np
import pytest
from page_text import blocks, check_sound
from tiny_models import SIDE, classifier_of, tiny

import vislib
from pages._ui.overview import network_view
from vislib.layers import operation_of

DIGIT = {"model": "digits", "image": "digits/3.png"}


def click(page, key):
    page.button(key=key).click().run()
    return check_sound(page)


def test_from_the_probability_back_to_the_image(open_page, samples):
    page = check_sound(open_page("overview", **DIGIT))
    classifier = vislib.load_classifier("digits")
    image = vislib.load_image(samples / "digits" / "3.png")
    assert any("/ Σ e^z over 10 classes = 0.9" in block for block in blocks(page))
    page = click(page, "source score")
    seen = []
    for _ in range(20):
        layer, channel = page.session_state["number of"]
        seen.append(layer)
        if not layer:  # the input
            break
        operation = operation_of(classifier, image, layer)
        if operation.can_be_shown:
            at = (0, 0)
            if operation.output.ndim == 3:
                x, y = (0.5, 0.5)
                if "number at" in page.session_state:
                    x, y = page.session_state["number at"]
                at = (int(y * operation.output.shape[0]), int(x * operation.output.shape[1]))
            expected = operation.at(*at, channel)
            value = operation.output[channel] if operation.output.ndim == 1 else operation.output[*at, channel]
            assert expected.value == pytest.approx(float(value), rel=1e-3, abs=1e-4)
            assert any(expected.lines[-1] in block for block in blocks(page))
        in_window = any("Products of the 3 × 3 window" in block for block in blocks(page))
        page = click(page, "source 0")
    assert seen[0] == "predictions"
    assert seen[-2:] == ["conv1", ""]
    assert in_window
    x, y = page.session_state["number at"]
    pixel = float(classifier.resize(image)[int(y * 28), int(x * 28), 0])
    line = f"({pixel:g} − 0) / 255 = "
    assert any(line in block and f"{pixel / 255:.3g}"[:4] in block for block in blocks(page))
    page = click(page, "source probability")
    assert any("Σ e^z" in block for block in blocks(page))


def test_input_channels_have_the_names_of_their_colours():
    """A red image in a network that takes blue, green, red."""
    red = np.zeros((SIDE, SIDE, 3), np.uint8)
    red[..., 0] = 255
    classifier = classifier_of(tiny("conv_relu").model, preprocess="caffe bgr")
    group = network_view._input(SimpleNamespace(classifier=classifier, image=red))
    prepared = classifier.preprocess_input(classifier.resize(red)[None])[0]
    brightest = prepared.mean(axis=(0, 1)).argmax()
    assert [tile.label for tile in group.tiles][brightest] == "Red"
    assert [tile.label for tile in group.tiles] == ["Blue", "Green", "Red"]


def test_another_network_begins_at_its_probability(open_page):
    page = click(open_page("overview", **DIGIT), "source score")
    assert page.session_state["number of"][0] == "predictions"
    page.session_state["number of"] = ("conv2", 63)
    page.selectbox(key="model").select("cifar10").run()
    check_sound(page)
    assert np.isfinite(page.session_state["number of"][1])


def test_network_without_the_chosen_layer_has_lines_to_what_its_number_is(open_page):
    page = check_sound(open_page("overview", {"number of": ("conv2", 3)}, **DIGIT))
    assert not any("contribute to the logit of" in block for block in blocks(page))
    page = check_sound(open_page("overview", {"number of": ("not_in_it", 3)}, **DIGIT))
    assert any("Σ e^z" in block for block in blocks(page))
    assert any("contribute to the logit of “3”" in block for block in blocks(page))


def test_lines_end_at_the_bar_of_what_is_explained_and_add_up(open_page, monkeypatch):
    """Also of a class that is not among the most probable ones."""
    drawn = []
    monkeypatch.setattr(
        "pages._ui.overview.network_view.tiles", lambda groups, **settings: drawn.append((groups, settings))
    )
    page = check_sound(open_page("overview", model="cifar10", **{"class": "truck"}))
    groups, settings = drawn[-1]
    names = [name for name, *_ in groups[-1].html_bars]
    assert {line.end for line in settings["lines"]} == {f"bar {names.index('truck')}"}
    assert any("contribute to the logit of “truck”" in block for block in blocks(page))


def test_lines_of_a_segment_are_those_of_its_region(open_page):
    page = check_sound(open_page("overview", model="scene-segmentation"))
    assert any("What the number is made of" in block and "over" in block for block in blocks(page))

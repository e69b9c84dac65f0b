"""The channels that decided: identities, and what happens when they are masked."""

import functools

import numpy as np
import pytest
from tiny_models import random_image, tiny

import vislib
from vislib.attribution.channels import heatmaps, masking_check
from vislib.errors import LayerError, ParameterError
from vislib.targets import Channel


@functools.cache
def digit_network() -> vislib.Classifier:
    return vislib.load_classifier("digits")


def test_channels_of_a_linear_head_add_up_to_the_logit_less_its_bias():
    classifier = tiny("conv_relu")
    bias = np.linspace(-1, 1, 4)
    dense = classifier.model.layers[-1]
    kernel, old = dense.get_weights()
    dense.set_weights([kernel, bias])
    try:
        found = vislib.channels(classifier, random_image(), target=2)
        assert found.layer == "conv2"
        assert found.values.sum() == pytest.approx(found.score - bias[2], rel=1e-5)
        assert found.rest == pytest.approx(bias[2], rel=1e-4)
        maps = classifier.network.maps(classifier.preprocess_input(random_image()[None]), ["conv2"])[0][0]
        np.testing.assert_allclose(found.values, maps.mean(axis=(0, 1)) * kernel[:, 2], rtol=1e-4)
        np.testing.assert_allclose(found.cells.sum(axis=(0, 1)), found.values, rtol=1e-5)
    finally:
        dense.set_weights([kernel, old])


def test_channels_by_relevance_add_up_to_what_is_passed_back():
    found = vislib.channels(tiny("conv_relu"), random_image(), "conv1", 1, by="relevance", composite="lrp-0")
    by_gradient = vislib.channels(tiny("conv_relu"), random_image(), "conv1", 1)
    # In a network of convolutions and ReLUs, LRP-0 is gradient × activation.
    np.testing.assert_allclose(found.values, by_gradient.values, rtol=1e-3, atol=1e-6)
    assert found.values.sum() + found.rest == pytest.approx(found.score, rel=1e-5)


def test_heatmaps_of_all_channels_add_up_to_the_whole_map():
    classifier, image = tiny("activation_layers"), random_image()
    found = vislib.channels(classifier, image, "act1", 1, by="relevance")
    parts = heatmaps(classifier, image, found, range(6))
    whole = vislib.explain("lrp", classifier, image, 1).values
    np.testing.assert_allclose(parts.sum(axis=0), whole, rtol=1e-3, atol=1e-5 * np.abs(whole).max())

    found = vislib.channels(classifier, image, "act1", 1)
    parts = heatmaps(classifier, image, found, range(6))
    hires = vislib.explain("hires-cam", classifier, image, 1, layer="act1").details["cells"]
    np.testing.assert_allclose(found.cells.sum(axis=-1), hires, rtol=1e-3, atol=1e-6)
    assert parts.shape == (6, *classifier.input_size)


def test_channels_are_ordered_by_what_they_contribute():
    found = vislib.channels(tiny("conv_relu"), random_image(), target=0)
    assert (np.diff(found.values[found.order]) <= 0).all()
    strongest = found.strongest(3)
    assert np.abs(found.values[strongest]).min() >= np.abs(np.delete(found.values, strongest)).max()


@pytest.mark.parametrize("by", ["gradient", "relevance"])
@pytest.mark.parametrize("number", range(10))
def test_masking_the_five_top_channels_lowers_the_logit_more_than_five_at_random(by, number):
    digits = digit_network()
    image = vislib.load_image(f"sample_images/digits/{number}.png")
    check = masking_check(digits, image, vislib.channels(digits, image, by=by))
    assert check.without < check.at_random
    assert (len(check.masked), check.n_random) == (5, 20)


def test_masking_check_of_a_linear_head_is_the_contributions_left_out():
    found = vislib.channels(tiny("conv_relu"), random_image(), target=2)
    check = masking_check(tiny("conv_relu"), random_image(), found, n=3, n_random=4)
    assert check.masked == tuple(found.order[:3])
    assert check.without == pytest.approx(found.score - found.values[list(check.masked)].sum(), rel=1e-4)


def test_all_channels_at_random_are_all_channels():
    found = vislib.channels(tiny("conv_relu"), random_image(), target=2)
    check = masking_check(tiny("conv_relu"), random_image(), found, n=len(found.values), n_random=2)
    assert check.at_random == pytest.approx(found.score - found.values.sum(), rel=1e-4)


def test_channels_of_a_hidden_target():
    found = vislib.channels(tiny("conv_relu"), random_image(), target=Channel("conv2", 3))
    assert found.layer == "conv1"
    assert len(found.values) == 6


@pytest.mark.parametrize("by", ["gradient", "relevance"])
def test_channels_of_a_layer_behind_the_target_refused(by):
    with pytest.raises(LayerError, match="name a layer before it"):
        vislib.channels(tiny("conv_relu"), random_image(), "conv2", Channel("conv1", 0), by=by)


def test_channels_refuse_what_does_not_exist():
    with pytest.raises(ParameterError, match=r"`by` must be one of gradient, relevance; not 'guess'"):
        vislib.channels(tiny("conv_relu"), random_image(), by="guess")
    with pytest.raises(ParameterError, match="There is no composite 'x'"):
        vislib.channels(tiny("conv_relu"), random_image(), by="relevance", composite="x")
    found = vislib.channels(tiny("conv_relu"), random_image())
    with pytest.raises(LayerError, match="go from 0 to 7; not 8"):
        heatmaps(tiny("conv_relu"), random_image(), found, [8])

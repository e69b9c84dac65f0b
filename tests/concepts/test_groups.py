"""Groups of one image: they reproduce Keras's activations to the stated error, and their contributions sum up."""

import numpy as np
import pytest
from tiny_models import keras, random_image, tiny

import vislib
from vislib import LayerError, ParameterError
from vislib.concepts import group_picture, groups, regions_picture
from vislib.concepts.pictures import colour, regions
from vislib.language import written


def activations(style: str, layer: str) -> np.ndarray:
    classifier = tiny(style)
    tapped = keras.Model(classifier.model.inputs, classifier.model.get_layer(layer).output)
    return np.asarray(tapped(random_image()[None].astype(np.float32) / 255), np.float64)[0]


@pytest.mark.parametrize(("style", "layer"), [("conv_relu", "conv1"), ("activation_layers", "act2")])
def test_groups_reproduce_activations_to_the_stated_error(style, layer):
    found = groups(tiny(style), random_image(), layer, 4)
    expected = activations(style, layer)
    again = found.maps.astype(np.float64) @ found.channels
    assert found.error == pytest.approx(np.linalg.norm(expected - again) / np.linalg.norm(expected), rel=1e-3)
    assert 0 < found.error < 0.5
    assert found.lost == 0
    assert not found.notes
    assert found.maps.shape == (*expected.shape[:2], 4)
    assert len(found) == 4


def test_groups_of_a_layer_with_negative_activations_say_what_is_lost():
    found = groups(tiny("activation_layers"), random_image(), "conv1", 3)
    expected = activations("activation_layers", "conv1")
    share = -expected[expected < 0].sum() / np.abs(expected).sum()
    assert found.lost == pytest.approx(share, rel=1e-4)
    assert found.notes[0].startswith(f"{written(share, '.1%')} of the activations of conv1 are negative")
    positive = np.maximum(expected, 0)
    again = found.maps.astype(np.float64) @ found.channels
    assert found.error == pytest.approx(np.linalg.norm(positive - again) / np.linalg.norm(positive), rel=1e-3)


@pytest.mark.parametrize("class_index", [0, 3])
def test_contributions_sum_to_the_logit_of_a_linear_head(class_index):
    """Behind conv2 there are only the mean and one linear layer: contributions, rest and bias are the logit."""
    classifier = tiny("conv_relu")
    found = groups(classifier, random_image(), n_groups=5, target=class_index)
    assert found.layer == "conv2"
    kernel, bias = (np.asarray(weight, np.float64) for weight in classifier.model.get_layer("scores").get_weights())
    by_hand = [(found.maps[..., k].mean() * found.channels[k] @ kernel)[class_index] for k in range(5)]
    np.testing.assert_allclose(found.contributions, by_hand, rtol=1e-4, atol=1e-6)
    assert (np.diff(found.contributions) <= 0).all()
    logit = classifier.logits(random_image())[class_index]
    assert found.contributions.sum() + found.rest + bias[class_index] == pytest.approx(logit, rel=1e-4)
    assert found.score == pytest.approx(float(logit), rel=1e-4)


def test_groups_are_of_the_predicted_class_by_default():
    classifier = tiny("conv_relu")
    found = groups(classifier, random_image())
    assert found.target.class_index == classifier.logits(random_image()).argmax()
    again = groups(classifier, random_image(), "conv2", 6, target=int(found.target.class_index))
    np.testing.assert_array_equal(found.maps, again.maps)


def test_strongest_channels_have_the_largest_weights():
    found = groups(tiny("conv_relu"), random_image(), n_groups=2)
    numbers, shares = zip(*found.strongest_channels(0, 8), strict=True)
    assert found.channels[0][numbers[0]] == found.channels[0].max()
    assert sum(shares) == pytest.approx(1, rel=1e-4)


def test_wrong_arguments_refused():
    classifier = tiny("conv_relu")
    for n in (0, 17, 2.5, True):
        with pytest.raises(ParameterError, match="from 1 to 16; not"):
            groups(classifier, random_image(), n_groups=n)
    with pytest.raises(ParameterError, match=r"16 places \(or crops\) with 8 channels have 1 to 8 factors; not 9"):
        groups(classifier, random_image(), n_groups=9)
    with pytest.raises(LayerError, match="has no feature maps"):
        groups(classifier, random_image(), "scores")


def test_regions_have_the_colour_of_the_strongest_group():
    image = random_image()
    found = groups(tiny("conv_relu"), image, n_groups=3)
    picture = regions_picture(image, found, opacity=1.0, size=120)
    assert picture.size == (120, 120)
    where = regions(found, (120, 120))
    row, column = np.unravel_index(found.maps.max(axis=2).argmax(), found.maps.shape[:2])
    strongest = int(found.maps[row, column].argmax())
    at = (int((row + 0.5) * 30), int((column + 0.5) * 30))
    assert where[at] == strongest
    np.testing.assert_allclose(np.asarray(picture)[at], colour(strongest), atol=12)
    plain = regions_picture(image, found, opacity=0.0, size=120)
    np.testing.assert_array_equal(plain, vislib.render.seen(image, found.box, 120))
    one = np.asarray(group_picture(image, found, strongest, size=120), int)
    seen = np.asarray(vislib.render.seen(image, found.box, 120), int)
    np.testing.assert_allclose(one[at], seen[at], atol=1)
    assert one.sum() < seen.sum()


def test_picture_of_another_image_refused():
    found = groups(tiny("conv_relu"), random_image())
    with pytest.raises(ParameterError, match="an image of 12 × 12 pixels; this one has 30 × 20"):
        regions_picture(random_image(20, 30), found)
    with pytest.raises(ParameterError, match="from 0 to 1; not 2"):
        regions_picture(random_image(), found, opacity=2)

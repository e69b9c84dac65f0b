"""The layer of concepts by default, and crops that stay in their place where a layer has no places."""

import numpy as np
import pytest
from tiny_models import classifier_of, keras, random_image, tiny

from vislib import LayerError
from vislib.concepts import craft
from vislib.concepts.crops import kept_in_place, tiles_with_windows
from vislib.concepts.layers import default_layer
from vislib.targets import Channel


def dense_network():
    keras.utils.set_random_seed(0)
    inputs = keras.Input((12, 12, 3))
    x = keras.layers.Conv2D(4, 3, activation="relu", name="conv")(inputs)
    x = keras.layers.Dense(6, activation="relu", name="hidden")(keras.layers.Flatten()(x))
    return classifier_of(keras.Model(inputs, keras.layers.Dense(3, name="scores")(keras.layers.Dropout(0.5)(x))))


def test_default_layer_is_the_last_hidden_one_or_the_last_with_maps():
    dense = dense_network().network
    assert default_layer(dense, dense_network().target(1)) == "hidden"
    pooled = tiny("conv_relu")
    assert pooled.network.last_hidden_layer is None
    assert default_layer(pooled.network, pooled.target(1)) == "conv2"
    hidden = Channel("conv2", 0)
    assert default_layer(pooled.network, hidden) == "conv1"


def test_all_but_the_box_has_the_median_colour():
    image = random_image(12, 12)
    (kept,) = kept_in_place(image, [(2, 3, 4, 5)])
    np.testing.assert_array_equal(kept[2:6, 3:8], image[2:6, 3:8])
    kept[2:6, 3:8] = np.median(image, axis=(0, 1)).astype(np.uint8)
    assert (kept == kept[0, 0]).all()


def test_windows_lie_around_the_middles_of_tiles():
    (rows, columns), windows = tiles_with_windows((12, 24), 6)
    assert (rows, columns, len(windows)) == (6, 12, 72)
    for number, (top, left, height, width) in enumerate(windows):
        row, column = divmod(number, columns)
        assert top <= 2 * row + 1 <= top + height
        assert left <= 2 * column + 1 <= left + width
        assert 0 <= top <= top + height <= 12
        assert 0 <= left <= left + width <= 24


def test_crops_of_a_layer_without_places_are_factored_in_place():
    classifier = dense_network()
    images = np.stack([random_image(12, 12)] * 2)
    found = craft(classifier, images, 1, only_predicted=False, n_concepts=2, n_designs=2)
    assert found.layer == "hidden"
    tapped = keras.Model(classifier.model.inputs, classifier.model.get_layer("hidden").output)
    kept = kept_in_place(images[0], [tuple(found.crop_boxes[0, 0])])
    expected = np.asarray(tapped(kept.astype(np.float32) / 255))[0]
    strongest = found.coefficients[found.coefficients[:, 0].argmax()]
    assert np.linalg.norm(expected - strongest @ found.vectors) < 0.7 * np.linalg.norm(expected)
    assert found.maps(classifier, images[0]).shape == (9, 9, 2)


def test_layer_without_maps_that_is_not_the_last_hidden_one_refused():
    with pytest.raises(LayerError, match=r"Concepts cannot be found in layer 'scores'.*hidden, conv"):
        craft(dense_network(), np.zeros((1, 12, 12, 3), np.uint8), 1, "scores")

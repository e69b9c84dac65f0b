"""A channel's activations over a set, against all maps at once."""

import numpy as np
import pytest
from tiny_models import random_image, tiny

import vislib
from vislib import LayerError, channel_activity
from vislib.activations import activity

IMAGES = np.stack([random_image(seed=seed) for seed in range(6)])


def test_values_and_maxima_are_those_of_the_maps(monkeypatch):
    monkeypatch.setattr(activity, "_MAX_MAP_BYTES", 4 * 5 * 5 * 8 * 4)
    maps = np.stack([vislib.feature_maps(tiny("conv_relu"), image, "conv2")[..., 3] for image in IMAGES])
    found = channel_activity(tiny("conv_relu"), IMAGES, "conv2", 3)
    np.testing.assert_allclose(found.values, maps.ravel(), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found.maxima, maps.max(axis=(1, 2)), rtol=1e-4, atol=1e-5)
    assert found.share_below(np.inf) == 1
    assert found.rank(float(np.sort(found.maxima)[-2])) == 2


def test_of_many_values_each_image_keeps_as_many(monkeypatch):
    monkeypatch.setattr(activity, "_MAX_VALUES", 40)
    found = channel_activity(tiny("conv_relu"), IMAGES, "conv2", 3)
    assert len(found.values) == 6 * 5  # every third of 16 places, from the second on
    assert len(found.maxima) == 6


def test_no_such_channel_a_sentence():
    with pytest.raises(LayerError, match="go from 0 to 7; not 8"):
        channel_activity(tiny("conv_relu"), IMAGES, "conv2", 8)

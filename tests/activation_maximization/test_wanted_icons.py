"""Icons made by activation maximization: those that `maximize` makes, made small."""

import numpy as np
import pytest
from PIL import Image
from tiny_models import tiny

from vislib import LayerError
from vislib import activation_maximization as am


def test_wanted_icons_are_the_maximized_pictures_made_small():
    found = am.wanted_icons(tiny("conv_relu"), "conv2", [3, 5], side=8, steps=2, seed=4)
    made = am.maximize(tiny("conv_relu"), [am.Channel("conv2", 3), am.Channel("conv2", 5)], steps=2, seed=4)
    small = [np.asarray(Image.fromarray(one).resize((8, 8), Image.Resampling.BICUBIC)) for one in made.pictures]
    np.testing.assert_array_equal(found.pictures, small)
    np.testing.assert_allclose(found.values, made.scores, rtol=1e-6)
    assert found.source == "activation maximization"


def test_no_such_channel_a_sentence():
    with pytest.raises(LayerError, match="go from 0 to 7; not 8"):
        am.wanted_icons(tiny("conv_relu"), "conv2", [8], steps=1)

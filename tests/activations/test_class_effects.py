"""What a channel adds to each class: the head's weights, and gradients that Keras computes one class at a time."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from tiny_models import STYLES, random_image, tiny

import vislib
from vislib import LayerError, class_effects

IMAGES = np.stack([random_image(seed=seed) for seed in range(5)])


def test_linear_head_its_weights():
    kernel = np.asarray(tiny("softmax_layer").model.layers[-2].kernel)
    found = class_effects(tiny("softmax_layer"), None, "conv1", 4)
    np.testing.assert_array_equal(found.values, kernel[4])
    assert (found.how, found.n_images) == ("weights", 0)


@pytest.mark.parametrize(
    ("style", "layer"),
    [("conv_relu", "conv1"), ("activation_layers", "act1"), ("relu_layers", "relu1")],
)
def test_mean_of_activation_times_gradient(style, layer):
    model = tiny(style).model
    logits = model.layers[-1]
    before = logits.input if isinstance(logits, keras.layers.Activation) else None
    both = keras.Model(model.input, [model.get_layer(layer).output, logits.input if before is None else before])
    with tf.GradientTape(persistent=True) as tape:
        maps, last = both(tf.constant(IMAGES / 255, tf.float32), training=False)
        if before is None:
            last = last @ logits.kernel + logits.bias
        each = [tf.reduce_sum(last[:, one]) for one in range(last.shape[1])]
    effects = [(np.asarray(tape.gradient(one, maps)) * np.asarray(maps)).sum(axis=(1, 2)).mean(axis=0) for one in each]
    for channel in range(maps.shape[3]):
        found = class_effects(tiny(style), IMAGES, layer, channel)
        np.testing.assert_allclose(found.values, [one[channel] for one in effects], rtol=1e-3, atol=1e-5)
        assert (found.how, found.n_images) == ("gradient × activation", 5)


@pytest.mark.parametrize("style", STYLES)
def test_every_style_gives_a_finite_number_for_each_class(style):
    layer = tiny(style).network.map_layers[0]
    found = class_effects(tiny(style), IMAGES[:2], layer, 1)
    assert found.values.shape == (len(tiny(style).labels),)
    assert np.isfinite(found.values).all()


def test_bad_channel_and_no_images_a_sentence():
    with pytest.raises(LayerError, match="go from 0 to 5; not 6"):
        class_effects(tiny("conv_relu"), IMAGES, "conv1", 6)
    with pytest.raises(vislib.ImageError, match="give `images`"):
        class_effects(tiny("conv_relu"), None, "conv1", 0)

"""Layer names in other letters than TensorFlow takes: refused with a way on."""

import keras
import numpy as np
import pytest

import vislib


def model_with_a_layer_named(name: str) -> keras.Model:
    keras.utils.set_random_seed(0)
    inputs = keras.Input((12, 12, 3))
    maps = keras.layers.Conv2D(4, 3, name=name)(inputs)
    return keras.Model(inputs, keras.layers.Dense(2)(keras.layers.GlobalAveragePooling2D()(maps)))


def test_layer_with_a_chinese_name_is_refused_and_another_name_helps():
    model = model_with_a_layer_named("第一层")
    with pytest.raises(vislib.ModelError, match=r"the name '第一层'.*keras\.models\.clone_model"):
        vislib.load_classifier(model, preprocess="0..1")

    numbers = iter(range(99))

    def renamed(layer):
        return type(layer).from_config(layer.get_config() | {"name": f"layer_{next(numbers)}"})

    copy = keras.models.clone_model(model, clone_function=renamed)
    copy.set_weights(model.get_weights())
    image = np.random.default_rng(0).integers(0, 256, (12, 12, 3), np.uint8)
    classifier = vislib.load_classifier(copy, preprocess="0..1")
    np.testing.assert_allclose(classifier.logits(image), model(image[None] / 255.0)[0], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["conv.1", "block-1_conv", "Conv>1"])
def test_names_that_tensorflow_takes_stay(name):
    classifier = vislib.load_classifier(model_with_a_layer_named(name), preprocess="0..1")
    assert classifier.logits(np.zeros((12, 12, 3), np.uint8)).shape == (2,)

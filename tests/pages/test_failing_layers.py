"""Pages with a network whose custom layer fails: sentences in place, never Streamlit's traceback."""

import pytest
from app_pages import PAGES
from page_text import blocks, errors
from quick_methods import QUICK
from tiny_models import PLAIN, SIDE, seeded

from pages._ui.shell import models
from vislib import load_classifier
from vislib.backend import keras, tf

layers = keras.layers
REASON = "no such thing as a free lunch"
LINES = "import vislib\n\nclassifier = vislib.load_classifier('own.keras')\n"


class Fails(layers.Layer):
    def call(self, inputs):
        if not isinstance(inputs, keras.KerasTensor):
            raise RuntimeError(REASON)
        return inputs

    def compute_output_spec(self, inputs):
        return keras.KerasTensor(inputs.shape, inputs.dtype)


class FailsBackwards(layers.Layer):
    def call(self, inputs):
        @tf.custom_gradient
        def same(values):
            def gradient(upstream):
                raise RuntimeError(REASON)

            return tf.identity(values), gradient

        return same(inputs)


def page_with(open_page, name, layer):
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(4, 3, activation="relu", name="before")(inputs)
    x = layers.Conv2D(4, 3, activation="relu", name="behind")(layer(x))
    x = layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x))
    classifier = load_classifier(seeded(keras.Model(inputs, x, name="net")), preprocess=PLAIN)
    key = ("own", f"test_failing_layers {type(layer).__name__}")
    models.store().put(key, classifier)
    own = models.UserModel(key, "Uploaded by you", LINES, classifier.channels, classifier.input_size)
    return open_page(name, {"own_models": {"failing net": own}}, model="failing net", **QUICK)


def shown(page) -> str:
    boxes = [element.value.replace("\\", "").replace("\u2060", "") for element in page.info]
    return "\n".join([*errors(page), *boxes, *blocks(page)])


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if page.has_context])
def test_layer_that_always_fails_is_a_sentence_on_every_page(open_page, name):
    page = page_with(open_page, name, Fails(name="own"))
    assert not page.exception, page.exception[0].value
    assert page.selectbox(key="model").value == "failing net"  # and another can be chosen
    if page.error or page.info:
        assert REASON in shown(page)
        assert "'own'" in shown(page)


@pytest.mark.parametrize("name", ["overview", "saliency", "class_activation", "occlusion"])
def test_layer_whose_gradient_fails_leaves_the_other_methods(open_page, name):
    page = page_with(open_page, name, FailsBackwards(name="own"))
    assert not page.exception, page.exception[0].value
    if name == "occlusion":
        assert REASON not in shown(page)
        return
    assert f"'own' (FailsBackwards): RuntimeError, “{REASON}”" in shown(page)


def test_other_network_is_chosen_after_the_failure(open_page):
    page = page_with(open_page, "overview", Fails(name="own"))
    assert page.error
    page = page.selectbox(key="model").select("efficientnet-lite0").run()
    assert not page.exception
    assert not page.error

"""The one run of a model file in the other process: models of any inputs and outputs are run within the limits."""

import math

import any_networks
import pytest

from vislib.backend import keras
from vislib.errors import ModelError
from vislib.model_file import sizes, trial

layers = keras.layers
INPUTS = ("two inputs", "two outputs", "channels first", "no channel axis", "flat vector", "uint8", "segmentation")


@pytest.fixture
def run_shapes(monkeypatch) -> list:
    """The inputs of each graph whose sizes are checked."""
    seen: list = []
    real = trial.check_graph
    monkeypatch.setattr(trial, "check_graph", lambda graph: (seen.append(tuple(graph.input.shape)), real(graph)))
    return seen


@pytest.mark.parametrize("name", INPUTS)
def test_models_of_any_input_are_run(name, run_shapes):
    trial.try_model(any_networks.model_of(name))
    assert len(run_shapes) == 1
    side = any_networks.SIDE
    assert math.prod(run_shapes[0][1:]) in (side * side * 3, side * side)


@pytest.mark.parametrize("name", INPUTS)
def test_models_of_any_input_are_refused_if_they_compute_too_much(name, monkeypatch):
    monkeypatch.setattr(sizes, "MAX_MULTIPLY_ADDS", 100)
    with pytest.raises(ModelError, match="multiply-adds"):
        trial.try_model(any_networks.model_of(name))


def test_two_images_and_an_unusable_output_do_not_refuse_a_model(run_shapes):
    first, second = keras.Input((None, None, 3), name="left"), keras.Input((None, None, 3), name="right")
    both = layers.Conv2D(2, 3)(layers.Concatenate()([first, second]))
    boxes = layers.Reshape((-1, 2))(both)
    model = keras.Model([first, second], [boxes, layers.Dense(2)(layers.GlobalAveragePooling2D()(both))])
    trial.try_model(model)
    assert run_shapes == [(None, 224, 224, 3)]


def test_outputs_that_are_not_looked_at_are_run_too():
    """The whole model runs in the other process, so that its limits hold for what a person chooses later."""
    ran = []

    class Watched(layers.Layer):
        def call(self, inputs):
            if not isinstance(inputs, keras.KerasTensor):
                ran.append(self.name)
            return inputs

    inputs = keras.Input((8, 8, 3))
    x = layers.GlobalAveragePooling2D()(inputs)
    model = keras.Model(inputs, [layers.Dense(2)(x), Watched(name="second")(layers.Dense(2)(x))])
    ran.clear()  # Keras calls it once to know its shape
    trial.try_model(model)
    assert ran == ["second"]


def test_model_that_takes_no_image_is_left_to_the_sentence_of_load_classifier(run_shapes):
    words = keras.Input((None,))
    trial.try_model(
        keras.Model(words, layers.Dense(2)(layers.GlobalAveragePooling1D()(layers.Reshape((-1, 1))(words))))
    )
    assert run_shapes == []

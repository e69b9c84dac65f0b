"""What a model leaves open: the input for the image, its size, values for other inputs, one of several outputs."""

import any_networks
import numpy as np
import pytest

from vislib.backend import keras
from vislib.errors import ParameterError
from vislib.loading.choices import check_shape, choices_of, image_size, square_size, tasks_for, zeros
from vislib.tasks import Task

layers = keras.layers
SIDE = any_networks.SIDE
ASKED = {"two inputs", "two images", "flat vector", "inputs in a dict"}


@pytest.mark.parametrize("name", any_networks.CASES)
def test_only_what_a_model_does_not_say_is_asked(name):
    choices = choices_of(any_networks.model_of(name))
    assert choices.must_ask is (name in ASKED)
    assert choices.n_outputs in (0, 1) or choices.first_output == next(iter(choices.outputs))


def test_image_is_the_input_with_the_most_axes():
    choices = choices_of(any_networks.model_of("two inputs"))
    assert choices.images == ("image",)
    assert choices.others("image") == {"meta": (3,)}
    assert choices.flat_length("image") is None
    assert choices_of(any_networks.model_of("flat vector")).flat_length(
        any_networks.model_of("flat vector").inputs[0].name
    ) == (SIDE * SIDE)


def test_outputs_that_cannot_be_explained_are_left_out_and_equal_names_have_numbers():
    inputs = keras.Input((8, 8, 3))
    maps = layers.Conv2D(2, 3)(inputs)
    scores = layers.Dense(2, name="scores")
    twice = [scores(layers.GlobalAveragePooling2D()(maps)), scores(layers.GlobalMaxPooling2D()(maps))]
    choices = choices_of(keras.Model(inputs, [layers.Reshape((36, 2))(maps), *twice]))
    assert choices.outputs == {1: (2,), 2: (2,)}
    assert choices.first_output == 1
    assert choices.n_outputs == 3


@pytest.mark.parametrize(
    ("shape", "size"),
    [((8, 9, 3), None), ((None, None, 3), (224, 224)), ((None, 64, 1), (64, 64)), ((64, None, 3), (64, 64))],
)
def test_size_is_given_only_where_it_is_open(shape, size):
    inputs = keras.Input(shape, name="image")
    model = keras.Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling2D()(inputs)))
    assert image_size(model, "image") == size


@pytest.mark.parametrize(
    ("length", "size"), [(784, (28, 28)), (12_288, (64, 64)), (1, (1, 1)), (3, (1, 1)), (10, None)]
)
def test_square_that_a_flat_vector_may_be(length, size):
    assert square_size(length) == size


def test_zeros_fill_free_lengths():
    assert zeros((3,)).shape == (3,)
    assert zeros((None, 4)).shape == (1, 4)
    assert zeros((None, None, 2), (5, 6)).shape == (5, 6, 2)
    assert not zeros((2, 2, 1), (5, 6)).any()


def test_values_of_another_shape_are_refused():
    check_shape("meta", np.zeros(3), (3,))
    check_shape("words", np.zeros(7), (None,))
    with pytest.raises(ParameterError, match="input 'meta' must have the shape 3; not 1 × 3"):
        check_shape("meta", np.zeros((1, 3)), (3,))
    with pytest.raises(ParameterError, match="not that of a single number"):
        check_shape("meta", np.array(1.0), (3,))


@pytest.mark.parametrize("shape", [(1,), (4,), (8, 8, 1), (8, 8, 3)])
def test_every_task_that_is_offered_suits_the_output(shape):
    import vislib

    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(shape[-1], 3, padding="same")(inputs)
    model = keras.Model(inputs, x if len(shape) == 3 else layers.GlobalAveragePooling2D()(x))
    offered = tasks_for(shape)
    assert [vislib.load_classifier(model, preprocess="0..1", task=task).task for task in offered] == offered
    refused = set(Task) - {*offered, Task.UNKNOWN}
    if shape == (1,):
        refused -= {Task.CLASSIFICATION, Task.MULTI_LABEL}  # read as two classes, which "binary" says better
    for task in refused:
        with pytest.raises(ParameterError):
            vislib.load_classifier(model, preprocess="0..1", task=task)

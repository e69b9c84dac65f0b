"""Ascents whose end is known: linear models, a network that is silent, views that do nothing on average."""

import numpy as np
import pytest
from tiny_models import SIDE, classifier_of, keras_logits, random_image, tiny

from vislib.activation_maximization import (
    Fourier,
    Jitter,
    Padding,
    Pixels,
    Rotation,
    Scale,
    maximize,
)
from vislib.activation_maximization.transforms import drawn, viewed
from vislib.backend import keras

STRAIGHT = {"transforms": (), "optimiser": "gradient"}


def linear_weights(class_index):
    return tiny("linear").model.get_weights()[0][:, class_index].reshape(SIDE, SIDE, 3)


@pytest.mark.parametrize("class_index", range(3))
def test_linear_model_optimum_in_l2_ball_is_normalised_weights(class_index):
    """argmax of w·x over ‖x − grey‖ ≤ r is grey + r w/‖w‖."""
    radius = 1.0
    result = maximize(
        tiny("linear"), class_index, steps=60, learning_rate=0.2, parametrization=Pixels(radius=radius), **STRAIGHT
    )
    weights = linear_weights(class_index)
    np.testing.assert_allclose(result.state.variables[0] - 0.5, radius * weights / np.linalg.norm(weights), atol=1e-3)


def test_linear_model_in_the_box_black_and_white_by_sign_of_weight():
    result = maximize(tiny("linear"), 1, steps=60, learning_rate=1.0, parametrization=Pixels(), **STRAIGHT)
    weights = linear_weights(1)
    clear = np.abs(weights) > 0.05
    np.testing.assert_array_equal(result.pictures[0][clear] == 255, weights[clear] > 0)


def test_gradient_step_has_the_length_of_the_learning_rate():
    result = maximize(tiny("conv_relu"), 0, steps=1, learning_rate=0.03, parametrization=Pixels(), **STRAIGHT)
    start = Pixels().noise(np.random.default_rng([0, 0]), (SIDE, SIDE, 3))
    assert np.linalg.norm(result.state.variables[0] - start) == pytest.approx(0.03, rel=1e-3)


def test_adam_same_steps_as_keras():
    """Twenty steps on the linear model, whose gradient is the same everywhere."""
    result = maximize(tiny("linear"), 2, steps=20, learning_rate=0.01, parametrization=Pixels(), transforms=())
    variable = keras.Variable(Pixels().noise(np.random.default_rng([0, 0]), (SIDE, SIDE, 3)))
    adam = keras.optimizers.Adam(0.01)
    for _ in range(20):
        adam.apply([-linear_weights(2)], [variable])
        variable.assign(np.clip(variable, 0, 1))
    np.testing.assert_allclose(result.state.variables[0], np.asarray(variable), atol=2e-5)


def test_scores_are_the_logits_of_the_finished_pictures():
    result = maximize(tiny("conv_relu"), [0, 3], steps=5)
    expected = keras_logits(tiny("conv_relu"), result.pictures)
    np.testing.assert_allclose(result.scores, [expected[0, 0], expected[1, 3]], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("silent", ["relu", "relu6", "layer", "ops"])
def test_ascent_leaves_where_every_unit_is_silent(silent):
    """With a bias of −1 no unit answers to grey, so the true gradient there is 0."""
    layers = keras.layers
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(4, 3, activation=silent if silent in ("relu", "relu6") else None, name="conv1")(inputs)
    x = layers.ReLU()(x) if silent == "layer" else keras.ops.relu(x) if silent == "ops" else x
    model = keras.Model(inputs, layers.Dense(2)(layers.Flatten()(x)))
    random = np.random.default_rng(0)
    kernel = random.normal(0, 0.3, (3, 3, 3, 4)).astype(np.float32)
    kernel -= kernel.mean(axis=(0, 1, 2))  # so that grey gives 0
    dense = np.abs(random.normal(0, 1, (400, 2))).astype(np.float32)
    model.set_weights([kernel, np.full(4, -0.5, np.float32), dense, np.zeros(2, np.float32)])
    result = maximize(classifier_of(model), 0, steps=60, transforms=())
    assert result.values[0, 0] == 0
    assert result.scores[0] > 1


def test_jitter_mean_shift_zero_within_its_error():
    shifts = np.concatenate([drawn((Jitter(8),), 0, step, 50, (224, 224))[:, :2, 2] for step in range(100)])
    assert set(np.unique(shifts)) == set(range(-8, 9))
    error = shifts.std(axis=0) / np.sqrt(len(shifts))
    assert (np.abs(shifts.mean(axis=0)) < 4 * error).all()


def test_views_of_one_step_differ_between_pictures_and_steps_but_not_between_runs():
    transforms = (Padding(2), Jitter(3), Scale(0.1), Rotation(5.0))
    first = drawn(transforms, 0, 0, 3, (12, 12))
    np.testing.assert_array_equal(first, drawn(transforms, 0, 0, 3, (12, 12)))
    assert len({view.tobytes() for view in np.concatenate([first, drawn(transforms, 0, 1, 3, (12, 12))])}) == 6
    assert not np.array_equal(first, drawn(transforms, 1, 0, 3, (12, 12)))


class TestViewed:
    picture = random_image(9, 12).astype(np.float32)[None] / 255

    def seen(self, *transforms, view=None):
        view = drawn(transforms, 0, 0, 1, (9, 12)) if view is None else np.asarray(view, np.float32)[None]
        return viewed(self.picture, view).numpy()

    def test_straight_the_picture_itself(self):
        np.testing.assert_allclose(self.seen(), self.picture, atol=1e-6)

    @pytest.mark.parametrize(("down", "across"), [(2, -3), (-4, 5), (0, 1)])
    def test_shift_moves_pixels_and_mirrors_at_the_edges(self, down, across):
        moved = self.seen(view=[[1, 0, across], [0, 1, down], [0, 0, 1]])
        mirrored = np.pad(self.picture[0], ((5, 5), (5, 5), (0, 0)), mode="reflect")
        np.testing.assert_allclose(moved[0], mirrored[5 + down : 14 + down, 5 + across : 17 + across], atol=1e-5)

    def test_half_a_pixel_is_the_mean_of_neighbours(self):
        moved = self.seen(view=[[1, 0, 0.5], [0, 1, 0], [0, 0, 1]])
        expected = (self.picture[:, :, :-1] + self.picture[:, :, 1:]) / 2
        np.testing.assert_allclose(moved[:, :, :-1], expected, atol=1e-5)

    def test_quarter_turn(self):
        square = self.picture[:, :, :9]
        turned = viewed(square, np.array([[[0, -1, 0], [1, 0, 0], [0, 0, 1]]], np.float32)).numpy()
        np.testing.assert_allclose(turned[0], np.rot90(square[0], 1), atol=1e-5)

    def test_padding_shows_a_margin_around_the_whole_picture(self):
        ((a, _, _), (_, b, _), _) = drawn((Padding(3),), 0, 0, 1, (9, 12))[0]
        assert (a, b) == pytest.approx((18 / 12, 15 / 9))


class TestParametrizations:
    pixels = random_image(10, 13, 3).astype(np.float32) / 255 * 0.9 + 0.05

    @pytest.mark.parametrize("parametrization", [Pixels(), Fourier(), Fourier(decay=0.0, decorrelated=False)])
    @pytest.mark.parametrize("channels", [1, 3])
    def test_from_a_picture_and_back(self, parametrization, channels):
        pixels = self.pixels[..., :channels]
        variables = parametrization.variables_of(pixels)[None]
        np.testing.assert_allclose(
            parametrization.pixels(variables, (10, 13)).numpy()[0]
            if not isinstance(parametrization, Pixels)
            else variables[0],
            pixels,
            atol=2e-4,
        )

    def test_fourier_one_coefficient_is_one_wave(self):
        variables = np.zeros((1, 2, 1, 8, 5), np.float32)
        variables[0, 0, 0, 0, 2] = 1
        pixels = Fourier(decay=0.0).pixels(variables, (8, 8)).numpy()[0, 0, :, 0]
        amplitude = 2 / 64 * np.sqrt(64) / 4
        expected = 1 / (1 + np.exp(-amplitude * np.cos(2 * np.pi * 2 * np.arange(8) / 8)))
        np.testing.assert_allclose(pixels, expected, atol=1e-5)

    def test_fourier_decay_divides_by_the_frequency(self):
        flat, steep = (Fourier(decay=decay)._scale((16, 16)) for decay in (0.0, 1.0))
        np.testing.assert_allclose((flat / steep)[0, 1:], np.arange(1, 9) / 16)

    @pytest.mark.parametrize("parametrization", [Pixels(deviation=0.5), Fourier(deviation=1.0)])
    def test_always_within_the_range(self, parametrization):
        variables = parametrization.noise(np.random.default_rng(0), (12, 12, 3))[None] * 5
        pixels = np.asarray(parametrization.pixels(parametrization.confined(variables), (12, 12)))
        assert pixels.min() >= 0
        assert pixels.max() <= 1

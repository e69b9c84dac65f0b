"""Pooling forwards and backwards, against TensorFlow."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from quick import quick

from vislib.arithmetic.pooling import Pooling
from vislib.backend import keras, tf
from vislib.errors import ParameterError


@st.composite
def cases(draw):
    """Random maps with each value once, so that no maximum is tied, and a window as Keras accepts it."""
    height, width, channels = draw(st.integers(2, 8)), draw(st.integers(2, 8)), draw(st.integers(1, 3))
    size, stride = (draw(st.tuples(st.integers(1, 3), st.integers(1, 3))) for _ in range(2))
    padding = draw(st.sampled_from(["valid", "same"]))
    assume(padding == "same" or (size[0] <= height and size[1] <= width))
    random = np.random.default_rng(draw(st.integers(0, 1000)))
    maps = random.permutation(height * width * channels).reshape(height, width, channels) - 20.0
    return maps, {"size": size, "stride": stride, "padding": padding}


def by_tensorflow(kind, maps, gradient, size, stride, padding):
    """The pooled maps and the gradient by the maps."""
    operation = {"max": tf.nn.max_pool2d, "average": tf.nn.avg_pool2d}[kind]

    @tf.function
    def run(inputs, upstream):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            pooled = operation(inputs, size, stride, padding.upper())
        return pooled, tape.gradient(pooled, inputs, upstream)

    pooled, back = run(tf.constant(maps[None], tf.float32), tf.constant(gradient[None], tf.float32))
    return pooled.numpy()[0], back.numpy()[0]


@pytest.mark.parametrize("kind", ["max", "average"])
@given(case=cases())
@quick
def test_forward_and_backward_agree_with_tensorflow(kind, case):
    maps, settings = case
    pooling = Pooling(kind, **settings)
    pooled = pooling.forward(maps)
    gradient = np.random.default_rng(1).normal(size=pooled.shape)
    expected, back = by_tensorflow(kind, maps, gradient, **settings)
    np.testing.assert_allclose(pooled, expected, atol=1e-5)
    np.testing.assert_allclose(pooling.backward(maps, gradient), back, atol=1e-5)
    assert pooling.backward(maps, gradient).sum() == pytest.approx(gradient.sum())


@given(case=cases())
@quick
def test_step_every_cell_is_the_pooled_one(case):
    maps, settings = case
    for kind in ("max", "average"):
        pooling = Pooling(kind, **settings)
        pooled, winners = pooling.forward(maps), pooling.winners(maps)
        for row, column, channel in np.ndindex(pooled.shape):
            cell = pooling.step(maps, row, column, channel)
            assert cell.value == pytest.approx(pooled[row, column, channel])
            if kind == "max":
                at = cell.winner
                assert np.ravel_multi_index(at, cell.window.shape) == winners[row, column, channel]
                assert maps[cell.rows[at[0]], cell.columns[at[1]], channel] == cell.value


def test_case_max_and_average_2_by_2_stride_2():
    maps = np.array([[1, 4, 0, 2], [2, 3, 8, 6], [5, 5, 1, 1], [5, 9, 1, 1]], float)[..., None]
    np.testing.assert_array_equal(Pooling("max", 2, 2).forward(maps)[..., 0], [[4, 8], [9, 1]])
    np.testing.assert_array_equal(Pooling("average", 2, 2).forward(maps)[..., 0], [[2.5, 4], [6, 1]])
    assert Pooling("max").step(maps, 0, 0).formula == "max(1, 4, 2, 3) = 4"
    assert Pooling("average").step(maps, 0, 0).formula == "(1 + 4 + 2 + 3) / 4 = 2.5"


@pytest.mark.parametrize("kind", ["max", "average"])
@pytest.mark.parametrize("count_padding", [False, True])
def test_case_kernel_3_stride_2_1_padding_1_on_arange_32(kind, count_padding):
    """4 × 4 maps, 2 channels, channels first as the text has them; against Keras on maps padded by hand."""
    maps = np.arange(32.0).reshape(2, 4, 4).transpose(1, 2, 0)
    ours = Pooling(kind, 3, (2, 1), 1, count_padding=count_padding).forward(maps)
    assert ours.shape == (2, 4, 2)
    layer = {"max": keras.layers.MaxPooling2D, "average": keras.layers.AveragePooling2D}[kind](3, (2, 1))
    fill = -1e9 if kind == "max" else 0.0
    padded = np.pad(maps, ((1, 1), (1, 1), (0, 0)), constant_values=fill).astype(np.float32)[None]
    expected = layer(padded).numpy()[0]
    if kind == "average" and not count_padding:
        inside = np.pad(np.ones((4, 4, 2), np.float32), ((1, 1), (1, 1), (0, 0)))[None]
        expected = expected / layer(inside).numpy()[0]
    np.testing.assert_allclose(ours, expected, rtol=1e-5)


def test_case_backward_average_spreads_max_sends_to_the_largest():
    maps = np.array([[1, 4], [2, 3]], float)[..., None]
    gradient = np.array([[[8.0]]])
    np.testing.assert_array_equal(Pooling("average").backward(maps, gradient)[..., 0], [[2, 2], [2, 2]])
    np.testing.assert_array_equal(Pooling("max").backward(maps, gradient)[..., 0], [[0, 8], [0, 0]])


def test_backward_overlapping_windows_add_up_and_first_of_equals_wins():
    maps = np.ones((1, 3, 1))
    np.testing.assert_array_equal(Pooling("max", (1, 2), 1).backward(maps, np.ones((1, 2, 1)))[0, :, 0], [1, 1, 0])
    np.testing.assert_array_equal(
        Pooling("average", (1, 2), 1).backward(maps, np.ones((1, 2, 1)))[0, :, 0], [0.5, 1, 0.5]
    )


def test_forward_counted_padding_takes_part_of_the_gradient():
    pooling = Pooling("average", 3, 3, 1, count_padding=True)
    maps = np.ones((2, 2, 1))
    assert pooling.forward(maps).item() == pytest.approx(4 / 9)
    assert pooling.backward(maps, np.ones((1, 1, 1))).sum() == pytest.approx(4 / 9)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: Pooling("median"), "`kind` must be one of max, average; not 'median'"),
        (lambda: Pooling(size=3).forward(np.ones((2, 2, 1))), "does not fit"),
        (lambda: Pooling().forward(np.ones((2, 2))), "Maps are"),
        (lambda: Pooling().backward(np.ones((4, 4, 1)), np.ones((1, 1, 1))), r"shape of the pooled maps, \(2, 2, 1\)"),
        (lambda: Pooling().step(np.ones((4, 4, 1)), 2, 0), "places 0 to 1; not 2"),
    ],
)
def test_pooling_bad_request_is_explained(call, says):
    with pytest.raises(ParameterError, match=says):
        call()

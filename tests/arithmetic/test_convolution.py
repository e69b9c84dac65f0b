"""Convolution by hand: the texts' cases, and Keras over random configurations."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from quick import quick
from scipy.signal import convolve2d, correlate2d

from vislib.arithmetic.convolution import convolve, convolve_depthwise, im2col, pad, step
from vislib.arithmetic.kernels import PRESETS
from vislib.arithmetic.windows import axes
from vislib.backend import keras
from vislib.errors import ParameterError

EDGES = np.array([[1, 0, -1]] * 3)


def single(maps, kernel, **settings):
    """One map and one kernel, (h, w) and (k_h, k_w), to (h', w')."""
    return convolve(maps[..., None], kernel[:, :, None, None], **settings)[..., 0]


@st.composite
def layers(draw):
    """Maps (h, w, c_in), kernels, bias and a window as Keras accepts it: not both stride and dilation above 1."""
    sides, steps, channels = st.integers(3, 9), st.integers(1, 3), st.integers(1, 3)
    stride, dilation = draw(st.tuples(steps, steps)), (1, 1)
    if draw(st.booleans()):
        stride, dilation = (1, 1), draw(st.tuples(steps, steps))
    kernel = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    height, width, c_in, c_out = (draw(values) for values in (sides, sides, channels, channels))
    padding = draw(st.sampled_from(["valid", "same"]))
    assume(padding == "same" or all(d * (k - 1) < n for n, k, d in zip((height, width), kernel, dilation, strict=True)))
    random = np.random.default_rng(draw(st.integers(0, 1000)))
    return (
        random.normal(size=(height, width, c_in)),
        random.normal(size=(*kernel, c_in, c_out)),
        random.normal(size=c_out),
        {"stride": stride, "padding": padding, "dilation": dilation},
    )


def by_keras(operation, maps, kernels, settings):
    result = operation(
        maps[None].astype(np.float32),
        kernels.astype(np.float32),
        strides=settings["stride"][0] if operation is keras.ops.depthwise_conv else settings["stride"],
        padding=settings["padding"],
        data_format="channels_last",
        dilation_rate=settings["dilation"],
    )
    return np.asarray(result)[0]


@given(layers())
@quick
def test_convolve_agrees_with_keras(layer):
    maps, kernels, bias, settings = layer
    expected = by_keras(keras.ops.conv, maps, kernels, settings) + bias
    np.testing.assert_allclose(convolve(maps, kernels, bias, **settings), expected, atol=1e-5)


@given(layers())
@quick
def test_case_im2col_one_matrix_product_gives_the_same_as_keras(layer):
    maps, kernels, _, settings = layer
    expected = by_keras(keras.ops.conv, maps, kernels, settings)
    product = im2col(maps, kernels.shape[:2], **settings) @ kernels.reshape(-1, kernels.shape[3])
    np.testing.assert_allclose(product.reshape(expected.shape), expected, atol=1e-5)


@given(layers())
@quick
def test_convolve_depthwise_agrees_with_keras(layer):
    maps, kernels, _, settings = layer
    settings = {**settings, "stride": (settings["stride"][0],) * 2}
    expected = by_keras(keras.ops.depthwise_conv, maps, kernels, settings)
    np.testing.assert_allclose(convolve_depthwise(maps, kernels, **settings), expected, atol=1e-5)


@given(layers(), st.booleans(), st.sampled_from(["zeros", "repeated", "mirrored", "wrapped"]))
@quick
def test_step_every_cell_adds_up_to_the_convolution(layer, flip, border):
    maps, kernels, bias, settings = layer
    settings = {**settings, "flip": flip, "border": border}
    whole = convolve(maps, kernels, bias, **settings)
    for row, column, channel in np.ndindex(whole.shape):
        cell = step(maps, kernels[..., channel], row, column, bias[channel], **settings)
        assert cell.value == pytest.approx(whole[row, column, channel], abs=1e-12)
        assert cell.products.sum() + bias[channel] == pytest.approx(cell.value, abs=1e-12)
        inside = np.ix_(
            (cell.rows >= 0) & (cell.rows < len(maps)), (cell.columns >= 0) & (cell.columns < maps.shape[1])
        )
        rows, columns = (at[(at >= 0) & (at < n)] for at, n in zip((cell.rows, cell.columns), maps.shape, strict=False))
        np.testing.assert_array_equal(cell.window[inside], maps[np.ix_(rows, columns)])


def test_case_vertical_edge_band_of_30():
    image = np.zeros((6, 6))
    image[:, :3] = 10
    np.testing.assert_array_equal(single(image, EDGES), [[0, 30, 30, 0]] * 4)


def test_case_patch_under_the_edge_kernel_is_minus_5():
    cell = step(np.array([[3, 0, 1], [1, 5, 8], [2, 7, 2]]), EDGES, 0, 0)
    assert cell.value == -5
    assert cell.formula == "3·1 + 0·0 + 1·(−1) + 1·1 + 5·0 + 8·(−1) + 2·1 + 7·0 + 2·(−1) = −5"


def test_case_cross_correlation_against_convolution():
    """Against SciPy, which has both; and the kernel flipped both ways turns one into the other."""
    random = np.random.default_rng(0)
    image, kernel = random.normal(size=(8, 9)), random.normal(size=(3, 2))
    np.testing.assert_allclose(single(image, kernel), correlate2d(image, kernel, "valid"))
    np.testing.assert_allclose(single(image, kernel, flip=True), convolve2d(image, kernel, "valid"))
    np.testing.assert_allclose(single(image, kernel, flip=True), single(image, kernel[::-1, ::-1]))
    assert not np.allclose(single(image, kernel, flip=True), single(image, kernel))


@pytest.mark.parametrize("name", ["box blur", "gaussian blur", "sharpen", "laplacian", "emboss", "sobel x"])
def test_case_identical_for_a_symmetric_kernel(name):
    image, kernel = np.random.default_rng(0).normal(size=(9, 9)), PRESETS[name].kernel
    agree = np.allclose(single(image, kernel), single(image, kernel, flip=True))
    assert agree == np.array_equal(kernel, kernel[::-1, ::-1])


def test_case_1_by_1_convolution_is_a_dense_layer_over_channels():
    random = np.random.default_rng(0)
    maps, kernel = random.normal(size=(4, 5, 3)).astype(np.float32), random.normal(size=(3, 7)).astype(np.float32)
    dense = keras.layers.Dense(7, use_bias=False)
    dense.build(maps.shape)
    dense.set_weights([kernel])
    np.testing.assert_allclose(convolve(maps, kernel[None, None]), dense(maps), atol=1e-5)


def test_case_8_by_8_by_3_two_sets_of_three_kernels():
    """Each output channel is the sum of three single convolutions, one a channel."""
    random = np.random.default_rng(0)
    maps, kernels = random.normal(size=(8, 8, 3)), random.normal(size=(3, 3, 3, 2))
    result = convolve(maps, kernels, padding="same")
    assert result.shape == (8, 8, 2)
    parts = [single(maps[..., c], kernels[:, :, c, 1], padding="same") for c in range(3)]
    np.testing.assert_allclose(result[..., 1], sum(parts))


def test_case_two_3_by_3_equal_one_5_by_5():
    """Without anything between them the two are one convolution with a kernel of 5 × 5."""
    random = np.random.default_rng(0)
    image, first, second = random.normal(size=(9, 9)), random.normal(size=(3, 3)), random.normal(size=(3, 3))
    joined = convolve2d(first, second)
    assert joined.shape == (5, 5)
    np.testing.assert_allclose(single(single(image, first), second), single(image, joined))


def test_padding_borders_filled_as_named():
    row = np.arange(1, 4.0)[None, :, None]
    places = axes((1, 3), (1, 5), padding="same")
    filled = {
        border: pad(row, places, border)[0, :, 0].tolist() for border in ("zeros", "repeated", "mirrored", "wrapped")
    }
    assert filled == {
        "zeros": [0, 0, 1, 2, 3, 0, 0],
        "repeated": [1, 1, 1, 2, 3, 3, 3],
        "mirrored": [3, 2, 1, 2, 3, 2, 1],
        "wrapped": [2, 3, 1, 2, 3, 1, 2],
    }


def test_convolve_bytes_do_not_overflow():
    image = np.full((3, 3, 1), 255, np.uint8)
    kernel = np.full((3, 3, 1, 1), 2, np.uint8)
    assert convolve(image, kernel).item() == 255 * 18
    assert step(image, kernel[..., 0], 0, 0).value == 255 * 18


def test_depthwise_one_kernel_for_every_channel():
    maps = np.random.default_rng(0).normal(size=(6, 6, 3))
    result = convolve_depthwise(maps, EDGES)
    for channel in range(3):
        np.testing.assert_allclose(result[..., channel], single(maps[..., channel], EDGES))


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: convolve(np.ones((4, 4)), np.ones((3, 3))), r"Maps are \(h, w, c\) and kernels"),
        (lambda: convolve(np.ones((4, 4, 2)), np.ones((3, 3, 3, 1))), "for 3 channels, but there are 2 maps"),
        (lambda: convolve_depthwise(np.ones((4, 4, 2)), np.ones((3, 3, 3, 1))), "for 3 channels, but there are 2 maps"),
        (lambda: step(np.ones((4, 4, 2)), np.ones((3, 3)), 0, 0), "for 1 channels, but there are 2 maps"),
        (lambda: step(np.ones((4, 4)), np.ones((3, 3)), 2, 0), "places 0 to 1; not 2"),
        (lambda: convolve(np.ones((2, 2, 1)), np.ones((3, 3, 1, 1))), "does not fit"),
        (lambda: convolve(np.ones((4, 4, 1)), np.ones((3, 3, 1, 1)), border="black"), "`border` must be one of zeros"),
    ],
)
def test_convolution_bad_request_is_explained(call, says):
    with pytest.raises(ParameterError, match=says):
        call()

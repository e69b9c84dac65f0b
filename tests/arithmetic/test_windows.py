"""Sizes of convolution and pooling: the texts' cases, and Keras over random configurations."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from quick import quick

from vislib.arithmetic.windows import Axis, axes, output_size
from vislib.backend import keras
from vislib.errors import ParameterError


def test_case_5_pixels_3_wide_stride_1_same_5_valid_3():
    assert Axis(5, 3, padding="same").output == 5
    assert Axis(5, 3, padding="valid").output == 3


def test_case_3_by_100_by_100_padding_2_gives_102():
    assert output_size((100, 100), 3, padding=2) == (102, 102)


@pytest.mark.parametrize(("kernel", "dilation", "padding"), [(1, 1, 0), (3, 1, 1), (5, 1, 2), (11, 1, 5), (3, 2, 2)])
def test_case_padding_that_keeps_the_size_is_half_the_kernel(kernel, dilation, padding):
    assert output_size((20, 31), kernel, padding=padding, dilation=dilation) == (20, 31)


@given(st.integers(1, 60), st.integers(1, 9), st.integers(1, 5), st.integers(1, 3), st.integers(0, 6))
@quick
def test_case_three_formulas_of_the_output_size(n, k, s, d, p):
    """⌊(n + 2p − f) / s⌋ + 1; ⌈(n − f + 1) / s⌉ for valid; ⌈n / s⌉ for same; counted by walking the window."""
    f = d * (k - 1) + 1
    assert Axis(n, k, s, "same", d).output == -(-n // s)
    for pad in (0, p):
        places = len(range(-pad, n + pad - f + 1, s))
        assume(places)
        assert Axis(n, k, s, (pad, pad), d).output == places == (n + 2 * pad - f) // s + 1
    assert Axis(n, k, s, "valid", d).output == -(-(n - f + 1) // s)


@st.composite
def layers(draw):
    """A window as Keras accepts it: not both stride and dilation above 1."""
    pair = st.tuples(st.integers(1, 4), st.integers(1, 4))
    stride, dilation = draw(pair), (1, 1)
    if draw(st.booleans()):
        stride, dilation = (1, 1), draw(pair)
    size = draw(st.tuples(st.integers(1, 40), st.integers(1, 40)))
    kernel = draw(st.tuples(st.integers(1, 6), st.integers(1, 6)))
    return size, kernel, stride, draw(st.sampled_from(["valid", "same"])), dilation


@given(layers())
@quick
def test_output_size_agrees_with_keras_convolution(layer):
    size, kernel, stride, padding, dilation = layer
    shape = keras.layers.Conv2D(2, kernel, stride, padding, dilation_rate=dilation)
    try:
        ours = output_size(*layer)
    except ParameterError:
        with pytest.raises(ValueError, match="negative"):
            shape.compute_output_shape((1, *size, 3))
    else:
        assert shape.compute_output_shape((1, *size, 3)) == (1, *ours, 2)


@given(layers())
@quick
def test_output_size_agrees_with_keras_pooling(layer):
    size, kernel, stride, padding, _ = layer
    assume(padding == "same" or all(n >= k for n, k in zip(size, kernel, strict=True)))
    for kind in (keras.layers.MaxPooling2D, keras.layers.AveragePooling2D):
        expected = kind(kernel, stride, padding).compute_output_shape((1, *size, 3))[1:3]
        assert output_size(size, kernel, stride, padding) == expected


@given(layers())
@quick
def test_inputs_are_where_keras_puts_its_padding(layer):
    """The first and last window, as TensorFlow documents "same": the odd pixel at the end."""
    assume("same" in layer)
    for axis, n in zip(axes(*layer), layer[0], strict=True):
        total = max((axis.output - 1) * axis.stride + axis.extent - n, 0)
        assert (axis.before, axis.after) == (total // 2, total - total // 2)
        assert axis.inputs(0)[0] == -axis.before
        assert axis.inputs(axis.output - 1)[-1] <= n - 1 + axis.after


@pytest.mark.parametrize(
    ("axis", "formula", "symbols"),
    [
        (Axis(5, 3), "⌊(5 + 2·0 − 3) / 1⌋ + 1 = 3", "⌊(n + 2p − f) / s⌋ + 1"),
        (Axis(100, 3, padding=(2, 2)), "⌊(100 + 2·2 − 3) / 1⌋ + 1 = 102", "⌊(n + 2p − f) / s⌋ + 1"),
        (Axis(7, 3, 2, (0, 1)), "⌊(7 + 0 + 1 − 3) / 2⌋ + 1 = 3", "⌊(n + p₁ + p₂ − f) / s⌋ + 1"),
        (
            Axis(9, 3, 1, "valid", 2),
            "⌊(9 + 2·0 − (2·(3 − 1) + 1)) / 1⌋ + 1 = 5",
            "⌊(n + 2p − (d·(k − 1) + 1)) / s⌋ + 1",
        ),
        (Axis(5, 3, 2, "same"), "⌈5 / 2⌉ = 3", "⌈n / s⌉"),
    ],
)
def test_formula_with_the_numbers_put_in(axis, formula, symbols):
    assert axis.formula == formula
    assert axis.symbols == symbols


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: Axis(3, 5), "A window of 5 pixels does not fit into 3 "),
        (lambda: Axis(3, 3, 1, (0, 0), 2), "A window of 5 pixels does not fit into 3 "),
        (lambda: Axis(3, 0), "`kernel` must be a whole number from 1; not 0"),
        (lambda: Axis(3, 1.5), "`kernel` must be a whole number from 1; not 1.5"),
        (lambda: Axis(3, 1, -1), "`stride` must be a whole number from 1; not -1"),
        (lambda: Axis(3, 1, 1, "full"), "`padding` must be .*not 'full'"),
        (lambda: Axis(3, 1, 1, (-1, 0)), "`padding` must be at least 0 pixels; not -1"),
        (lambda: output_size((5, 5), (1, 2, 3)), "`kernel` must be one whole number, or one for rows"),
        (lambda: output_size((5, 5), 3, padding=0.5), "`padding` must be one whole number"),
        (lambda: output_size((5, 5), 3, padding=(0.5, 1)), "`padding` must be one whole number"),
        (lambda: Axis(5, 3).inputs(3), "places 0 to 2; not 3"),
    ],
)
def test_window_out_of_range_is_explained(call, says):
    with pytest.raises(ParameterError, match=says):
        call()


def test_spans_are_the_pixels_of_each_place_and_after_pooling_of_all_its_places():
    axis = Axis(11, 3, 2, (1, 1), 2)
    assert axis.spans() == [(p[0], p[-1] + 1) for p in ([k * 2 - 1, k * 2 + 1, k * 2 + 3] for k in range(axis.output))]
    pooling = Axis(axis.output, 2, 2)
    assert axis.spans_after(pooling) == [
        (axis.spans()[2 * k][0], axis.spans()[2 * k + 1][1]) for k in range(pooling.output)
    ]

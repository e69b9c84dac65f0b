"""Kernels: the well-known ones, random ones, and what people type."""

import numpy as np
import pytest

from vislib.arithmetic.kernels import MAX_SIDE, PRESETS, is_symmetric, kernel_text, parse_kernel, random_kernels
from vislib.errors import ParameterError


@pytest.mark.parametrize("name", PRESETS)
def test_preset_weights_sum_to_one_or_to_nothing(name):
    """Those that keep the brightness sum to 1, those that answer to edges to 0."""
    keeps = name in ("identity", "box blur", "gaussian blur", "sharpen", "emboss")
    assert PRESETS[name].kernel.sum() == pytest.approx(1.0 if keeps else 0.0)


@pytest.mark.parametrize("name", PRESETS)
def test_preset_survives_the_text_field(name):
    np.testing.assert_allclose(parse_kernel(kernel_text(PRESETS[name].kernel)), PRESETS[name].kernel, rtol=1e-3)


def test_is_symmetric_flipped_both_ways():
    assert is_symmetric(PRESETS["gaussian blur"].kernel)
    assert not is_symmetric(PRESETS["sobel x"].kernel)
    assert is_symmetric(np.array([[1, 2], [2, 1]]))
    assert not is_symmetric(np.array([[1, 2], [3, 4]]))


@pytest.mark.parametrize(
    "text",
    ["1 0 -1\n2 0 -2", "1, 0, −1\r\n2,0,-2\n", "1 0 -1; 2 0 -2", "[[1, 0, -1],\n [2, 0, -2]]", "\t1\t0 -1 \n\n2 0 -2"],
)
def test_parse_kernel_ways_of_writing(text):
    np.testing.assert_array_equal(parse_kernel(text), [[1, 0, -1], [2, 0, -2]])


def test_parse_kernel_fractions_and_single_number():
    np.testing.assert_allclose(parse_kernel("1/9 -1/9\n.5 1e-2"), [[1 / 9, -1 / 9], [0.5, 0.01]])
    np.testing.assert_array_equal(parse_kernel("7"), [[7]])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1 0 x\n1 0 1", "“x” in row 1 of the kernel is not a number"),
        ("1 0\nabc 1", "“abc” in row 2"),
        ("1 2 3\n4 5", "Row 2 of the kernel has 2 numbers, the first has 3"),
        ("", "The kernel is empty"),
        (" \n\n ", "The kernel is empty"),
        ("[[]]", "The kernel is empty"),
        ("\n".join(["0 " * 100] * 100), "1 to 15 rows and columns; not 100 × 100"),
        ("1 " * 16, "not 1 × 16"),
        ("nan 1", "“nan” in row 1"),
        ("1e999", "“1e999” in row 1"),
        ("1/0", "“1/0” in row 1"),
        ("1/2/3", "“1/2/3” in row 1"),
        ("x" * 5000, "“xxxxxxxxxxxxxxxxxxxx…” in row 1"),
    ],
)
def test_parse_kernel_bad_text_is_explained(text, says):
    with pytest.raises(ParameterError, match=says):
        parse_kernel(text)


def test_random_kernels_repeat_with_the_seed_within_the_glorot_limit():
    kernels = random_kernels((10, 10), 3, 3, seed=5)
    assert kernels.shape == (10, 10, 3, 3)
    np.testing.assert_array_equal(kernels, random_kernels((10, 10), 3, 3, seed=5))
    assert not np.array_equal(kernels, random_kernels((10, 10), 3, 3, seed=6))
    limit = np.sqrt(6 / (100 * 3 + 100 * 3))
    assert limit * 0.95 < np.abs(kernels).max() <= limit


@pytest.mark.parametrize("size", [(0, 0), (3, 0), (MAX_SIDE + 1, 3), (100, 100)])
def test_random_kernels_size_out_of_range_is_explained(size):
    with pytest.raises(ParameterError, match=f"not {size[0]} × {size[1]}"):
        random_kernels(size)
    with pytest.raises(ParameterError, match="at least 1 channel in and 1 out; not 0 and 1"):
        random_kernels((3, 3), 0)

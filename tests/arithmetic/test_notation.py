"""Numbers as people read them."""

import numpy as np
import pytest

from vislib.arithmetic.notation import factor, number, total


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"), (-5, "−5"), (0.5, "0.5"), (-0.25, "−0.25"), (1 / 3, "0.3333"), (138_357_544, "138,357,544"),
        (1234.5678, "1,235"), (12.3456, "12.35"), (0.00012345, "1.234·10^-4".replace("-", "−")), (0, "0"), (-0.0, "0"),
        (np.float32(0.1), "0.1"), (np.inf, "∞"), (-np.inf, "−∞"), (0.99999, "1"), (1e20, "1·10^20"),
    ],
)  # fmt: skip
def test_number_as_written(value, text):
    assert number(value) == text


def test_factor_negative_in_brackets():
    assert factor(-0.5) == "(−0.5)"
    assert factor(2) == "2"


def test_total_long_sum_is_cut_and_its_length_told():
    assert total(["1", "2"], 3) == "1 + 2 = 3"
    assert total(["1"] * 40, 40, most=2) == "1 + 1 + … (40 terms) = 40"

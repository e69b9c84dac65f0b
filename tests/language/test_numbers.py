"""Numbers in texts: one way to write the minus sign, percent and zero."""

import pytest

from vislib.language import percent, probability, short_number, signed_number, text, told_apart, with_unit, written


@pytest.mark.parametrize(
    ("value", "spec", "expected"),
    [
        (-0.314, ".2f", "−0.31"), (-0.004, ".2f", "0.00"), (-0.004, "+.2f", "+0.00"), (-0.0, ".3g", "0"),
        (0.38, ".0%", "38 %"), (-1e-12, ".2g", "−1e−12"), (float("-inf"), ".2f", "−inf"), (1200, ",", "1,200"),
    ],
)  # fmt: skip
def test_number(value, spec, expected):
    assert written(value, spec) == expected
    assert text(f"{{value:{spec}}}", value=value) == expected


def test_names_and_code_keep_their_hyphen():
    assert text("{name} of {n}, {shape}", name="conv-1", n=-1, shape=(1, -1)) == "conv-1 of -1, (1, -1)"


def test_text_in_chinese_has_the_same_numbers():
    assert "−0.31" in text("{name}: {score:.2f}", name="x", score=-0.314).in_language("zh")


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0, "0 %"), (0.0005, "< 0.1 %"), (0.014, "1.4 %"), (0.382, "38 %"), (0.9951, "99.5 %"), (0.9999, "> 99.9 %"),
     (1, "100 %"), (float("nan"), "–")],
)  # fmt: skip
def test_percent(share, expected):
    assert percent(share) == expected


@pytest.mark.parametrize(
    ("shown", "expected"),
    [(short_number(-23.44), "−23.4"), (short_number(-0.0), "0"), (signed_number(23.44), "+23.4"),
     (signed_number(-1e-5), "−1e−05"), (signed_number(0), "0"), (with_unit(-23.444, "px"), "−23.44 px"),
     (with_unit(0.0), "0")],
)  # fmt: skip
def test_significant_digits(shown, expected):
    assert shown == expected


def test_no_probability_is_zero():
    assert [probability(value) for value in (0.0, 0.0005, 0.382)] == ["< 0.1 %", "< 0.1 %", "38 %"]


def test_numbers_to_compare_have_the_digits_that_tell_them_apart():
    assert told_apart(-2.0612, -2.0634, 9.5) == ("−2.061", "−2.063", "9.5")
    assert told_apart(1.5, 1.5) == ("1.5", "1.5")
    assert told_apart(0.111, 0.114, as_percent=True) == ("11.1 %", "11.4 %")
    assert told_apart(0.99996, 0.99998, as_percent=True) == ("99.996 %", "99.998 %")
    assert told_apart(0.62, 0.4998, 0.5, as_percent=True) == ("62 %", "49.98 %", "50.00 %")
    assert told_apart(float("nan"), 0.5, as_percent=True) == ("–", "50 %")

"""The Convolution lab: its results against Keras, its lessons against NumPy, and what is typed wrongly."""

import io
import json
import tomllib

import numpy as np
import pytest
from app_pages import ROOT
from page_text import check_sound, errors, text
from snippet_runs import run_snippet

from pages._ui.results.charts import COLOURS
from pages._ui.widgets.sliding_window import convolution_lesson, pooling_lesson
from vislib.arithmetic import FUNCTIONS, PRESETS, Pooling, convolve, random_kernels
from vislib.backend import keras


def saved(offered) -> np.ndarray:
    with np.load(io.BytesIO(offered["lab"].files["npz"]())) as arrays:
        return arrays["values"]


def test_opens_with_vertical_edges_and_their_size(open_page, offered):
    page = check_sound(open_page("convolution_lab"))
    shown = text(page)
    assert "cat.jpg: 256 × 170" in shown
    assert "The result: 254 × 168" in shown
    assert "⌊(256 + 2·0 − 3) / 1⌋ + 1 = 254" in shown
    assert "(3·3·1 + 1)·1 = 10" in shown
    assert "Zeros, 2 px: first 24 × 24 of 258 × 172" in shown
    assert saved(offered).shape == (168, 254, 1)


@pytest.mark.parametrize(
    "query",
    [
        {"lab.kernel": "Random", "lab.size": "5", "lab.stride": "2", "lab.padding": "same"},
        {
            "lab.kernel": "Sharpen",
            "lab.channels": "Colours together (one filter)",
            "lab.bias": "-100",
            "lab.relu": "true",
        },
        {
            "lab.kernel": "Emboss",
            "lab.channels": "Each colour apart (depthwise)",
            "lab.dilation": "3",
            "lab.flip": "true",
        },
        {"lab.kernel": "Random", "lab.size": "1", "lab.padding": "4", "lab.border": "mirrored", "lab.pool": "average"},
        {"lab.kernel": "Laplacian", "lab.pool": "max", "lab.pool_size": "3"},
    ],
)
def test_lines_give_the_same_numbers(open_page, offered, query):
    check_sound(open_page("convolution_lab", **query))
    found = run_snippet(offered["lab"].snippet)
    np.testing.assert_array_equal(found["maps"], saved(offered))


def test_result_as_keras_computes_it(open_page, offered):
    query = {"lab.kernel": "Random", "lab.size": "5", "lab.stride": "2", "lab.padding": "same", "lab.relu": "true"}
    check_sound(open_page("convolution_lab", **query))
    found = run_snippet(offered["lab"].snippet)
    grey = (found["image"] @ [0.299, 0.587, 0.114])[None, ..., None].astype(np.float32)
    kernel = found["kernel"][:, :, None, None].astype(np.float32)
    expected = np.asarray(keras.ops.relu(keras.ops.conv(grey, kernel, 2, "same")))[0]
    np.testing.assert_allclose(saved(offered), expected, atol=1e-3)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("1 0 x", "is not a number"),
        ("1 0\n1", "Row 2 of the kernel has 1 number, the first has 2: all rows must be equally long"),
        ("", "The kernel is empty"),
        (" ".join(["1"] * 100), "1 to 15 rows and columns"),
        ("\n".join([" ".join(["1"] * 100)] * 100), "1 to 15 rows and columns"),
    ],
)
def test_bad_kernel_a_sentence_and_the_last_one_stays(open_page, offered, typed, words):
    page = check_sound(open_page("convolution_lab", **{"lab.kernel": "Typed by hand"}))
    page.text_area(key="lab.typed").set_value("0 1 0\n0 0 0").run()
    good = saved(offered)
    page.text_area(key="lab.typed").set_value(typed).run()
    assert not page.exception
    assert words in errors(page)[0]
    assert "The last kernel is still in use" in errors(page)[0]
    np.testing.assert_array_equal(saved(offered), good)


def test_typing_starts_from_the_kernel_before(open_page, offered):
    page = check_sound(open_page("convolution_lab", **{"lab.kernel": "Emboss"}))
    before = saved(offered)
    page.selectbox(key="lab.kernel").select("typed").run()
    assert page.text_area(key="lab.typed").value.split() == ["-2", "-1", "0", "-1", "1", "1", "0", "1", "2"]
    np.testing.assert_array_equal(saved(offered), before)


def test_typed_kernel_and_place_are_read_from_the_address(open_page, offered):
    query = {"lab.kernel": "Typed by hand", "lab.typed": "0 0\n0 1", "lab.at": "0,0.999"}
    page = check_sound(open_page("convolution_lab", **query))
    found = run_snippet(offered["lab"].snippet)
    np.testing.assert_allclose(saved(offered)[..., 0], (found["image"] @ [0.299, 0.587, 0.114])[1:, 1:], atol=1e-3)
    assert page.session_state["lab.at"] == (0, 0.999)


def test_window_too_large_for_patch_or_image_a_sentence(open_page):
    page = open_page("convolution_lab", **{"lab.kernel": "Random", "lab.size": "15", "lab.patch": "Nine numbers"})
    check_sound(page)
    assert "does not fit" in page.info[0].value
    page = open_page(
        "convolution_lab",
        **{"lab.kernel": "Random", "lab.size": "15", "lab.dilation": "8", "image": "digits/3.png", "model": "digits"},
    )
    assert not page.exception
    assert "does not fit" in errors(page)[0]


def test_symmetric_kernel_said_to_be_one(open_page):
    page = check_sound(open_page("convolution_lab", **{"lab.kernel": "Laplacian"}))
    assert any("both give the same result" in element.value for element in page.markdown)


class TestLessons:
    settings = {"stride": 1, "padding": "valid", "dilation": 1, "flip": False, "border": "zeros"}  # noqa: RUF012

    def test_seed_case_half_ten_half_zero(self):
        patch = np.repeat([[10.0] * 3 + [0.0] * 3], 6, axis=0)
        lesson = convolution_lesson(patch, PRESETS["vertical edges"].kernel, 0.0, **self.settings)
        assert [[cell.value for cell in row] for row in lesson.cells] == [[0, 30, 30, 0]] * 4

    def test_seed_case_nine_numbers(self):
        patch = np.array([[3.0, 0, 1], [1, 5, 8], [2, 7, 2]])
        ((cell,),) = convolution_lesson(patch, PRESETS["vertical edges"].kernel, 0.0, **self.settings).cells
        assert cell.value == -5
        assert cell.formula.endswith("= −5")

    @pytest.mark.parametrize(
        "changed",
        [{}, {"stride": 2, "padding": "same"}, {"padding": 2, "border": "mirrored"}, {"dilation": 2, "flip": True}],
    )
    def test_products_add_up_to_the_convolution(self, changed):
        settings = self.settings | changed
        patch, kernel = np.random.default_rng(0).normal(size=(8, 8)), random_kernels((3, 3), seed=1)[..., 0, 0]
        lesson = convolution_lesson(patch, kernel, 0.5, **settings)
        expected = convolve(patch[..., None], kernel[:, :, None, None], 0.5, **settings)[..., 0]
        for row, line in zip(lesson.cells, expected, strict=True):
            for cell, value in zip(row, line, strict=True):
                assert sum(cell.parts) + 0.5 == pytest.approx(value)
                assert cell.value == pytest.approx(value)

    @pytest.mark.parametrize("pooling", [Pooling("max", 2), Pooling("average", 3, 2, "same"), Pooling("max", 3, 1, 1)])
    def test_pooling_sends_all_of_the_gradient_back(self, pooling):
        patch = np.random.default_rng(0).permutation(36).reshape(6, 6).astype(float)
        lesson = pooling_lesson(patch, pooling)
        total = np.zeros((6, 6))
        top, left = lesson.inside[:2]
        for row in lesson.cells:
            for cell in row:
                assert sum(cell.back) == pytest.approx(1)
                for (r, c), share in zip(cell.under, cell.back, strict=True):
                    if 0 <= r - top < 6 and 0 <= c - left < 6:
                        total[r - top, c - left] += share
        ones = np.ones((*pooling.forward(patch[..., None]).shape[:2], 1))
        np.testing.assert_allclose(total, pooling.backward(patch[..., None], ones)[..., 0])


class TestByHand:
    def test_seed_cases_stand_there(self, open_page):
        shown = text(check_sound(open_page("convolution_lab")))
        assert "102 × 102 × 4" in shown  # 3×100×100, 4 filters of 3×3, padding 2
        assert "Each layer adds (k − 1) times the strides before it: 3, 5, 7." in shown
        assert "Sigmoid σ(x) = 1 / (1 + e⁻ˣ); f′: σ(x)·(1 − σ(x))" in shown

    def test_dense_layer_of_the_seed_case(self, open_page):
        query = {"hand.Height": "256", "hand.Width": "256"}
        assert "196,609,000 parameters" in text(check_sound(open_page("convolution_lab", **query)))

    def test_window_that_does_not_fit_a_sentence(self, open_page):
        page = check_sound(open_page("convolution_lab", **{"hand.Height": "2", "hand.Kernel": "9"}))
        assert "does not fit" in page.info[-1].value


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb" by WCAG 2."""
    parts = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(parts <= 0.03928, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_lines_of_charts_are_seen_in_both_themes():
    themes = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))["theme"]
    for ground in (luminance(themes[theme]["backgroundColor"]) for theme in ("light", "dark")):
        for colour in map(luminance, COLOURS):
            assert (max(colour, ground) + 0.05) / (min(colour, ground) + 0.05) >= 3
    assert len(set(COLOURS)) >= len(FUNCTIONS)


def test_charts_have_upright_labels_whole_bars_and_these_colours(open_page):
    page = check_sound(open_page("convolution_lab"))
    bars, *curves = (json.loads(chart.proto.spec) for chart in page.get("vega_lite_chart"))
    assert bars["encoding"]["x"]["axis"]["labelAngle"] == 0
    assert bars["encoding"]["y"]["scale"]["nice"] == bars["encoding"]["y"]["axis"]["tickCount"]
    assert [curve["encoding"]["color"]["scale"]["range"] for curve in curves] == [list(COLOURS[:2])] * 2

"""Colours of maps: constant, missing, tiny and signed ones included."""

import dataclasses

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from vislib import Heatmap, ParameterError, Target
from vislib.images.fitting import Box
from vislib.output import figures, render
from vislib.output.render import Scale

RAMP = np.linspace(0, 1, 144, dtype=np.float32).reshape(12, 12)
IMAGE = np.random.default_rng(0).integers(0, 256, (12, 12, 3), dtype=np.uint8)


def heatmap(values=RAMP, signed=False, **changes) -> Heatmap:
    made = Heatmap(
        np.asarray(values, np.float32),
        signed,
        "raw value",
        "saliency",
        Target(1),
        1,
        "cat",
        "logit of “cat”",
        2.5,
        None,
        {},
        0.1,
        "a network",
        Box(0, 0, 12, 12),
        (12, 12),
    )
    return dataclasses.replace(made, **changes)


def pixels(picture) -> np.ndarray:
    return np.asarray(picture).astype(int)


def with_gaps(value) -> np.ndarray:
    values = RAMP.copy()
    values[3, 4] = value
    return values


class TestMapImage:
    def test_map_image_range_from_first_to_last_colour(self):
        colours = pixels(render.map_image(RAMP, colormap="gray"))
        assert colours[0, 0].tolist() == [0, 0, 0]
        assert colours[-1, -1].tolist() == [255, 255, 255]
        assert (np.diff(colours.reshape(-1, 3)[:, 0]) >= 0).all()

    @pytest.mark.parametrize("factor", [1e-30, 1e-12, 1e30])
    @pytest.mark.parametrize("signed", [False, True])
    def test_map_image_any_range_same_colours(self, factor, signed):
        values = RAMP - 0.5 if signed else RAMP
        scaled = (values.astype(np.float64) * factor).astype(np.float32)
        difference = pixels(render.map_image(scaled, signed=signed)) - pixels(render.map_image(values, signed=signed))
        assert np.abs(difference).max() <= 4  # one step of 256 where rounding differs

    def test_map_image_constant_blank(self):
        for value in (0, -3, 1e-30):
            colours = pixels(render.map_image(np.full((4, 5), value, np.float32)))
            assert len(np.unique(colours)) == 1
            assert colours.min() > 200

    @pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
    def test_map_image_missing_grey_and_the_rest_as_ever(self, value):
        colours, whole = pixels(render.map_image(with_gaps(value))), pixels(render.map_image(RAMP))
        assert colours[3, 4].tolist() == [128, 128, 128]
        whole[3, 4] = 128
        np.testing.assert_array_equal(colours, whole)

    def test_map_image_all_missing_grey(self):
        assert (pixels(render.map_image(np.full((3, 3), np.nan))) == 128).all()

    def test_map_image_signed_zero_is_white_and_sides_mirror(self):
        colours = pixels(render.map_image(np.array([[-2.0, -1, 0, 1, 2]]), signed=True))[0]
        assert colours[2].min() > 240
        assert colours[0, 2] > colours[0, 0]  # blue below zero
        assert colours[4, 0] > colours[4, 2]  # red above it

    def test_map_image_signed_one_sided_zero_still_white(self):
        colours = pixels(render.map_image(np.array([[0.0, 1, 2]]), signed=True))[0]
        assert colours[0].min() > 240
        assert colours[2, 0] > colours[2, 2]

    def test_map_image_enlarged_cells_stay_squares(self):
        small = pixels(render.map_image(RAMP[:2, :3]))
        large = pixels(render.map_image(RAMP[:2, :3], size=(8, 12)))
        np.testing.assert_array_equal(large, small.repeat(4, axis=0).repeat(4, axis=1))

    def test_map_image_does_not_change_its_values(self):
        values = with_gaps(np.nan)
        render.map_image(values)
        np.testing.assert_array_equal(values, with_gaps(np.nan))


class TestScale:
    def test_scale_signed_centred_on_zero(self):
        scale = Scale.of(np.array([-1.0, 3.0]), signed=True)
        assert (scale.low, scale.high) == (-3, 3)

    def test_scale_flags_constant_and_missing(self):
        assert Scale.of(np.ones(4), False).constant
        assert not Scale.of(np.ones(4), False).missing
        assert Scale.of(np.array([1, 2, np.nan]), False).missing
        assert Scale.of(np.array([np.nan]), False).constant

    def test_scale_clip_leaves_out_the_extreme_share(self):
        values = np.append(np.linspace(0, 1, 999), 1000.0)
        scale = Scale.of(values, signed=False, clip=0.01)
        assert scale.clipped
        assert 0.9 < scale.high < 1.1
        assert not Scale.of(values, signed=False).clipped


class TestOverlay:
    def test_overlay_opacity_zero_is_the_image(self):
        np.testing.assert_array_equal(pixels(render.overlay(IMAGE, heatmap(), 0)), IMAGE)

    def test_overlay_uniform_opacity_one_is_the_map(self):
        np.testing.assert_array_equal(
            pixels(render.overlay(IMAGE, heatmap(), 1, blend="uniform")), pixels(render.heatmap_image(heatmap()))
        )

    def test_overlay_uniform_opacity_half_is_the_mean(self):
        expected = (IMAGE + pixels(render.heatmap_image(heatmap()))) / 2
        np.testing.assert_allclose(pixels(render.overlay(IMAGE, heatmap(), 0.5, blend="uniform")), expected, atol=1)

    @pytest.mark.parametrize("opacity", [1.0, 0.6])
    @pytest.mark.parametrize("signed", [False, True])
    def test_overlay_opacity_follows_the_value_on_a_half_grey_photograph(self, signed, opacity):
        made = heatmap(RAMP - 0.5 if signed else RAMP, signed)
        share = np.abs(made.values) / np.abs(made.values).max()
        grey = np.asarray(Image.fromarray(IMAGE).convert("L"))[..., None].astype(float)
        photograph = IMAGE + (grey - IMAGE) * 0.5 * opacity
        map_alone = pixels(render.heatmap_image(made)).astype(float)
        expected = photograph + (map_alone - photograph) * (share * opacity)[..., None]
        np.testing.assert_allclose(pixels(render.overlay(IMAGE, made, opacity)), expected, atol=2)

    def test_overlay_unknown_blend_named(self):
        with pytest.raises(ParameterError, match=r"value and uniform; not 'add'|value.*uniform.*'add'"):
            render.overlay(IMAGE, heatmap(), blend="add")

    def test_one_colormap_for_each_meaning(self):
        evidence, signed = render.table("inferno", False), render.table("RdBu_r", True)
        np.testing.assert_array_equal(pixels(render.heatmap_image(heatmap()))[-1, -1], evidence[255])
        np.testing.assert_array_equal(pixels(render.heatmap_image(heatmap(RAMP, True)))[-1, -1], signed[255])
        np.testing.assert_array_equal(pixels(render.map_image(RAMP))[-1, -1], render.table("viridis", False)[255])

    def test_overlay_photograph_covers_the_part_seen(self):
        photograph = np.zeros((40, 80, 3), np.uint8)
        cut = heatmap(box=Box(2.5, 22.5, 35, 35), image_size=(40, 80))
        assert render.overlay(photograph, cut).size == (35, 35)
        assert render.overlay(photograph, cut, size=700).size == (700, 700)

    def test_overlay_constant_nothing_laid_over(self):
        np.testing.assert_array_equal(pixels(render.overlay(IMAGE, heatmap(RAMP * 0), 1)), IMAGE)

    @pytest.mark.filterwarnings("error")
    @pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
    def test_overlay_missing_cells_harm_only_their_neighbours(self, value):
        large = pixels(render.overlay(IMAGE, heatmap(with_gaps(value)), 1, size=120))
        whole = pixels(render.overlay(IMAGE, heatmap(), 1, size=120))
        np.testing.assert_array_equal(large[60:], whole[60:])
        np.testing.assert_array_equal(large[:, 60:], whole[:, 60:])

    @pytest.mark.parametrize("opacity", [-0.1, 1.01, float("nan")])
    def test_overlay_opacity_out_of_range_refused(self, opacity):
        with pytest.raises(ParameterError, match=rf"opacity.*not {opacity}"):
            render.overlay(IMAGE, heatmap(), opacity)

    def test_overlay_image_of_another_size_refused(self):
        with pytest.raises(ParameterError, match=r"12 × 12 pixels; this one has 30 × 20"):
            render.overlay(np.zeros((20, 30, 3), np.uint8), heatmap())

    def test_overlay_unknown_colormap_named(self):
        with pytest.raises(ParameterError, match=r"'rainbo'.*viridis"):
            render.overlay(IMAGE, heatmap(), colormap="rainbo")


class TestFigure:
    @pytest.mark.filterwarnings("error")
    @pytest.mark.parametrize("signed", [False, True])
    @pytest.mark.parametrize(
        "values",
        [RAMP, RAMP * 0, RAMP * 1e-30, RAMP * np.nan, with_gaps(np.nan), with_gaps(np.inf)],
        ids=["ramp", "constant", "tiny", "all missing", "nan", "inf"],
    )
    def test_figure_any_heatmap_draws(self, values, signed):
        for image in (None, IMAGE):
            drawn = figures.figure(heatmap(values, signed), image)
            assert isinstance(drawn, Figure)
            drawn.savefig("/dev/null", format="svg")

    def test_figure_title_names_method_class_and_score(self):
        assert figures.figure(heatmap()).axes[0].get_title() == "saliency · logit of “cat”: 2.50"
        assert figures.figure(heatmap(), title="Mine").axes[0].get_title() == "Mine"

    @pytest.mark.parametrize(
        ("shape", "cells"),
        [((5, 5, 7), 7), ((3, 3, 3, 10), 10), ((3, 3, 8, 5), 5), ((3, 3, 8, 1), 1), ((5, 5, 99), 64)],
    )
    def test_figure_maps_or_kernels_one_cell_a_channel(self, shape, cells):
        drawn = figures.figure(np.random.default_rng(0).normal(size=shape))
        assert sum(bool(axes.get_title()) for axes in drawn.axes) == cells

    @pytest.mark.parametrize("channel_axis", [2, 3], ids=["maps", "kernels"])
    def test_figure_strongest_channels_first_and_the_weakest_left_out(self, channel_axis):
        strengths = np.array([3, -5, 1, 4, -2])  # by magnitude: 1, 3, 0, 4, 2
        values = np.ones((*(4, 4, 3)[:channel_axis], 5)) * strengths
        drawn = figures.figure(values, most=4)
        assert [axes.get_title() for axes in drawn.axes if axes.get_title()] == ["1", "3", "0", "4"]
        if channel_axis == 2:
            shown = [axes.images[0].get_array() for axes in drawn.axes[:4]]
            assert [cell[0, 0] for cell in shown] == [-5, 4, 3, -2], "another channel's values"

    @pytest.mark.parametrize("values", [np.zeros((4, 4, 3)), np.full((4, 4, 3), np.nan)], ids=["dead", "missing"])
    def test_figure_maps_with_nothing_in_them_draws(self, values):
        figures.figure(values).savefig("/dev/null", format="pdf")

    @pytest.mark.parametrize("shape", [(4,), (4, 4), (1, 2, 3, 4, 5)])
    def test_figure_array_of_another_shape_refused(self, shape):
        with pytest.raises(ParameterError, match="feature maps"):
            figures.figure(np.zeros(shape))

    @pytest.mark.parametrize("result", [heatmap(), RAMP[..., None]], ids=["heatmap", "maps"])
    def test_figure_unknown_colormap_named(self, result):
        with pytest.raises(ParameterError, match="'rainbo'"):
            figures.figure(result, colormap="rainbo")

    def test_figure_opacity_out_of_range_refused(self):
        with pytest.raises(ParameterError, match=r"opacity.*not 5"):
            figures.figure(heatmap(), IMAGE, opacity=5)

    def test_figure_image_of_another_size_refused(self):
        with pytest.raises(ParameterError, match="30 × 20"):
            figures.figure(heatmap(), np.zeros((20, 30, 3), np.uint8))


def test_kernel_image_zero_is_mid_grey_whatever_the_scale():
    kernel = np.zeros((2, 2, 3))
    kernel[0, 0], kernel[1, 1] = 1, -1
    for factor in (1, 1e-30, 1e30):
        colours = pixels(render.kernel_image(kernel * factor))
        assert colours[0, 0].tolist() == [255, 255, 255]
        assert colours[1, 1].tolist() == [0, 0, 0]
        assert abs(colours[0, 1] - 127.5).max() <= 0.5
    assert isinstance(render.kernel_image(kernel * 0, size=8), Image.Image)


def test_overlay_map_takes_the_scale_that_is_given_and_else_its_own():
    values = np.linspace(0, 1, 16).reshape(4, 4)
    box, grey = Box(0, 0, 4, 4), np.full((4, 4, 3), 127, np.uint8)
    own, shared, by_hand = (
        np.asarray(render.overlay_map(grey, box, values, 1.0, scale=scale))
        for scale in (None, Scale.of(4 * values, False), Scale.of(values, False))
    )
    np.testing.assert_array_equal(own, by_hand)
    assert (own[3, 3] != shared[3, 3]).any()


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_comparison_of_any_number_of_maps_draws_each_once(n):
    drawn = figures.comparison([heatmap()] * n, IMAGE)
    assert sum(bool(axes.get_title()) for axes in drawn.axes) == n

"""Images given as arrays: each range of values is read rightly and said, or refused with a way that works."""

import re
import warnings

import numpy as np
import pytest
import tiny_models
from tiny_models import classifier_of, random_image, tiny

import vislib
from vislib import ImageError, VislibWarning, load_image, read_image
from vislib.images.arrays import READ_AS_0_1, READ_AS_0_255, READ_AS_OPACITY, rgb_of

IMAGE = random_image(20, 24)


def way(array) -> np.ndarray:
    """The array after the expression that its refusal names."""
    with pytest.raises(ImageError) as caught:
        load_image(array)
    (expression,) = re.findall(
        r"(?:np\.\w+|image \*)[^:]*?\(.*?\)(?:\)|(?= gives| brings| makes|\.$))", str(caught.value)
    )
    return eval(expression, {"np": np, "image": array})


class TestRange:
    @pytest.mark.parametrize("kind", [np.int16, np.uint16, np.int32, np.int64, np.uint64])
    def test_whole_numbers_in_0_255_as_they_are_without_a_word(self, kind):
        read = read_image(IMAGE.astype(kind))
        np.testing.assert_array_equal(read.values, IMAGE)
        assert read.notes == ()

    @pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
    def test_floats_by_their_largest_value_and_said(self, kind):
        for scale, note in ((1, READ_AS_0_255), (255, READ_AS_0_1)):
            read = read_image((IMAGE / scale).astype(kind))
            assert np.abs(read.values.astype(int) - IMAGE).max() <= (kind is np.float16)
            assert read.notes == (note,)

    def test_floats_a_rounding_error_above_one_still_0_1(self):
        values = IMAGE / np.float32(255)
        values.flat[0] = np.nextafter(np.float32(1), np.float32(2))
        values.flat[1] = -1e-7
        expected = IMAGE.copy()
        expected.flat[:2] = 255, 0
        np.testing.assert_array_equal(load_image(values), expected)

    @pytest.mark.parametrize("kind", [np.uint8, np.int32, np.float32])
    def test_black_stays_black_without_a_word(self, kind):
        read = read_image(np.zeros((4, 5, 3), kind))
        assert read.values.max() == 0
        assert read.notes == ()

    def test_dark_whole_floats_are_0_255(self):
        """A nearly black picture as float: 0, 1 and 2 of 255."""
        dark = np.array([[0.0, 1, 2]])
        np.testing.assert_array_equal(load_image(dark)[0, :, 0], [0, 1, 2])

    def test_floats_a_little_above_one_refused_with_both_ways(self):
        overshot = IMAGE / 255 * 1.2
        with pytest.raises(ImageError, match=r"1\.2, so it is neither.*np\.clip\(image, 0, 1\).*np\.rint"):
            load_image(overshot)
        assert load_image(np.clip(overshot, 0, 1)).max() == 255
        assert load_image(np.rint(overshot).astype(np.uint8)).max() == 1

    def test_minus_one_to_one_refused_and_the_way_gives_the_image(self):
        np.testing.assert_allclose(load_image(way(IMAGE / 127.5 - 1)), IMAGE, atol=1)

    @pytest.mark.parametrize(
        ("values", "white"),
        [
            (np.linspace(0, 4095, 256).round().astype(np.uint16)[None], 4095),
            (np.linspace(0, 65535, 256).round().astype(np.uint16)[None], 65535),
            (np.linspace(0, 900, 256).round().astype(np.int32)[None], 1023),
            (np.linspace(-1000, 3000, 256)[None], 3000),
            (np.linspace(0, 70_000, 256).astype(np.int64)[None], 70_000),
            (np.linspace(0, 300, 256)[None], 300),
        ],
    )
    def test_other_ranges_refused_and_the_way_is_linear(self, values, white):
        got = load_image(way(values))[0, :, 0]
        low = min(0, values.min())
        np.testing.assert_allclose(got, (values[0] - low) / (white - low) * 255, atol=0.51)

    @pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
    def test_missing_refused_and_the_way_makes_them_black(self, value):
        values = IMAGE / 255
        values[3, 4] = value
        assert load_image(way(values))[3, 4].max() == 0

    def test_bool_refused_and_the_way_gives_black_and_white(self):
        assert set(np.unique(load_image(way(np.eye(5, dtype=bool))))) == {0, 255}


class TestChannels:
    @pytest.mark.parametrize("scale", [1, 255])
    def test_grey_of_two_or_three_dimensions_three_equal_channels(self, scale):
        grey = IMAGE[..., 0]
        for values in (grey, grey[..., None]):
            read = load_image(values if scale == 1 else values / scale)
            np.testing.assert_array_equal(read, np.stack([grey] * 3, axis=-1))

    @pytest.mark.parametrize("scale", [1, 255])
    def test_fourth_channel_composited_on_white_and_said(self, scale):
        rgba = np.zeros((1, 3, 4), np.uint8)
        rgba[0, :, 0], rgba[0, :, 3] = 200, [0, 128, 255]
        read = read_image(rgba if scale == 1 else rgba / scale)
        np.testing.assert_allclose(read.values[0], [[255, 255, 255], [227, 127, 127], [200, 0, 0]], atol=1)
        assert READ_AS_OPACITY in read.notes

    def test_opaque_fourth_channel_not_said(self):
        assert rgb_of(np.full((2, 2, 4), 255, np.uint8)).notes == ()

    def test_uint8_rgb_not_copied(self):
        assert rgb_of(IMAGE).values is IMAGE


class TestClassifier:
    @pytest.mark.parametrize("style", ["conv_relu", "grey"])
    def test_predict_same_for_every_form_of_one_image(self, style):
        classifier = tiny(style)
        grey = np.repeat(IMAGE[..., :1], 3, axis=2)
        expected = classifier.logits(grey)
        for form in (grey[..., 0], grey[..., :1], grey.astype(np.uint16), grey[..., 0].astype(np.int32)):
            np.testing.assert_array_equal(classifier.logits(form), expected)
        for form in (grey / 255, grey.astype(np.float32), grey[..., 0] / np.float32(255)):
            with pytest.warns(VislibWarning):
                np.testing.assert_array_equal(classifier.logits(form), expected)

    @pytest.mark.parametrize("array", [IMAGE / 127.5 - 1, IMAGE.astype(np.uint16) * 257, np.full((5, 5, 3), np.nan)])
    def test_predict_refuses_what_load_image_refuses(self, array):
        for refuse in (load_image, tiny("conv_relu").predict, lambda it: vislib.explain("saliency", tiny("grey"), it)):
            with pytest.raises(ImageError, match="image"):
                refuse(array)

    def test_predict_warns_at_the_line_of_the_caller(self):
        classifier = classifier_of(tiny_models.conv_relu())
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("default")
            for share in (1, 0.5):
                classifier.predict(IMAGE / 255 * share)
        assert [(str(one.message), one.filename) for one in caught] == [(READ_AS_0_1, __file__)]

    def test_explain_says_it_in_its_notes(self):
        with pytest.warns(VislibWarning):
            heatmap = vislib.explain("saliency", tiny("conv_relu"), IMAGE / 255)
        assert READ_AS_0_1 in heatmap.notes
        plain = vislib.explain("saliency", tiny("conv_relu"), IMAGE)
        np.testing.assert_array_equal(heatmap.values, plain.values)
        assert not any("read as" in note for note in plain.notes)

    def test_overlay_of_floats_shows_the_image_not_black(self):
        heatmap = vislib.explain("saliency", tiny("conv_relu"), IMAGE)
        shown = [np.asarray(vislib.render.overlay(form, heatmap, 0.0)) for form in (IMAGE, IMAGE / 255)]
        np.testing.assert_array_equal(*shown)

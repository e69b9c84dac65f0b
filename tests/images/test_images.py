"""The right picture from everything that may be uploaded."""

import contextlib
import io
import pathlib

import numpy as np
import pytest
from PIL import Image

from vislib import ImageError, load_image
from vislib.images.fitting import fit_box, resize_box
from vislib.images.reading import image_digest

# Four colours, so that every turn and mirror image is a different picture.
CORNERS = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 0]]], np.uint8)
BLOCKS = CORNERS.repeat(16, axis=0).repeat(24, axis=1)
# What the EXIF orientation says was done to the picture, undone.
UPRIGHT = {
    1: lambda a: a, 2: lambda a: a[:, ::-1], 3: lambda a: a[::-1, ::-1], 4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2), 6: lambda a: np.rot90(a, -1), 7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
    8: lambda a: np.rot90(a),
}  # fmt: skip


def saved(picture, format="PNG", **options) -> bytes:
    picture = Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture
    buffer = io.BytesIO()
    picture.save(buffer, format, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("format", ["PNG", "BMP", "GIF", "TIFF", "WEBP"])
def test_format_lossless_same_pixels(format):
    options = {"lossless": True} if format == "WEBP" else {}
    np.testing.assert_array_equal(load_image(saved(BLOCKS, format, **options)), BLOCKS)


def test_format_jpeg_nearly_same_pixels():
    assert np.abs(load_image(saved(BLOCKS, "JPEG", quality=95, subsampling=0)).astype(int) - BLOCKS).max() < 12


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF"])
def test_exif_orientation_applied(orientation, format):
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"quality": 95, "subsampling": 0} if format == "JPEG" else {}
    expected = UPRIGHT[orientation](BLOCKS)
    image = load_image(saved(BLOCKS, format, exif=exif, **options))
    assert image.shape == expected.shape
    assert np.abs(image.astype(int) - expected).mean() < 3


def test_cmyk_is_its_colours():
    image = load_image(saved(Image.fromarray(BLOCKS).convert("CMYK"), "TIFF"))
    np.testing.assert_array_equal(image, BLOCKS)


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_grey_16_bit_scaled_not_clipped(format):
    ramp = np.linspace(0, 65535, 256).astype(np.uint16)[None]
    image = load_image(saved(ramp, format))
    np.testing.assert_array_equal(image[0, :, 0], np.arange(256))
    assert (image[..., 0] == image[..., 1]).all()


def test_grey_16_bit_dark_picture_stays_dark():
    assert load_image(saved(np.full((3, 3), 2570, np.uint16))).max() == 10


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-3.5, 1e6), (0, 1e-9)])
def test_float_tiff_scaled_by_its_range(low, high):
    ramp = np.linspace(low, high, 256, dtype=np.float32)[None]
    np.testing.assert_allclose(load_image(saved(ramp, "TIFF"))[0, :, 0], np.arange(256), atol=1)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_float_tiff_with_gap_rest_still_scaled(value):
    ramp = np.linspace(0, 1, 256, dtype=np.float32)[None].copy()
    ramp[0, 7] = value
    image = load_image(saved(ramp, "TIFF"))[0, :, 0]
    np.testing.assert_allclose(np.delete(image, 7), np.delete(np.arange(256), 7), atol=1)


def test_float_tiff_constant_read():
    for value in (0.0, 0.5, 300.0):
        assert load_image(saved(np.full((4, 4), value, np.float32), "TIFF")).shape == (4, 4, 3)


def test_float_tiff_all_missing_refused():
    with pytest.raises(ImageError, match="no values"):
        load_image(saved(np.full((4, 4), np.nan, np.float32), "TIFF"))


def test_palette_with_transparency_on_white():
    picture = Image.fromarray(BLOCKS).convert("P", palette=Image.Palette.ADAPTIVE, colors=4)
    first = picture.getpixel((0, 0))
    image = load_image(saved(picture, "PNG", transparency=first))
    expected = BLOCKS.copy()
    expected[:16, :24] = 255
    np.testing.assert_array_equal(image, expected)


def test_rgba_composited_on_white():
    rgba = np.zeros((1, 3, 4), np.uint8)
    rgba[0, :, 0] = 200
    rgba[0, :, 3] = [0, 128, 255]
    image = load_image(saved(rgba))
    np.testing.assert_allclose(image[0], [[255, 255, 255], [227, 127, 127], [200, 0, 0]], atol=1)
    np.testing.assert_array_equal(load_image(rgba), image)


def test_grey_with_alpha_composited_on_white():
    picture = Image.fromarray(np.array([[[0, 0], [0, 255], [100, 255]]], np.uint8), "LA")
    np.testing.assert_array_equal(load_image(saved(picture))[0, :, 0], [255, 0, 100])


def test_grey_and_one_bit_three_equal_channels():
    grey = np.arange(256, dtype=np.uint8)[None]
    np.testing.assert_array_equal(load_image(saved(grey)), np.repeat(grey[..., None], 3, axis=2))
    one_bit = load_image(saved(Image.fromarray(np.eye(9, dtype=bool))))
    np.testing.assert_array_equal(one_bit[..., 1], np.eye(9) * 255)


def test_animation_first_frame():
    frames = [Image.new("RGB", (5, 4), colour) for colour in ("red", "lime", "blue")]
    for format in ("GIF", "WEBP", "PNG", "TIFF"):
        options = {"lossless": True} if format == "WEBP" else {}
        image = load_image(saved(frames[0], format, save_all=True, append_images=frames[1:], **options))
        np.testing.assert_array_equal(image, np.broadcast_to(np.uint8([255, 0, 0]), (4, 5, 3)))


@pytest.mark.parametrize("size", [(1, 1), (200, 8000), (8000, 1)])
def test_size_extreme_kept(size):
    assert load_image(saved(np.full((*size, 3), 9, np.uint8))).shape == (*size, 3)


class TestSources:
    def test_source_any_kind_same_picture(self, tmp_path):
        path = tmp_path / "Grüße & <b>.png"
        path.write_bytes(saved(BLOCKS))
        with path.open("rb") as file:
            for source in (
                path,
                str(path),
                path.read_bytes(),
                file,
                io.BytesIO(saved(BLOCKS)),
                Image.open(path),
                BLOCKS,
            ):
                np.testing.assert_array_equal(load_image(source), BLOCKS)

    @pytest.mark.parametrize("shape", [(4, 5), (4, 5, 1), (4, 5, 3), (4, 5, 4)])
    @pytest.mark.parametrize("kind", [np.uint8, np.int64, np.float32, np.float16])
    def test_source_array_of_accepted_shape_read(self, shape, kind):
        image = load_image(np.full(shape, 200, kind))
        assert (image.shape, image.dtype) == ((4, 5, 3), np.uint8)
        assert image.flags.writeable

    def test_source_array_not_shared(self):
        array = BLOCKS.copy()
        load_image(array)[:] = 0
        np.testing.assert_array_equal(array, BLOCKS)

    @pytest.mark.parametrize(
        "array",
        [
            np.zeros(5), np.zeros((2, 2, 2)), np.zeros((2, 2, 5)), np.zeros((0, 5, 3)), np.zeros((1, 2, 2, 3)),
            np.full((2, 2), 256), np.full((2, 2), -1), np.full((2, 2), np.nan), np.full((2, 2), np.inf),
            np.zeros((2, 2), bool), np.zeros((2, 2), complex), np.full((2, 2), "x"), np.full((2, 2), None),
            np.broadcast_to(np.uint8(0), (6000, 6000)),
        ],
        ids=lambda array: f"{array.dtype} {array.shape}",
    )  # fmt: skip
    def test_source_array_not_accepted_refused(self, array):
        with pytest.raises(ImageError, match=r"\.$"):
            load_image(array)

    @pytest.mark.parametrize("source", [None, 7, ["cat.jpg"], object(), bytearray(b"x"), io.StringIO("text")])
    def test_source_of_another_kind_refused(self, source):
        with pytest.raises(ImageError):
            load_image(source)

    @pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "HSV", "I", "F", "LA",
                                      "PA", "RGBX", "RGBa", "La", "I;16", "I;16B", "I;16L"])  # fmt: skip
    def test_source_pil_image_of_any_mode_read_or_refused(self, mode):
        with contextlib.suppress(ImageError):
            assert load_image(Image.new(mode, (3, 2))).shape == (2, 3, 3)

    def test_source_path_missing_or_folder_or_impossible_refused(self, tmp_path):
        for path in (tmp_path / "missing.png", tmp_path, "", "a\0b", pathlib.Path("x" * 5000)):
            with pytest.raises(ImageError, match=r"cannot be read: .*\.$"):
                load_image(path)


def test_digest_same_pixels_same_other_shape_other():
    assert image_digest(BLOCKS) == image_digest(BLOCKS[:, ::1].copy())
    assert image_digest(BLOCKS) != image_digest(BLOCKS.reshape(48, 32, 3))


def test_fit_box_any_size_inside_the_image():
    """A rounding error of 1e-14 beyond the edge is enough for Pillow to refuse the box."""
    for height, width in [(393, 232), *((size, 7 * size % 397 + 1) for size in range(1, 400, 17))]:
        for input_size in ((224, 224), (28, 28), (13, 17)):
            for crop_fraction in (None, 0.875, 0.999, 1.0):
                box = fit_box((height, width), input_size, crop_fraction)
                fitted = resize_box(np.full((height, width, 3), 7, np.uint8), box, (4, 5))
                assert (fitted == 7).all()
                assert fitted.shape == (4, 5, 3)


def test_resize_box_same_size_same_pixels():
    box = fit_box(BLOCKS.shape[:2], BLOCKS.shape[:2], None)
    np.testing.assert_array_equal(resize_box(BLOCKS, box, BLOCKS.shape[:2]), BLOCKS)

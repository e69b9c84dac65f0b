"""A JPEG file of too many pixels is reduced while it is decoded, and only then."""

import numpy as np
import pytest
from PIL import Image
from test_images import BLOCKS, CORNERS, UPRIGHT, saved

from vislib import ImageError, VislibWarning, load_image, read_image
from vislib.images import large_jpeg as module
from vislib.images import reading
from vislib.images.large_jpeg import large_jpeg

HALF = CORNERS.repeat(8, axis=0).repeat(12, axis=1)  # of BLOCKS, 32 × 48


@pytest.fixture(autouse=True)
def _limit_of_400_pixels(monkeypatch):
    for each in (module, reading):
        monkeypatch.setattr(each, "MAX_PIXELS", 400)


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_reduced_turned_as_exif_says_and_said(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = read_image(saved(BLOCKS, "JPEG", quality=95, subsampling=0, exif=exif))
    expected = UPRIGHT[orientation](HALF)
    assert image.values.shape == expected.shape
    assert np.abs(image.values.astype(int) - expected).mean() < 5
    before = "32 × 48 to 16 × 24" if orientation > 4 else "48 × 32 to 24 × 16"
    assert f"reduced from {before} pixels" in image.notes[0]


@pytest.mark.parametrize(("times", "scale"), [(1, 2), (2, 4), (4, 8)])
def test_scale_is_the_first_that_suffices(times, scale):
    assert large_jpeg(saved(np.tile(BLOCKS, (times, times, 1)), "JPEG")).scale == scale


@pytest.mark.parametrize("picture", [Image.fromarray(BLOCKS).convert("L"), Image.fromarray(BLOCKS).convert("CMYK")])
def test_grey_and_cmyk_reduced(picture):
    with pytest.warns(VislibWarning, match="reduced from 48 × 32 to 24 × 16"):
        assert load_image(saved(picture, "JPEG")).shape == (16, 24, 3)


def test_first_picture_of_several_reduced():
    picture = Image.fromarray(BLOCKS)
    assert read_image(saved(picture, "MPO", save_all=True, append_images=[picture])).values.shape == (16, 24, 3)


def test_small_enough_not_reduced():
    assert read_image(saved(HALF, "JPEG")).notes == ()


# Of a progressive file, or one with a scan per colour, libjpeg holds the coefficients of the full size in memory.
@pytest.mark.parametrize(
    "content",
    [
        saved(np.tile(BLOCKS, (8, 8, 1)), "JPEG"),
        saved(BLOCKS, "JPEG", progressive=True),
        saved(BLOCKS, "PNG"),
        saved(BLOCKS, "JPEG").replace(b"\xff\xda\x00\x0c\x03", b"\xff\xda\x00\x0c\x01"),
        saved(BLOCKS, "JPEG").replace(b"\xff\xdb", b"\xff\x01", 1),
    ],
    ids=["too large for an eighth", "progressive", "png", "a scan per colour", "a marker without a length"],
)
def test_others_refused(content):
    with pytest.raises(ImageError):
        read_image(content)


@pytest.mark.parametrize("n_bytes", [2, 30, 400, -300])
def test_cut_off_refused(n_bytes):
    with pytest.raises(ImageError):
        read_image(saved(BLOCKS, "JPEG")[:n_bytes])

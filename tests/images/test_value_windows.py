"""12 and 16 bits and floats in files: shown from their smallest to their largest value, or by a window, and said."""

import io

import numpy as np
import pytest
import tifffile
from PIL import Image
from test_images import saved

from vislib import ImageError, ParameterError, VislibWarning, load_image, read_image
from vislib.images.reading import _frame_note
from vislib.images.windows import windowed

RAMP = np.linspace(0, 4095, 256).round().astype(np.uint16)[None]


def tiff(values, **options) -> bytes:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, values, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_12_bits_in_16_full_range_and_said(format):
    read = read_image(saved(RAMP, format))
    np.testing.assert_allclose(read.values[0, :, 1], np.arange(256), atol=1)
    assert any("from 0 (black) to 4095 (white)" in note and "a window (level and width)" in note for note in read.notes)
    with pytest.warns(VislibWarning, match="4095"):
        load_image(saved(RAMP, format))


def test_window_closed_form_in_every_source(tmp_path):
    level, width = 1000, 400
    expected = np.clip(np.rint((RAMP[0].astype(float) - level + width / 2) / width * 255), 0, 255)
    np.save(tmp_path / "scan.npy", RAMP)
    sources = [saved(RAMP), saved(RAMP, "TIFF"), saved(RAMP.astype(np.float32), "TIFF"), RAMP, RAMP.astype(np.int32)]
    for source in [*sources, RAMP.astype(float) + 0.0, Image.fromarray(RAMP), tmp_path / "scan.npy"]:
        read = read_image(source, window=(level, width))
        np.testing.assert_array_equal(read.values[0, :, 2], expected)
        assert read.notes == ("A window from 800 (black) to 1200 (white) was used.",)


def test_window_on_a_picture_of_8_bits():
    picture = np.arange(256, dtype=np.uint8)[None, :, None].repeat(3, axis=2)
    read = read_image(saved(picture), window=(127.5, 51))
    np.testing.assert_array_equal(read.values, np.clip(np.rint((picture - 102.0) / 51 * 255), 0, 255))


@pytest.mark.parametrize("window", [(1, 0), (1, -5), (1,), 7, "ab", (np.nan, 1), (0, np.inf), ("a", "b")])
def test_window_that_is_none_refused_with_one_that_works(window):
    with pytest.raises(ParameterError, match=r"\(40, 400\)"):
        load_image(saved(RAMP), window=window)
    assert load_image(saved(RAMP), window=(40, 400)).shape == (1, 256, 3)


@pytest.mark.parametrize("kind", [np.uint16, np.float32])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_tiff_colours_of_more_than_8_bits_full_range(kind, compression):
    """Pillow keeps the upper byte of 12 bits: nearly black, without a word; it refuses floats."""
    colours = np.stack([RAMP, RAMP[:, ::-1], RAMP // 2], axis=-1).astype(kind)
    read = read_image(tiff(colours, compression=compression, photometric="rgb"))
    np.testing.assert_allclose(read.values, colours * (255 / 4095), atol=0.51)
    assert "4095 (white)" in read.notes[0]


def test_missing_values_black_and_said():
    values = np.linspace(10, 20, 256, dtype=np.float32)[None].copy()
    values[0, 100] = np.nan
    read = read_image(saved(values, "TIFF"))
    assert read.values[0, 100].max() == 0
    assert "1 of its 256 values are NaN or infinite; they are black." in read.notes


def test_picture_of_8_bits_not_said():
    assert read_image(saved(np.zeros((4, 4, 3), np.uint8))).notes == ()


@pytest.mark.parametrize("format", ["GIF", "TIFF", "PNG"])
def test_frame_chosen_and_said(format):
    frames = [Image.new("RGB", (5, 4), colour) for colour in ("red", "lime", "blue")]
    content = saved(frames[0], format, save_all=True, append_images=frames[1:])
    read = read_image(content, frame=2)
    np.testing.assert_array_equal(read.values[0, 0], [0, 0, 255])
    assert read.notes == ("It has several frames; frame 2, counted from 0, is used.",)
    with pytest.raises(ImageError, match="no frame 3; its first is frame 0"):
        load_image(content, frame=3)
    with pytest.raises(ParameterError, match="whole number from 0"):
        load_image(content, frame=-1)


def test_numpy_file_of_an_image_as_the_array(tmp_path):
    image = np.random.default_rng(0).integers(0, 256, (6, 7, 3), dtype=np.uint8)
    np.save(tmp_path / "a.npy", image)
    np.savez(tmp_path / "a.npz", image=image, other=np.zeros(3))
    for path in (tmp_path / "a.npy", tmp_path / "a.npz"):
        np.testing.assert_array_equal(load_image(path), image)
    np.save(tmp_path / "a.npy", image / 127.5 - 1)
    with pytest.raises(ImageError, match=r"-1\.\.1"):
        load_image(tmp_path / "a.npy")


def test_notes_are_true_in_a_script_and_on_a_page():
    read = windowed(np.arange(400, dtype=np.uint16).reshape(20, 20), None)
    assert read.notes[0].endswith("a window (level and width) chooses another range.")
    assert _frame_note(0) == "It has several frames; the first one is used."

"""DICOM: against pydicom's own steps on its test files, and what is said about files that cannot be read."""

import io
import sys

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixels import apply_modality_lut, apply_windowing
from pydicom.uid import ExplicitVRLittleEndian

import vislib
from vislib import ImageError, load_image, read_image

STORED = np.linspace(0, 4095, 20 * 30).round().astype(np.uint16).reshape(20, 30)


def dicom(stored=STORED, **elements) -> bytes:
    """A small DICOM file of one grey image with these elements changed; None leaves one out."""
    dataset = Dataset()
    usual = {
        "Rows": stored.shape[-2], "Columns": stored.shape[-1], "SamplesPerPixel": 1, "BitsAllocated": 16,
        "PhotometricInterpretation": "MONOCHROME2", "BitsStored": 16, "HighBit": 15,
        "PixelRepresentation": int(stored.dtype.kind == "i"), "SOPClassUID": "1.2.840.10008.5.1.4.1.1.7",
        "SOPInstanceUID": "1.2.3",
    }  # fmt: skip
    for name, value in {**usual, **elements}.items():
        if value is not None:
            setattr(dataset, name, value)
    if "PixelData" not in elements:
        dataset.PixelData = stored.tobytes()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()


def test_without_a_window_full_range_and_said():
    read = read_image(dicom())
    np.testing.assert_array_equal(read.values[..., 0], np.rint(STORED * (255 / 4095)))
    assert "from 0 (black) to 4095 (white)" in read.notes[0]


@pytest.mark.parametrize("curve", [None, "LINEAR", "LINEAR_EXACT", "SIGMOID"])
def test_windows_of_the_file_first_is_used_as_pydicom_does(curve):
    given = {"WindowCenter": [40, 700], "WindowWidth": [400, 9], "RescaleSlope": 2, "RescaleIntercept": -1024}
    content = dicom(VOILUTFunction=curve, **given)
    dataset = pydicom.dcmread(io.BytesIO(content))
    expected = apply_windowing(apply_modality_lut(dataset.pixel_array, dataset), dataset)
    low, high = -1024, 65535 * 2 - 1024
    read = read_image(content)
    np.testing.assert_allclose(read.values[..., 0], (expected - low) / (high - low) * 255, atol=0.51)
    assert "level 40 and width 400" in read.notes[0]


def test_window_given_goes_first_in_the_unit_after_rescaling():
    content = dicom(WindowCenter=40, WindowWidth=400, RescaleSlope=2, RescaleIntercept=-1024)
    read = read_image(content, window=(1000, 2000))
    np.testing.assert_array_equal(read.values[..., 0], np.rint(np.clip((STORED * 2.0 - 1024) / 2000, 0, 1) * 255))
    assert read.notes == ("A window from 0 (black) to 2000 (white) was used.",)


def test_monochrome1_inverted_and_said():
    read = read_image(dicom(PhotometricInterpretation="MONOCHROME1"))
    np.testing.assert_array_equal(read.values, 255 - read_image(dicom()).values)
    assert "MONOCHROME1" in read.notes[-1]


def test_padding_outside_the_range_and_black():
    stored = STORED.astype(np.int16)
    stored[:3] = -2000
    content = dicom(stored, PixelPaddingValue=-2000)
    read = read_image(content)
    assert read.values[:3].max() == 0
    low = STORED[3:].min()
    np.testing.assert_array_equal(read.values[3:, :, 0], np.rint((STORED[3:] - low) * (255 / (4095 - low))))


def test_frame_of_many_chosen_and_said():
    frames = np.stack([STORED, STORED // 2, STORED.T.reshape(20, 30)])
    content = dicom(frames, NumberOfFrames=3)
    np.testing.assert_array_equal(read_image(content, frame=2).values[..., 0], np.rint(frames[2] * (255 / 4095)))
    assert read_image(content).notes[-1] == "It has 3 frames; frame 0, counted from 0, is used."
    with pytest.raises(ImageError, match="3 frames, numbered from 0; there is no frame 3"):
        load_image(content, frame=3)


@pytest.mark.parametrize("name", ["CT_small.dcm", "MR_small.dcm", "MR_small_RLE.dcm", "JPEG2000.dcm"])
def test_real_grey_files_as_pydicom(name):
    path = get_testdata_file(name, download=False)
    dataset = pydicom.dcmread(path)
    values = apply_modality_lut(dataset.pixel_array, dataset).astype(float)
    read = read_image(path)
    if "WindowCenter" in dataset:
        first, last = dataset.WindowCenter - dataset.WindowWidth / 2, dataset.WindowCenter + dataset.WindowWidth / 2 - 1
    else:
        padding = dataset.get("PixelPaddingValue")
        assert padding is None or not (dataset.pixel_array == padding).any()
        first, last = values.min(), values.max()
    np.testing.assert_allclose(read.values[..., 0], np.clip((values - first) / (last - first), 0, 1) * 255, atol=0.51)


@pytest.mark.parametrize("name", ["examples_rgb_color.dcm", "SC_rgb_jpeg_dcmtk.dcm", "SC_rgb_rle.dcm"])
def test_real_colour_files_as_pydicom(name):
    path = get_testdata_file(name, download=False)
    read = read_image(path)
    np.testing.assert_array_equal(read.values, pydicom.pixels.pixel_array(path))
    assert read.notes == ()


def test_explained_like_any_image():
    from tiny_models import tiny

    image = load_image(get_testdata_file("CT_small.dcm", download=False))
    assert vislib.explain("grad-cam", tiny("conv_relu"), image).values.shape == (12, 12)


def test_without_pydicom_said_how_to_go_on(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pydicom", None)
    (tmp_path / "scan.dcm").write_bytes(dicom())
    with pytest.raises(ImageError, match=r"^scan\.dcm is a DICOM file.*pip install pydicom.*PNG or TIFF"):
        load_image(tmp_path / "scan.dcm")


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"\0" * 128 + b"DICM" + b"\x02\0\0\0UL\x04\0\0\0\0\0" + b"\0" * 2000, "without an image"),
        (dicom()[:-100], "damaged"),
        (dicom()[:140], "without an image|damaged"),
        (dicom(Rows=60_000, Columns=60_000), "60000 × 60000 pixels"),
        (dicom(Rows=0), "0 pixels"),
        (dicom(PixelData=b""), "damaged"),
        (dicom(BitsAllocated=12), "damaged|cannot be decoded"),
        (dicom(SOPInstanceUID="1.2.840.10008.1.2.1.99"), "deflated"),
    ],
    ids=["no image", "cut", "cut early", "too large", "no rows", "no pixels", "12 bits allocated", "deflated"],
)
def test_what_cannot_be_read_one_sentence(content, match):
    with pytest.raises(ImageError, match=match) as caught:
        load_image(content)
    assert str(caught.value).startswith("The file ")
    assert len(str(caught.value)) < 300


def test_compressed_in_a_way_that_cannot_be_decoded_named_and_uncompressed_is_read():
    with pytest.raises(ImageError, match=r"stored as JPEG-LS Lossless.*Explicit VR Little Endian"):
        load_image(get_testdata_file("MR_small_jpeg_ls_lossless.dcm", download=False))
    path = get_testdata_file("MR_small.dcm", download=False)
    assert pydicom.dcmread(path).file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    assert load_image(path).shape == (64, 64, 3)


def test_real_palette_file_as_pydicom():
    path = get_testdata_file("examples_palette.dcm", download=False)
    dataset = pydicom.dcmread(path)
    expected = pydicom.pixels.apply_color_lut(dataset.pixel_array, dataset)
    np.testing.assert_array_equal(load_image(path), (expected >> 8).astype(np.uint8))


def test_run_length_bomb_refused_unpacked(monkeypatch):
    """4 MB of run lengths stand for 256 MB, whatever the header says."""
    from pydicom.encaps import encapsulate

    segment = b"\x81\0" * (2_200_000)
    header = np.array([1, 64, *[0] * 14], "<u4").tobytes()
    content = dicom(BitsAllocated=8, BitsStored=8, HighBit=7, PixelData=encapsulate([header + segment]))
    meta = pydicom.dcmread(io.BytesIO(content), force=True)
    meta.file_meta.TransferSyntaxUID = pydicom.uid.RLELossless
    meta["PixelData"].VR = "OB"
    meta["PixelData"].is_undefined_length = True
    buffer = io.BytesIO()
    meta.save_as(buffer, enforce_file_format=True)
    with pytest.raises(ImageError, match="run-length"):
        load_image(buffer.getvalue())


def test_random_damage_read_or_refused():
    content = dicom(WindowCenter=40, WindowWidth=400)
    random = np.random.default_rng(0)
    outcomes = set()
    for _ in range(150):
        damaged = bytearray(content)
        for at in random.integers(128, 600, size=random.integers(1, 5)):
            damaged[at] = random.integers(256)
        try:
            image = load_image(bytes(damaged))
            assert (image.ndim, image.shape[2], image.dtype) == (3, 3, np.uint8)
            outcomes.add("read")
        except ImageError:
            outcomes.add("refused")
    assert outcomes == {"read", "refused"}

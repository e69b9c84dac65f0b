"""Files are whole or not there, and hold what is needed to trust them."""

import io
import json

import numpy as np
import pytest
from file_signatures import SIGNATURES
from PIL import Image
from test_render import IMAGE, heatmap
from tiny_models import random_image, tiny

import vislib
from vislib import ParameterError, activation_maximization
from vislib.output import export, figures, render


@pytest.mark.parametrize("suffix", SIGNATURES)
@pytest.mark.parametrize("image", [None, IMAGE], ids=["map alone", "over the image"])
def test_save_any_suffix_right_kind_of_file(tmp_path, suffix, image):
    path = vislib.save(heatmap(), tmp_path / f"map{suffix.upper()}", image)
    assert path.read_bytes().startswith(SIGNATURES[suffix])
    assert [other.name for other in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", SIGNATURES)
def test_save_twice_same_bytes(tmp_path, suffix):
    first, second = (vislib.save(heatmap(), tmp_path / f"{name}{suffix}").read_bytes() for name in "ab")
    assert first == second


@pytest.mark.parametrize("method", sorted(vislib.methods()))
def test_save_npz_values_details_and_metadata_come_back(tmp_path, method):
    result = vislib.explain(method, tiny("conv_relu"), random_image(), 2)
    with np.load(vislib.save(result, tmp_path / "map.npz"), allow_pickle=False) as loaded:
        np.testing.assert_array_equal(loaded["values"], result.values)
        assert set(loaded) == {"values", "metadata", *result.details}
        for name, values in result.details.items():
            np.testing.assert_array_equal(loaded[name], values)
        metadata = json.loads(str(loaded["metadata"]))
    for name in ("method", "class_index", "label", "score", "layer", "signed", "seconds", "model"):
        assert metadata[name] == getattr(result, name)
    assert metadata["params"] == dict(result.params)
    assert metadata["box"] == vars(result.box)
    assert metadata["image_size"] == list(result.image_size)
    assert metadata["notes"] == list(result.notes)
    assert metadata["vislib"]


def test_save_npz_numpy_numbers_among_the_parameters(tmp_path):
    """A size computed with NumPy is an np.int64, which JSON does not know."""
    result = vislib.explain("occlusion", tiny("conv_relu"), random_image(), np.int64(1), patch_px=np.int64(4))
    with np.load(vislib.save(result, tmp_path / "map.npz")) as loaded:
        assert json.loads(str(loaded["metadata"]))["params"]["patch_px"] == 4


def test_npz_of_array_with_its_metadata(tmp_path):
    (tmp_path / "maps.npz").write_bytes(export.npz_bytes(np.arange(6).reshape(1, 2, 3), layer="conv1"))
    with np.load(tmp_path / "maps.npz") as loaded:
        np.testing.assert_array_equal(loaded["values"], np.arange(6).reshape(1, 2, 3))
        assert json.loads(str(loaded["metadata"]))["layer"] == "conv1"


@pytest.mark.parametrize("name", ["map.jpg", "map", "map.png.txt", ".png"])
def test_save_suffix_unknown_refused(tmp_path, name):
    with pytest.raises(ParameterError, match=r"\.png, \.svg, \.pdf, \.npz"):
        vislib.save(heatmap(), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_save_folder_missing_refused(tmp_path):
    with pytest.raises(ParameterError, match="no folder"):
        vislib.save(heatmap(), tmp_path / "missing" / "map.png")


def test_save_target_is_a_folder_refused_and_nothing_left(tmp_path):
    (tmp_path / "map.png").mkdir()
    with pytest.raises(ParameterError, match="cannot be written"):
        vislib.save(heatmap(), tmp_path / "map.png")
    assert [path.name for path in tmp_path.iterdir()] == ["map.png"]


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
@pytest.mark.parametrize("wrong", [{"opacity": 5}, {"colormap": "rainbo"}, {"image": np.zeros((3, 4, 3), np.uint8)}])
def test_save_bad_setting_refused_and_old_file_kept(tmp_path, suffix, wrong):
    path = tmp_path / f"map{suffix}"
    path.write_text("the old one")
    with pytest.raises(ParameterError):
        vislib.save(heatmap(), path, **{"image": IMAGE, **wrong})
    assert path.read_text() == "the old one"
    assert [other.name for other in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("suffix", "function"), [(".png", "overlay"), (".png", "figure"), (".svg", "figure"), (".pdf", "figure")]
)
def test_save_rendering_raises_nothing_half_written(tmp_path, monkeypatch, suffix, function):
    def fails(*arguments, **settings):
        raise RuntimeError("out of paint")

    monkeypatch.setattr(figures if function == "figure" else render, function, fails)
    with pytest.raises(RuntimeError, match="out of paint"):
        vislib.save(heatmap(), tmp_path / f"map{suffix}", IMAGE, plain=function == "overlay")
    assert not list(tmp_path.iterdir())


def test_save_disk_full_nothing_half_written(tmp_path, monkeypatch):
    def full(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export.os, "replace", full)
    with pytest.raises(ParameterError, match="No space left on device"):
        vislib.save(heatmap(), tmp_path / "map.png")
    assert not list(tmp_path.iterdir())


def test_save_file_readable_as_others_are(tmp_path):
    """A temporary file is the owner's alone; the result is not."""
    (tmp_path / "other").touch()
    path = vislib.save(heatmap(), tmp_path / "map.png")
    assert path.stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.parametrize("suffix", SIGNATURES)
def test_save_maximization_any_suffix_right_kind_of_file(tmp_path, suffix):
    result = activation_maximization.maximize(tiny("conv_relu"), [0, 1], steps=1)
    path = export.save_maximization(result, tmp_path / f"pictures{suffix}")
    assert path.read_bytes().startswith(SIGNATURES[suffix])
    if suffix == ".npz":
        said = json.loads(str(np.load(path)["metadata"]))
        assert said["objectives"] == list(result.titles)
        np.testing.assert_array_equal(np.load(path)["values"], result.pictures)


def test_enlarged_by_the_smallest_whole_factor_to_1024_pixels():
    assert export.enlarged(Image.new("RGB", (300, 200))).size == (1200, 800)
    assert export.enlarged(Image.new("RGB", (1024, 3))).size == (1024, 3)


@pytest.mark.parametrize("image", [None, IMAGE], ids=["alone", "over the image"])
def test_save_png_at_least_1024_pixels_with_a_colour_bar_unless_plain(tmp_path, image):
    with_bar = Image.open(vislib.save(heatmap(), tmp_path / "figure.png", image))
    plain = Image.open(vislib.save(heatmap(), tmp_path / "plain.png", image, plain=True))
    assert max(with_bar.size) >= 1024
    assert with_bar.width > with_bar.height, "no colour bar beside the square map"
    assert plain.width == plain.height >= 1024


def test_save_maximization_png_is_a_sheet_of_at_least_1024_pixels_with_titles(tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(export, "figure_bytes", lambda figure, kind: drawn.append(figure) or b"png")
    classifier = vislib.load_classifier("digits")
    made = activation_maximization.maximize(classifier, [vislib.targets.ClassScore(k) for k in range(3)], steps=1)
    export.save_maximization(made, tmp_path / "sheet.png")
    monkeypatch.undo()
    assert [axes.get_title() for axes in drawn[0].axes if axes.images] == list(made.titles)
    assert max(Image.open(io.BytesIO(export.figure_bytes(drawn[0], "png"))).size) >= 1024

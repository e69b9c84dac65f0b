"""The command line: files and lines that come out, and one sentence for whatever is wrong."""

import csv
import dataclasses
import json
import re

import numpy as np
import pytest
from file_signatures import SIGNATURES
from PIL import Image

import vislib
from vislib.cli import main, running

CAT = "sample_images/cat.jpg"
DIGIT = "sample_images/digits/3.png"


@pytest.fixture
def run(classifier, samples, monkeypatch, capsys):
    """Runs a command on the classifier that is loaded already; gives (status, standard output, standard error)."""
    monkeypatch.chdir(samples.parent)
    load = running.load_classifier
    monkeypatch.setattr(running, "load_classifier", lambda name: classifier if name == classifier.key else load(name))

    def run(*arguments: object) -> tuple[int, str, str]:
        status = main.main([str(argument) for argument in arguments])
        return status, *capsys.readouterr()

    return run


def test_models_each_on_a_line(run):
    status, out, err = run("models")
    assert (status, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()] == list(vislib.models())


def test_error_names_the_option_not_the_argument(samples, tmp_path, capsys):
    (tmp_path / "own.keras").touch()
    own = ["--model", str(tmp_path / "own.keras"), "--preprocess", "no such"]
    assert main.main(["predict", str(samples / "cat.jpg"), *own]) == 2
    err = capsys.readouterr().err
    assert err.startswith("vislib: --preprocess must be one of ")
    assert "`" not in err


def test_methods_each_with_its_parameters(run):
    status, out, err = run("methods")
    assert (status, err) == (0, "")
    for name, explainer in vislib.methods().items():
        assert f"{name} " in out
        assert all(f"{field.name}:" in out for field in dataclasses.fields(explainer))


def test_predict_through_the_real_loader(samples, capsys):
    assert main.main(["predict", str(samples / "cat.jpg"), "--top", "3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert {line.split("%  ")[1] for line in lines} == {"tabby  (281)", "tiger cat  (282)", "Egyptian cat  (285)"}


@pytest.mark.parametrize("suffix", SIGNATURES)
def test_explain_any_suffix_writes_the_file(run, tmp_path, suffix):
    out_path = tmp_path / f"map{suffix}"
    status, out, err = run("explain", CAT, "--method", "grad-cam", "--class", "tabby", "--out", out_path)
    assert (status, err) == (0, "")
    assert out.startswith("Grad-CAM at head_relu: logit of “tabby” ")
    assert str(out_path) in out
    assert out_path.read_bytes().startswith(SIGNATURES[suffix])


def test_explain_parameters_same_numbers_as_the_library(run, tmp_path, classifier, cat):
    status, *_ = run(
        "explain",
        CAT,
        "--method",
        "occlusion",
        "--class",
        "281",
        "--out",
        tmp_path / "map.npz",
        "--param",
        "patch_px=112",
        "--param",
        "stride_px=112",
        "--param",
        "fill=mean",
    )
    assert status == 0
    expected = vislib.explain("occlusion", classifier, cat, 281, patch_px=112, stride_px=112, fill="mean")
    with np.load(tmp_path / "map.npz") as loaded:
        np.testing.assert_array_equal(loaded["values"], expected.values)


def test_explain_switch_as_parameter_and_note_printed(run, tmp_path):
    status, out, _ = run(
        "explain",
        CAT,
        "--method",
        "integrated-gradients",
        "--out",
        tmp_path / "map.npz",
        "--param",
        "n_steps=2",
        "--param",
        "add_steps=False",
    )
    assert status == 0
    assert re.search(r"add up to .* error is .*; steps: 2\.\n$", out)


def test_explain_without_class_top_class(run, tmp_path):
    status, out, _ = run("explain", CAT, "--method", "grad-cam", "--out", tmp_path / "map.png")
    assert status == 0
    assert "tiger cat" in out


def explain(*changes: str) -> list[str]:
    """An explain command in which the last of options given twice counts."""
    return ["explain", CAT, "--method", "smoothgrad", "--out", "{tmp}/map.png", *changes]


WRONG = {
    "switch": (
        explain("--method", "integrated-gradients", "--param", "add_steps=maybe"),
        "takes True or False; not 'maybe'",
    ),
    "class": (explain("--class", "tiger kat"), "'tiger kat' is not one of the 1000 classes.*tiger cat"),
    "class number": (explain("--class", "1000"), "from 0 to 999; not 1000"),
    "class empty": (explain("--class", ""), "'' is not one of"),
    "method": (explain("--method", "grad-kam"), "no method 'grad-kam'.*grad-cam"),
    "model": (explain("--model", "ResNet51"), "no built-in network 'ResNet51'"),
    "model in predict": (["predict", CAT, "--model", "x"], "no built-in network 'x'"),
    "parameter": (explain("--param", "sample=3"), "not 'sample=3'"),
    "parameter without value": (explain("--param", "n_samples"), "NAME=VALUE.*not 'n_samples'"),
    "parameter no number": (explain("--param", "n_samples=many"), "n_samples takes a number; not 'many'"),
    "parameter too large": (explain("--param", "n_samples=501"), "from 1 to 500; not 501"),
    "parameter not a number": (explain("--param", "noise=nan"), "not nan"),
    "parameter a fraction": (explain("--param", "seed=1.5"), "1.5"),
    "layer": (explain("--method", "grad-cam", "--param", "layer=conv9"), "layer 'conv9' is not in"),
    "fill": (explain("--method", "occlusion", "--param", "fill=plaid"), "not 'plaid'"),
    "suffix": (explain("--out", "{tmp}/map.jpg"), "not as 'map.jpg'"),
    "folder": (explain("--out", "{tmp}/missing/map.png"), "no folder"),
    "opacity": (explain("--param", "n_samples=1", "--opacity", "2"), "opacity.*not 2"),
    "opacity in a figure": (explain("--param", "n_samples=1", "--opacity", "2", "--out", "{tmp}/map.svg"), "opacity"),
    "colormap": (explain("--param", "n_samples=1", "--colormap", "rainbo"), "'rainbo'"),
    "file missing": (["predict", "missing.jpg"], "missing.jpg cannot be read"),
    "file no image": (["predict", "README.md"], "README.md"),
    "folder as image": (["predict", "sample_images"], "sample_images cannot be read"),
    "methods": (explain("--method", "grad-cam,grad-kam"), "no method 'grad-kam'"),
    "method twice": (explain("--method", "saliency,saliency"), "different methods.*saliency,saliency"),
    "parameter of several": (explain("--method", "saliency,grad-cam", "--param", "a=1"), "one method at a time"),
    "comparison as numbers": (["compare", CAT, "--method", "saliency", "--out", "{tmp}/a.npz"], "not as 'a.npz'"),
    "table": (["trust", CAT, "--method", "saliency", "--out", "{tmp}/a.xlsx"], "not as 'a.xlsx'"),
    "top": (["predict", CAT, "--top", "0"], "not 0"),
}


@pytest.mark.parametrize(("arguments", "sentence"), WRONG.values(), ids=WRONG)
def test_wrong_argument_status_2_and_one_sentence(run, tmp_path, arguments, sentence):
    status, out, err = run(*(argument.replace("{tmp}", str(tmp_path)) for argument in arguments))
    assert (status, out) == (2, "")
    assert err.startswith("vislib: ")
    assert err.count("\n") == 1
    assert err.endswith("\n")
    assert "Traceback" not in err
    assert re.search(sentence, err)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("arguments", [["explode"], ["explain", CAT], ["predict", CAT, "--top", "many"]])
def test_command_line_not_understood_usage_and_status_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main.main(arguments)
    assert caught.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_explain_several_methods_a_file_each(run, tmp_path):
    status, out, _ = run("explain", CAT, "--method", "grad-cam,saliency", "--out", tmp_path / "cat.png")
    assert status == 0
    assert {path.name for path in tmp_path.iterdir()} == {"cat-grad-cam.png", "cat-saliency.png"}
    assert out.count("→") == 2


def test_compare_one_figure(run, tmp_path):
    status, out, _ = run("compare", CAT, "--method", "grad-cam,saliency,edges,random", "--out", tmp_path / "cat.png")
    assert status == 0
    with Image.open(tmp_path / "cat.png") as picture:
        assert picture.width > picture.height
    assert "Grad-CAM, Saliency" in out


@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_trust_prints_and_writes_the_same_figures(run, tmp_path, suffix):
    path = tmp_path / f"trust.{suffix}"
    status, out, _ = run("trust", DIGIT, "--model", "digits", "--method", "saliency", "--out", path)
    assert status == 0
    rows = json.loads(path.read_text()) if suffix == "json" else list(csv.DictReader(path.open()))
    assert [row["name"] for row in rows] == ["saliency", "random", "edges"]
    assert f"deletion {float(rows[0]['deletion']):.3f}" in out
    assert rows[0]["verdict"] in out


@pytest.mark.parametrize("by", ["gradient", "relevance"])
def test_channels_prints_the_strongest_and_writes_all(run, tmp_path, by):
    path = tmp_path / "channels.csv"
    status, out, _ = run("channels", DIGIT, "--model", "digits", "--by", by, "--top", "2", "--out", path)
    assert status == 0
    rows = list(csv.DictReader(path.open()))
    found = vislib.channels(vislib.load_classifier("digits"), vislib.load_image(DIGIT), by=by)
    assert [int(row["channel"]) for row in rows] == list(found.order)
    assert f"{found.order[0]:5d}  {found.values[found.order[0]]:+.4g}" in out
    assert f"{found.order[2]:5d}  +" not in out
    assert "as many at random" in out


def test_channels_unknown_composite_refused(run):
    status, _, errors = run("channels", DIGIT, "--model", "digits", "--by", "relevance", "--composite", "deep")
    assert status == 2
    assert "There is no composite 'deep'; there are: lrp-0" in errors


class TestMaximize:
    def test_digit_classes_on_one_sheet(self, run, tmp_path):
        status, out, _ = run(
            "maximize", "--model", "digits", "--class", "0..9", "--steps", "3", "--out", tmp_path / "a.png"
        )
        assert status == 0
        assert max(Image.open(tmp_path / "a.png").size) >= 1024
        assert [line.split(":")[0] for line in out.splitlines()[:-1]] == [f"logit of “{digit}”" for digit in range(10)]

    def test_channels_as_numbers_with_what_made_them(self, run, tmp_path):
        layer = vislib.load_classifier("digits").network.map_layers[0]
        status, *_ = run(
            "maximize",
            "--model",
            "digits",
            "--layer",
            layer,
            "--channel",
            "0,2",
            "--steps",
            "2",
            "--seed",
            "7",
            "--out",
            tmp_path / "a.npz",
        )
        assert status == 0
        with np.load(tmp_path / "a.npz") as saved:
            assert saved["values"].shape == (2, 28, 28, 3)
            metadata = json.loads(str(saved["metadata"]))
        assert metadata["objectives"] == [f"{layer} channel 0", f"{layer} channel 2"]
        assert metadata["seed"] == 7

    @pytest.mark.parametrize("suffix", ["svg", "pdf"])
    def test_figure(self, run, tmp_path, suffix):
        status, *_ = run(
            "maximize", "--model", "digits", "--class", "3", "--steps", "1", "--out", tmp_path / f"a.{suffix}"
        )
        assert status == 0
        assert (tmp_path / f"a.{suffix}").read_bytes().startswith(SIGNATURES[f".{suffix}"])

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ([], "either --class, or --layer"),
            (["--class", "1", "--layer", "x", "--channel", "1"], "either --class, or --layer"),
            (["--layer", "conv1"], "either --class, or --layer"),
            (["--class", "11"], "from 0 to 9"),
            (["--class", "5..2"], "range"),
            (["--class", "0..5000"], "range"),
            (["--class", ","], "not 0"),
            (["--layer", "nowhere", "--channel", "1"], "nowhere"),
            (["--layer", "nowhere", "--channel", "one"], "takes numbers"),
            (["--class", "1", "--steps", "0"], "steps"),
        ],
    )
    def test_refused_with_a_sentence(self, run, tmp_path, arguments, words):
        status, _, err = run("maximize", "--model", "digits", "--out", tmp_path / "a.png", *arguments)
        assert status == 2
        assert words in err
        assert not (tmp_path / "a.png").exists()

    def test_suffix_refused_before_the_work(self, run):
        status, _, err = run("maximize", "--model", "digits", "--class", "1", "--out", "a.gif")
        assert status == 2
        assert "not as 'a.gif'" in err


class TestImages:
    def test_window_and_frame_reach_the_image_and_are_said(self, run, tmp_path):
        scan = np.linspace(0, 4095, 64 * 64).round().astype(np.uint16).reshape(64, 64)
        frames = [Image.fromarray(scan), Image.fromarray(scan[::-1].copy())]
        frames[0].save(tmp_path / "scan.tif", save_all=True, append_images=frames[1:])
        status, out, err = run("predict", tmp_path / "scan.tif", "--window", "1000,400", "--frame", "1", "--top", "1")
        assert status == 0
        assert "A window from 800 (black) to 1200 (white) was used." in err
        assert "frame 1" in err
        network = vislib.load_classifier("efficientnet-lite0")
        with pytest.warns(vislib.VislibWarning):
            image = vislib.load_image(tmp_path / "scan.tif", (1000, 400), 1)
        assert f"({network.predict(image, 1)[0].index})" in out

    @pytest.mark.parametrize("window", ["40", "a,b", "40,0", "40,-5", "1,2,3"])
    def test_window_that_is_none_one_sentence(self, run, window):
        status, out, err = run("predict", CAT, f"--window={window}")
        assert (status, out) == (2, "")
        assert "40,400" in err or "(40, 400)" in err

    def test_negative_level_accepted(self, run):
        assert run("predict", CAT, "--window=-600,1500", "--top", "1")[0] == 0

    def test_network_of_bands_from_files_and_its_map(self, tmp_path, capsys):
        from tiny_models import SIDE, seeded

        from vislib.backend import keras

        layers = keras.layers
        inputs = keras.Input((SIDE, SIDE, 5))
        x = layers.Conv2D(6, 3, activation="relu")(inputs)
        model = seeded(keras.Model(inputs, layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x))))
        model.save(tmp_path / "m.keras")
        scene = np.random.default_rng(0).random((40, 50, 5)).astype(np.float32)
        np.save(tmp_path / "scene.npy", np.moveaxis(scene, -1, 0))
        given = ["--model", tmp_path / "m.keras", "--preprocess", "as it is", "--trust"]

        def run(*arguments):
            return main.main([str(one) for one in arguments])

        assert run("predict", tmp_path / "scene.npy", *given, "--crop", "letterbox") == 0
        out, err = capsys.readouterr()
        expected = vislib.load_classifier(model, preprocess="as it is", crop="letterbox").predict(scene)
        assert [line.split("(")[1] for line in out.splitlines()] == [f"{one.index})" for one in expected]
        assert "first axis" in err
        assert run("explain", tmp_path / "scene.npy", *given, "--method", "saliency", "--out", tmp_path / "a.png") == 0
        assert np.asarray(Image.open(tmp_path / "a.png")).std() > 5
        assert run("predict", tmp_path / "scene.npy") == 2
        assert "(H, W, 3)" in capsys.readouterr().err
        assert run("predict", CAT, *given) == 2
        assert "no file of bands" in capsys.readouterr().err

    def test_crop_for_a_built_in_network_refused(self, capsys):
        assert main.main(["predict", CAT, "--crop", "stretch"]) == 2
        assert "has its own" in capsys.readouterr().err

"""Any method smoothed over noisy copies: a plain loop, closed forms, and the ways in which people ask for it."""

import dataclasses
import json
import pickle

import numpy as np
import pytest
from any_networks import loaded
from tiny_models import SIDE, random_image, tiny

import vislib
from vislib.attribution import Smoothed
from vislib.attribution.grad_cam import GradCam
from vislib.attribution.running import STATISTICS, Running
from vislib.attribution.smoothed import SMOOTHING, noisy_copies
from vislib.cli import main


def explain(method, class_index=1, style="conv_relu", image=None, **params):
    return vislib.explain(method, tiny(style), random_image() if image is None else image, class_index, **params)


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize("method", ["grad-cam", "gradient-x-input", "occlusion"])
def test_map_is_the_statistic_of_the_maps_of_noisy_images(method, statistic):
    """Every copy is an image of its own, which the method explains by itself."""
    random, maps = np.random.default_rng(3), []
    for _ in range(6):
        noisy = random_image() + random.normal(size=(SIDE, SIDE, 3)) * 0.1 * 255
        maps.append(explain(method, image=np.clip(np.rint(noisy), 0, 255).astype(np.uint8)).values.astype(np.float64))
    expected = {"mean": np.mean(maps, 0), "mean square": np.mean(np.square(maps), 0), "variance": np.var(maps, 0)}
    found = explain(method, smooth=6, smooth_noise=0.1, smooth_statistic=statistic, smooth_seed=3)
    np.testing.assert_allclose(found.values, expected[statistic], rtol=1e-3, atol=1e-5 * np.abs(maps).max() ** 2)
    assert found.signed is (vislib.methods()[method].signed and statistic == "mean")
    assert found.score == pytest.approx(explain(method).score, rel=1e-5)


def test_linear_network_has_the_gradient_and_no_variance():
    np.testing.assert_allclose(
        explain("saliency", style="linear", smooth=3).values, explain("saliency", style="linear").values, rtol=1e-5
    )
    flat = explain("saliency", style="linear", smooth=3, smooth_statistic="variance")
    assert flat.values.max() < 1e-12
    assert "their variance is 0" in " ".join(flat.notes)


def test_running_statistics_are_numpys_even_of_large_numbers():
    arrays = 1e6 + np.random.default_rng(0).normal(size=(11, 4)).astype(np.float64)
    running = Running()
    for part in np.array_split(arrays, 3):
        running.add(part)
    np.testing.assert_allclose(running.mean, arrays.mean(axis=0))
    np.testing.assert_allclose(running.variance, arrays.var(axis=0), rtol=1e-7)
    np.testing.assert_allclose(running.mean_square, (arrays**2).mean(axis=0))


def test_noise_has_the_asked_deviation_and_stays_within_an_image():
    grey = np.full((40, 40, 3), 127, np.uint8)
    copies = noisy_copies(grey, 20, 0.1, np.random.default_rng(0))
    assert copies.dtype == np.uint8
    assert copies.std() == pytest.approx(0.1 * 255, rel=0.02)
    assert noisy_copies(grey, 2, 1.0, np.random.default_rng(0)).max() == 255
    bands = np.random.default_rng(1).random((30, 30, 2), np.float32) * [1, 1000]
    apart = noisy_copies(bands.astype(np.float32), 20, 0.1, np.random.default_rng(0)) - bands
    np.testing.assert_allclose(apart.std(axis=(0, 1, 2)), 0.1 * np.ptp(bands, axis=(0, 1)), rtol=0.03)


@pytest.mark.parametrize("method", sorted(set(vislib.methods()) - {"cam"}))
def test_every_method_can_be_smoothed_and_repeated_from_its_record(method):
    cheap = {"n_samples": 4, "n_masks": 8, "n_steps": 2, "add_steps": False, "n_designs": 2}
    known = {spec.name for spec in dataclasses.fields(vislib.methods()[method])}
    params = {name: value for name, value in cheap.items() if name in known}
    heatmap = explain(method, smooth=2, smooth_seed=7, **params)
    assert heatmap.values.shape == (SIDE, SIDE)
    assert np.isfinite(heatmap.values).all()
    assert heatmap.method == method
    assert set(heatmap.params) == known | set(SMOOTHING)
    again = explain(method, **heatmap.params)
    np.testing.assert_array_equal(again.values, heatmap.values)
    json.dumps(heatmap.params)


def test_layer_and_its_other_branches_are_told():
    classifier = loaded("two backbones of equal names")
    heatmap = vislib.explain("grad-cam", classifier, random_image(), 0, smooth=2)
    assert heatmap.layer in ("left/conv", "right/conv")
    assert "this map shows that of" in " ".join(heatmap.notes)
    assert "Mean of the maps of 2 copies of the image with noise" in heatmap.notes[0]


def test_stopped_by_its_progress_and_partial_maps_shown():
    calls = []

    def progress(done, total, partial=None):
        calls.append((done, total))
        if done >= 4:
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        vislib.explain("rise", tiny("conv_relu"), random_image(), 1, progress, smooth=400, n_masks=4)
    assert calls[0] == (0, 400)


def test_class_made_by_hand_is_the_same_and_can_be_sent_to_another_process():
    method = Smoothed(GradCam(), n_samples=3, noise=0.2, statistic="variance", seed=5)
    by_hand = pickle.loads(pickle.dumps(method)).explain(tiny("conv_relu"), random_image(), 1)
    by_name = explain("grad-cam", smooth=3, smooth_noise=0.2, smooth_statistic="variance", smooth_seed=5)
    np.testing.assert_array_equal(by_hand.values, by_name.values)
    assert by_hand.title == "Grad-CAM, variance over noise"
    assert (by_hand.params, by_hand.unit) == (by_name.params, "variance of: Grad-CAM, ReLU(Σ α · A)")
    assert vislib.methods()["grad-cam"] is GradCam


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"smooth_noise": 0.2}, r"smooth=20; it is missing"),
        ({"smooth": 1}, r"`n_samples` parameter of `Smoothed` must be a whole number from 2"),
        ({"smooth": 4, "smooth_statistic": "median"}, r"must be one of mean, mean square, variance; not 'median'"),
        ({"smoothed": 4}, r"has no parameter smoothed; .* every method smooth, smooth_noise"),
    ],
)
def test_wrong_request_is_refused_in_a_sentence(params, said):
    with pytest.raises(vislib.ParameterError, match=said):
        explain("grad-cam", **params)


def test_smoothed_twice_refused():
    with pytest.raises(vislib.ParameterError, match="Grad-CAM, mean over noise is smoothed already"):
        Smoothed(Smoothed(GradCam()))


def test_batch_takes_it(tmp_path):
    images = np.stack([random_image(seed=seed) for seed in range(2)])
    method = Smoothed(GradCam(layer="conv1"), n_samples=2)
    result = vislib.explain_many(tiny("conv_relu"), images, [method], out=tmp_path / "batch", map_px=SIDE)
    settings = json.dumps(vislib.open_batch(result.folder).manifest, default=str)
    assert '"smooth": 2' in settings


def test_command_line_takes_it_and_lists_it(capsys):
    assert main.main(["methods"]) == 0
    said = capsys.readouterr().out
    assert "smooth_statistic: mean, mean square, variance (default mean)" in said

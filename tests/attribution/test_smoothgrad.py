"""SmoothGrad: closed forms, order of mean and absolute value, batches, seed."""

import numpy as np
import pytest
from tiny_models import random_image, tiny

import vislib
from vislib import Target


@pytest.fixture
def batches(monkeypatch):
    """The number of images of each call for gradients on "conv_relu", in batches of at most 8."""
    network, sizes = tiny("conv_relu").network, []
    gradients = network.gradients

    def counted(inputs, target, **options):
        sizes.append(len(inputs))
        return gradients(inputs, target, **options)

    monkeypatch.setattr(network, "gradients", counted)
    monkeypatch.setattr(network, "gradient_batch_size", 8)
    return sizes


def explain(method, style="conv_relu", **params):
    return vislib.explain(method, tiny(style), random_image(), 1, **params).values


def test_smoothgrad_linear_network_is_saliency():
    np.testing.assert_allclose(explain("smoothgrad", "linear"), explain("saliency", "linear"), rtol=1e-5)


def test_smoothgrad_without_noise_is_saliency():
    np.testing.assert_allclose(explain("smoothgrad", noise=0), explain("saliency"), rtol=1e-5)


def test_smoothgrad_is_mean_of_signed_gradients():
    network = tiny("conv_relu").network
    inputs = random_image()[None].astype(np.float32) / 255
    sigma = 0.3 * (inputs.max() - inputs.min())
    noise = np.random.default_rng(5).normal(0, sigma, (12, *inputs.shape[1:])).astype(np.float32)
    gradients = np.stack([network.gradients(inputs + one, Target(1))[0][0] for one in noise])
    expected = np.abs(gradients.mean(axis=0)).max(axis=-1)
    # The absolute value taken first is another map, so this test tells the two apart.
    assert np.abs(np.abs(gradients).mean(axis=0).max(axis=-1) - expected).max() > 0.1 * expected.max()
    values = explain("smoothgrad", n_samples=12, noise=0.3, seed=5)
    np.testing.assert_allclose(values, expected, atol=1e-5 * expected.max())


def test_smoothgrad_many_samples_computed_in_batches(batches):
    explain("smoothgrad", n_samples=20)
    assert batches == [2, 8, 8, 2]


def test_smoothgrad_batch_size_does_not_change_the_map(batches, monkeypatch):
    at_eight = explain("smoothgrad", n_samples=20)
    monkeypatch.setattr(tiny("conv_relu").network, "gradient_batch_size", 3)
    np.testing.assert_allclose(explain("smoothgrad", n_samples=20), at_eight, atol=1e-5 * at_eight.max())


def test_smoothgrad_progress_after_each_batch_with_the_map_so_far(batches):
    calls = []
    heatmap = vislib.explain(
        "smoothgrad",
        tiny("conv_relu"),
        random_image(),
        1,
        lambda done, total, partial=None: calls.append((done, total, partial)),
        n_samples=20,
    )
    assert [call[:2] for call in calls] == [(0, 20), (2, 20), (10, 20), (18, 20), (20, 20)]
    np.testing.assert_array_equal(calls[-1][2], heatmap.values)
    np.testing.assert_allclose(calls[2][2], explain("smoothgrad", n_samples=10), rtol=1e-5)


def test_smoothgrad_another_seed_another_map():
    assert not np.allclose(explain("smoothgrad", seed=0), explain("smoothgrad", seed=1), rtol=1e-3)


def test_smoothgrad_global_random_state_neither_used_nor_moved():
    np.random.seed(1)  # noqa: NPY002 - the global state is what this is about
    before = explain("smoothgrad")
    after = np.random.random()  # noqa: NPY002
    np.random.seed(1)  # noqa: NPY002
    assert np.random.random() == after  # noqa: NPY002
    np.testing.assert_array_equal(explain("smoothgrad"), before)


def test_smoothgrad_constant_image_is_saliency():
    """The noise is a share of the image's range, which is zero here."""
    blank = np.full((12, 12, 3), 90, np.uint8)
    smooth, plain = (vislib.explain(name, tiny("conv_relu"), blank, 1).values for name in ("smoothgrad", "saliency"))
    np.testing.assert_allclose(smooth, plain, rtol=1e-5)

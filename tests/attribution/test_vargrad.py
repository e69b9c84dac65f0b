"""VarGrad against NumPy's variance, and where it must be zero."""

import numpy as np
from tiny_models import random_image, tiny

import vislib
from vislib import Target


def test_vargrad_is_variance_of_gradients_over_noisy_inputs(monkeypatch):
    network = tiny("conv_relu").network
    inputs = random_image()[None].astype(np.float32) / 255
    sigma = 0.3 * (inputs.max() - inputs.min())
    noise = np.random.default_rng(5).normal(0, sigma, (10, *inputs.shape[1:])).astype(np.float32)
    gradients = np.stack([network.gradients(inputs + one, Target(1))[0][0] for one in noise]).astype(np.float64)
    monkeypatch.setattr(network, "gradient_batch_size", 4)
    partials = []
    heatmap = vislib.explain(
        "vargrad",
        tiny("conv_relu"),
        random_image(),
        1,
        lambda *call: partials.append(call),
        n_samples=10,
        noise=0.3,
        seed=5,
    )
    expected = gradients.var(axis=0).max(axis=-1)
    assert (expected > 0).mean() > 0.8
    np.testing.assert_allclose(heatmap.values, expected, rtol=1e-3, atol=1e-5 * expected.max())
    assert [call[:2] for call in partials] == [(0, 10), (2, 10), (6, 10), (10, 10)]
    so_far = gradients[:6].var(axis=0).max(axis=-1)
    np.testing.assert_allclose(partials[2][2], so_far, rtol=1e-3, atol=1e-5 * so_far.max())


def test_vargrad_one_gradient_alone_is_no_map_yet(monkeypatch):
    monkeypatch.setattr(tiny("conv_relu").network, "gradient_batch_size", 1)
    partials = []
    vislib.explain(
        "vargrad",
        tiny("conv_relu"),
        random_image(),
        1,
        lambda done, _, partial=None: partials.append((done, partial)),
        n_samples=3,
    )
    assert [done for done, partial in partials if partial is not None] == [2, 3]
    assert partials[2][1].max() > 0


def test_vargrad_linear_network_or_no_noise_is_zero():
    for style, noise in (("linear", 0.5), ("conv_relu", 0.0)):
        values = vislib.explain("vargrad", tiny(style), random_image(), 1, noise=noise).values
        np.testing.assert_allclose(values, 0, atol=1e-12)

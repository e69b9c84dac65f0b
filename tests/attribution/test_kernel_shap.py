"""KernelSHAP against Shapley values by their definition, a constrained least-squares solution, and a closed form."""

import itertools
from math import comb, factorial

import numpy as np
import pytest
from tiny_models import keras_logits, random_image, tiny

import vislib
from vislib.attribution.kernel_shap import KernelShap


def explain(classifier, image, class_index=1, **params):
    return vislib.explain("kernel-shap", classifier, image, class_index, segmentation="grid", **params)


def game(classifier, image, labels, coalitions, class_index=1, grey=127):
    """v(z) for each coalition (k, n): the logit with its superpixels shown and the others grey; by Keras."""
    pictures = [np.where(np.isin(labels, np.flatnonzero(z))[..., None], image, grey) for z in coalitions]
    return keras_logits(classifier, pictures)[:, class_index]


def shapley_values(v, n):
    """φ_i = Σ_S |S|! (n − |S| − 1)! / n! · (v(S ∪ i) − v(S)) over the sets S without i; v by sorted tuples."""
    values = np.zeros(n)
    for i in range(n):
        others = [j for j in range(n) if j != i]
        for size in range(n):
            weight = factorial(size) * factorial(n - size - 1) / factorial(n)
            for subset in itertools.combinations(others, size):
                values[i] += weight * (v[tuple(sorted((*subset, i)))] - v[subset])
    return values


@pytest.fixture(scope="module")
def exact():
    """The Shapley values of eight superpixels of the tiny network, and their label image."""
    classifier, image = tiny("conv_relu"), random_image()
    labels = np.arange(8).reshape(2, 4).repeat(6, axis=0).repeat(3, axis=1)
    subsets = [subset for size in range(9) for subset in itertools.combinations(range(8), size)]
    coalitions = [[i in subset for i in range(8)] for subset in subsets]
    v = dict(zip(subsets, game(classifier, image, labels, coalitions), strict=True))
    # The game must not be additive, or any linear fit would do.
    assert abs(v[(0, 1, 2, 3)] + v[(4, 5, 6, 7)] - v[()] - v[tuple(range(8))]) > 0.01
    return shapley_values(v, 8), labels


@pytest.mark.parametrize("n_samples", [254, 255, 1000])
def test_eight_superpixels_all_coalitions_exact_shapley_values(exact, n_samples):
    values, labels = exact
    heatmap = explain(tiny("conv_relu"), random_image(), n_segments=8, n_samples=n_samples)
    np.testing.assert_array_equal(heatmap.details["superpixels"], labels)
    np.testing.assert_allclose(heatmap.details["superpixel_values"], values, atol=1e-6)
    np.testing.assert_allclose(heatmap.values, values[labels], atol=1e-6)
    assert "exact from all 256 pictures" in heatmap.notes[0]
    assert not heatmap.details["standard_errors"].any()


def test_eight_superpixels_some_coalitions_near_shapley_values(exact):
    values, _ = exact
    heatmap = explain(tiny("conv_relu"), random_image(), n_segments=8, n_samples=252)
    error = np.abs(heatmap.details["superpixel_values"] - values).max()
    assert 0 < error < 0.1 * np.abs(values).max()
    assert "estimated from 254 pictures" in heatmap.notes[0]


def test_standard_errors_are_what_the_values_vary_by_from_seed_to_seed():
    maps = [explain(tiny("conv_relu"), random_image(), n_segments=12, n_samples=200, seed=seed) for seed in range(40)]
    actual = np.std([heatmap.details["superpixel_values"] for heatmap in maps], axis=0, ddof=1).mean()
    assert np.mean([heatmap.details["standard_errors"] for heatmap in maps]) == pytest.approx(actual, rel=0.25)
    assert f"mean standard error {maps[0].details['standard_errors'].mean():.2g}." in maps[0].notes[0]


@pytest.mark.parametrize(("n_samples", "seed"), [(2, 0), (30, 0), (200, 1)])
def test_efficiency_any_number_of_samples_values_add_up(n_samples, seed):
    classifier, image = tiny("conv_relu"), random_image()
    heatmap = explain(classifier, image, n_segments=12, n_samples=n_samples, seed=seed)
    covered, shown = keras_logits(classifier, [np.full_like(image, 127), image])[:, 1]
    assert heatmap.details["baseline_score"] == pytest.approx(covered, rel=1e-5)
    assert heatmap.details["superpixel_values"].sum() == pytest.approx(shown - covered, rel=1e-5)


@pytest.mark.parametrize("scored", [100, 40], ids=["all", "those so far"])
def test_sampled_coalitions_constrained_least_squares_same(scored):
    """The minimum under Σ φ = v(all) − v(∅), by Lagrange: [2ZᵀΠZ 1; 1ᵀ 0] (φ, μ) = (2ZᵀΠ(v − v(∅)), difference).

    Of twelve superpixels 100 samples hold all 24 coalitions of one or eleven, each weighed by π; the 76 others are
    drawn, and share what π adds up to over all others. Of the map so far each drawn one weighs no more than at last.
    """
    classifier, image, method = tiny("conv_relu"), random_image(), KernelShap(n_samples=100, seed=4)
    heatmap = explain(classifier, image, n_segments=12, n_samples=100, seed=4)
    coalitions = method.coalitions(12)[: 2 + scored]
    scores = game(classifier, image, heatmap.details["superpixels"], coalitions)
    z, v = coalitions[2:].astype(float), scores[2:] - scores[0]
    pi = {size: 11 / (comb(12, size) * size * (12 - size)) for size in range(1, 12)}
    others = sum(comb(12, size) * pi[size] for size in range(2, 11)) / 76
    weights = np.diag([pi[size] if size in (1, 11) else others for size in coalitions[2:].sum(axis=1)])
    system = np.block([[2 * z.T @ weights @ z, np.ones((12, 1))], [np.ones((1, 12)), np.zeros((1, 1))]])
    expected = np.linalg.solve(system, [*(2 * z.T @ weights @ v), scores[1] - scores[0]])[:12]
    np.testing.assert_allclose(method.fit(coalitions, scores).values, expected, atol=1e-6)
    if scored == 100:
        np.testing.assert_allclose(heatmap.details["superpixel_values"], expected, atol=1e-6)


@pytest.mark.parametrize("n_samples", [40, 10000])
def test_linear_network_value_is_weights_times_difference(n_samples):
    """An additive game: each superpixel's Shapley value is what it adds, and the fit finds it from few samples."""
    classifier, image = tiny("linear"), random_image()
    kernel = classifier.model.get_weights()[0].reshape(12, 12, 3, 3)[..., 2]
    added = (kernel * (image / 255 - 127 / 255)).sum(axis=-1)
    heatmap = explain(classifier, image, 2, n_segments=12, n_samples=n_samples)
    expected = added.reshape(3, 4, 4, 3).sum(axis=(1, 3)).ravel()
    np.testing.assert_allclose(heatmap.details["superpixel_values"], expected, atol=1e-5)


def test_coalitions_ends_whole_and_the_others_drawn_in_pairs_as_the_kernel_weighs():
    coalitions = KernelShap(n_samples=10000).coalitions(20)
    assert coalitions.shape == (10002, 20)
    assert not coalitions[0].any()
    assert coalitions[1].all()
    taken, drawn = coalitions[2:422], coalitions[422:]
    assert len(np.unique(taken, axis=0)) == 420 == 2 * (20 + comb(20, 2))
    assert set(taken.sum(axis=1)) == {1, 2, 18, 19}
    np.testing.assert_array_equal(drawn[::2], ~drawn[1::2])
    sizes = np.arange(3, 18)
    expected = 1 / (sizes * (20 - sizes))
    found = np.bincount(drawn.sum(axis=1), minlength=21)
    assert found.sum() == found[3:18].sum()
    np.testing.assert_allclose(found[3:18] / found.sum(), expected / expected.sum(), atol=0.012)
    np.testing.assert_allclose(drawn[drawn.sum(axis=1) == 3].mean(axis=0), 3 / 20, atol=0.04)


@pytest.mark.parametrize("n", [1, 2, 3, 7, 9])
def test_coalitions_as_many_as_there_are_each_once(n):
    for n_samples in (max(2, 2**n - 2), 5000):
        coalitions = KernelShap(n_samples=n_samples).coalitions(n)
        assert len(np.unique(coalitions, axis=0)) == len(coalitions) == 2**n


def test_probability_and_difference_explained_add_up_as_well():
    classifier, image = tiny("conv_relu"), random_image()
    for target in (vislib.Target(1, score="probability"), vislib.Target(2, against=0, counterfactual=True)):
        heatmap = explain(classifier, image, target, n_segments=4)
        difference = heatmap.score - heatmap.details["baseline_score"]
        assert heatmap.details["superpixel_values"].sum() == pytest.approx(difference, rel=1e-4)

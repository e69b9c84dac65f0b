"""ROAD, localisation, the random logit test and the order of methods, each against an independent computation."""

import numpy as np
import pytest
from any_networks import CASES, loaded
from tiny_models import SIDE, random_image, tiny

import vislib
from vislib import Target, trust
from vislib.errors import ParameterError


def holes(share=0.6, shape=(SIDE, SIDE)):
    return np.random.default_rng(1).random(shape) < share


def dense_solution(image, removed):
    """The same equations, one by one, solved as a dense system."""
    height, width = removed.shape
    number = {place: k for k, place in enumerate(zip(*np.nonzero(removed), strict=True))}
    matrix, right = np.zeros((len(number), len(number))), np.zeros((len(number), image.shape[2]))
    for (y, x), k in number.items():
        for dy in (-1, 0, 1):
            for dx in (-1, 0, 1):
                other = (y + dy, x + dx)
                if (dy, dx) == (0, 0) or not (0 <= other[0] < height and 0 <= other[1] < width):
                    continue
                weight = 1 / 6 if dy == 0 or dx == 0 else 1 / 12
                matrix[k, k] += weight
                if other in number:
                    matrix[k, number[other]] -= weight
                else:
                    right[k] += weight * image[other]
    filled = image.copy()
    filled[removed] = np.linalg.solve(matrix, right)
    return filled


@pytest.mark.parametrize("share", [0.1, 0.6, 0.95])
@pytest.mark.parametrize("shape", [(12, 12), (7, 11)])
def test_imputation_equals_a_dense_solution(share, shape):
    image = np.random.default_rng(0).normal(size=(*shape, 3))
    removed = holes(share, shape)
    np.testing.assert_allclose(
        trust.impute(image, removed, noise=0),
        np.clip(dense_solution(image, removed), image.min((0, 1)), image.max((0, 1))),
        atol=1e-9,
    )


def test_imputation_of_a_smooth_image_gives_it_back():
    y, x = np.mgrid[:20, :20]
    image = np.stack([10 * x, 5 * y, 3 * x + 2 * y], axis=-1).astype(np.uint8)
    removed = holes(0.5, (20, 20))
    removed[[0, -1]] = removed[:, [0, -1]] = False  # at the border a pixel has no neighbours on one side
    np.testing.assert_array_equal(trust.impute(image, removed, noise=0), image)


def test_imputation_keeps_what_is_kept_and_its_noise_has_a_seed():
    image, removed = random_image(), holes()
    one, same, other = (trust.impute(image, removed, noise=0.1, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()
    np.testing.assert_array_equal(one[~removed], image[~removed])


@pytest.mark.parametrize("removed", [np.ones((SIDE, SIDE), bool), np.zeros((3, 3), bool)])
def test_imputation_without_a_kept_pixel_is_refused(removed):
    with pytest.raises(ParameterError, match="at least one pixel that is kept"):
        trust.impute(random_image(), removed)


def test_road_equals_a_plain_loop():
    classifier, values = tiny("conv_relu"), np.random.default_rng(2).random((SIDE, SIDE))
    curve = trust.road(classifier, random_image(), values, classifier.target(1), shares=(0.25, 0.5))
    order = np.argsort(-values.ravel())
    for share, score in zip((0, 0.25, 0.5), curve.scores, strict=True):
        removed = np.isin(np.arange(SIDE**2), order[: int(share * SIDE**2)]).reshape(SIDE, SIDE)
        expected = classifier.logits(trust.impute(random_image(), removed))[1]
        assert score == pytest.approx(expected, rel=1e-4)
    assert curve.area == pytest.approx(0.125 * (curve.scores[0] + 2 * curve.scores[1] + curve.scores[2]))


@pytest.mark.parametrize("shares", [(), (0.5, 0.4), (0.5, 1.0), (-0.1,)])
def test_road_refuses_shares_that_do_not_rise(shares):
    with pytest.raises(ParameterError, match="must rise between 0 and 1"):
        trust.road(tiny("conv_relu"), random_image(), np.zeros((SIDE, SIDE)), Target(0), shares=shares)


def test_fill_that_does_not_exist_is_refused():
    with pytest.raises(ParameterError, match="pink"):
        trust.deletion(tiny("conv_relu"), random_image(), np.zeros((SIDE, SIDE)), Target(0), fill="pink")


def test_localisation_by_hand():
    values = np.array([[4.0, 3.0], [1.0, -5.0]])
    found = trust.localisation(values, np.array([[True, False], [True, False]]))
    assert (found.mass, found.rank, found.hit, found.by_chance) == (5 / 8, 0.5, True, 0.5)
    assert found.auc == pytest.approx(3 / 4)  # of the pairs 4>3, 4>0, 1<3, 1>0


def test_localisation_of_a_random_map_is_chance_and_of_the_mask_itself_perfect():
    mask = np.zeros((60, 60), bool)
    mask[10:30, 20:50] = True
    perfect = trust.localisation(mask.astype(float), mask)
    assert (perfect.mass, perfect.rank, perfect.auc, perfect.hit) == (1, 1, 1, True)
    random = trust.localisation(np.random.default_rng(0).random((60, 60)), mask)
    assert random.mass == pytest.approx(random.by_chance, abs=0.03)
    assert random.rank == pytest.approx(random.by_chance, abs=0.06)
    assert random.auc == pytest.approx(0.5, abs=0.04)
    assert trust.localisation(np.zeros((60, 60)), mask).hit is False


def test_box_is_where_it_was_drawn():
    classifier = tiny("conv_relu")
    mask = trust.box_mask(classifier, np.zeros((24, 24, 3), np.uint8), (4, 6, 12, 20))
    expected = np.zeros((SIDE, SIDE), bool)
    expected[3:10, 2:6] = True
    np.testing.assert_array_equal(mask, expected)
    with pytest.raises(ParameterError, match="left, top, right, bottom"):
        trust.box_mask(classifier, np.zeros((24, 24, 3), np.uint8), (30, 30, 40, 40))


def test_outline_and_mask_of_the_image_are_where_they_were_drawn():
    classifier, image = tiny("conv_relu"), np.zeros((24, 24, 3), np.uint8)
    box = trust.box_mask(classifier, image, (4, 6, 12, 20))
    corners = [(4, 6), (12, 6), (12, 20), (4, 20)]
    np.testing.assert_array_equal(trust.outline_mask(classifier, image, corners), box)
    drawn = np.zeros((24, 24), np.uint8)
    drawn[6:20, 4:12] = 255
    np.testing.assert_array_equal(trust.image_mask(classifier, image, drawn), box)
    triangle = trust.outline_mask(classifier, image, [(0, 0), (24, 0), (0, 24)])
    np.testing.assert_array_equal(triangle[:, ::-1], np.fliplr(triangle))
    assert triangle.sum() == pytest.approx(SIDE**2 / 2, abs=SIDE)
    assert triangle[0].sum() > triangle[-2].sum()
    for points in ([(0, 0), (5, 5)], [(0, 0), (5, float("nan")), (3, 3)], [(-1, -1), (25, -1), (25, 25), (-1, 25)]):
        with pytest.raises(ParameterError, match="at least three points"):
            trust.outline_mask(classifier, image, points)
    with pytest.raises(ParameterError, match="must have that size, not 3 × 2"):
        trust.image_mask(classifier, image, np.ones((2, 3)))
    with pytest.raises(ParameterError, match="not 0 such places"):
        trust.image_mask(classifier, image, np.zeros((24, 24)))


def test_all_measures_in_one_row():
    classifier, image = tiny("conv_relu"), random_image()
    mask = trust.box_mask(classifier, image, (2, 2, 8, 8))
    saliency = vislib.methods()["saliency"]()
    settings = {"noise_samples": 0, "randomize": False, "baselines": False}
    (one,) = trust.measure([saliency], classifier, image, 1, road=True, random_logit=True, mask=mask, **settings)
    target = classifier.target(Target(1, score="probability"))
    assert one.row()["road"] == trust.road(classifier, image, one.heatmap.values, target).area
    assert one.row()["random_logit"] == trust.random_logit(saliency, classifier, image, 1).rank_correlation
    found = trust.localisation(one.heatmap.values, mask)
    assert [one.row()[name] for name in ("mass", "rank", "hit")] == [found.mass, found.rank, found.hit]
    (plain,) = trust.measure([saliency], classifier, image, 1, **settings)
    assert {name for name, value in plain.row().items() if value is None} >= {"road", "random_logit", "mass", "hit"}


def test_other_class_of_a_segment_is_explained_at_the_same_pixels():
    classifier = loaded("segmentation")
    own = vislib.explain("saliency", classifier, CASES["segmentation"].image)
    other = trust.another_class(classifier, own.target)
    assert other.class_index != own.class_index
    np.testing.assert_array_equal(other.where, own.target.where)
    found = trust.random_logit(vislib.methods()["saliency"](), classifier, CASES["segmentation"].image)
    assert found.other == other.class_index


def test_two_classes_of_one_output_have_no_other_class():
    classifier, image = loaded("segmentation of two classes"), CASES["segmentation of two classes"].image
    with pytest.raises(ParameterError, match="another class with an output of its own"):
        trust.random_logit(vislib.methods()["saliency"](), classifier, image)
    settings = {"noise_samples": 0, "randomize": False, "baselines": False, "random_logit": True}
    (one,) = trust.measure([vislib.methods()["saliency"]()], classifier, image, **settings)
    assert one.random_logit is None


def test_random_logit_compares_the_two_maps():
    classifier = tiny("conv_relu")
    found = trust.random_logit(vislib.methods()["saliency"](), classifier, random_image(), 1)
    own, other = (vislib.explain("saliency", classifier, random_image(), index).values for index in (1, found.other))
    assert found.other != 1
    assert (found.rank_correlation, found.similarity) == trust.compare_maps(own, other)
    blind = trust.random_logit(vislib.methods()["eigen-cam"](), classifier, random_image(), 1)
    assert not blind.passed
    assert "hardly depends on the class" in blind.in_words()


def test_order_of_methods_by_fill():
    classifier, random = tiny("conv_relu"), np.random.default_rng(0)
    maps = {name: random.random((SIDE, SIDE)) for name in ("a-a", "b-b", "c-c")}
    out, in_ = trust.fill_sensitivity(classifier, random_image(), maps, classifier.target(1), ("grey", "mean", "blur"))
    probability = classifier.target(Target(1, score="probability"))
    for column, fill in enumerate(out.fills):
        expected = trust.deletion(classifier, random_image(), maps["b-b"], probability, 14, fill).area
        assert out.areas[1, column] == pytest.approx(expected)
    signs = [
        np.sign(out.areas[i, 0] - out.areas[j, 0]) * np.sign(out.areas[i, 1] - out.areas[j, 1])
        for i, j in ((0, 1), (0, 2), (1, 2))
    ]
    assert out.taus[0, 1] == pytest.approx(sum(signs) / 3)
    assert "Kendall" in out.in_words()
    two = {"a-a": maps["a-a"], "b-b": -maps["a-a"]}
    alone, _ = trust.fill_sensitivity(classifier, random_image(), two, classifier.target(1), ("grey", "grey"))
    assert "“a-a” is best" in alone.in_words() or "“b-b” is best" in alone.in_words()
    assert "at least 1.00" in alone.in_words()
    assert in_.in_words().startswith("Insertion")

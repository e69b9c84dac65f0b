"""The least covering: minimal by an independent check, pruned where greed is wrong, and every pass counted."""

import numpy as np
import pytest
from any_networks import CASES, loaded
from counted_passes import Counted
from tiny_models import SIDE, classifier_of, tiny

import vislib
from vislib import ModelError, ParameterError
from vislib.backend import keras
from vislib.edits import GOALS, Cover, apply, least_covering

THIRDS = {"n_segments": 3, "segmentation": "grid"}
WHITE = np.full((SIDE, SIDE, 3), 255, np.uint8)


def three_columns(lead):
    """A network of two classes whose logits' difference is a function of how far each third of a white image is covered
    by grey, 0..1; and the sizes of its batches."""
    sizes: list[int] = []
    inputs = keras.Input((SIDE, SIDE, 3))
    x = Counted(sizes)(inputs)
    parts = [keras.ops.mean(x[:, :, 4 * k : 4 * k + 4], axis=(1, 2, 3))[:, None] for k in range(3)]
    covered = [(1 - part) / (1 - 127 / 255) for part in parts]
    scores = lead(*covered)
    both = keras.ops.concatenate([scores / 2, -scores / 2], axis=1)
    classifier = classifier_of(keras.Model(inputs, keras.layers.Softmax()(both)), labels=["full", "covered"])
    classifier.predict(WHITE)
    sizes.clear()
    return classifier, sizes


def trap(a, b, c):
    """Covering the first third lowers it most, but the other two together turn it without the first."""
    return 1 - 0.5 * a - 0.1 * b - 0.1 * c - 1.8 * b * c


def test_what_greed_does_not_need_is_taken_back_and_passes_are_counted():
    classifier, sizes = three_columns(trap)
    found = least_covering(classifier, WHITE, **THIRDS)
    assert sorted(found.chosen) == [1, 2]
    assert found.lead == pytest.approx(-1, abs=1e-4)
    np.testing.assert_allclose(found.leads, [0.9, 0.9], atol=1e-4)
    # The image, all covered; 3 + 2 + 1 of the search; 3 without one of three, 2 without one of two; the outcome.
    assert found.n_passes == 2 + 6 + 3 + 2 + 1 == sum(sizes)
    assert (
        "Covering 2 of 3 superpixels (67 % of the input) changes the answer: “covered” with 73.1 %." in found.in_words()
    )
    assert found.share == pytest.approx(2 / 3)
    assert (apply(WHITE, found.edit)[:, 4:] == 127).all()
    assert (apply(WHITE, found.edit)[:, :4] == 255).all()


def test_the_least_that_keeps_the_answer():
    classifier, sizes = three_columns(trap)
    found = least_covering(classifier, WHITE, goal="keep", **THIRDS)
    assert found.chosen in [(1,), (2,)]
    assert found.lead == pytest.approx(0.4, abs=1e-4)
    np.testing.assert_allclose(found.leads, [-1.5], atol=1e-4)
    assert found.n_passes == 2 + 3 + 1 + 1 == sum(sizes)
    shown = apply(WHITE, found.edit)[0, ::4, 0] == 255
    assert np.flatnonzero(shown).tolist() == list(found.chosen)
    assert classifier.predict(apply(WHITE, found.edit), 1)[0].label == "full"


@pytest.mark.parametrize("goal", GOALS)
@pytest.mark.parametrize(("style", "seed"), [("activation_layers", 3), ("one_sigmoid", 1), ("sequential", 0)])
def test_no_superpixel_can_be_left_out(goal, style, seed):
    """By predictions of images that are covered again, one by one."""
    classifier = tiny(style)
    blocks = np.random.default_rng(seed).integers(0, 2, (3, 3, 3)) * 255
    image = np.kron(blocks, np.ones((10, 8, 1))).astype(np.uint8)
    whole = classifier.predict(image, 1)[0].label
    found = least_covering(classifier, image, goal=goal, n_segments=16, segmentation="grid")

    def answer(chosen) -> str:
        listed = np.isin(found.segments, chosen)
        cover = Cover(mask=listed if goal == "change" else ~listed)
        return classifier.predict(apply(image, cover), 1)[0].label

    assert (answer(found.chosen) == whole) == (goal == "keep")
    for left_out in found.chosen:
        assert (answer([each for each in found.chosen if each != left_out]) == whole) == (goal == "change")
    assert ((found.leads > 0) == (goal == "change")).all()
    assert found.outcome.startswith(f"“{answer(found.chosen)}” with ")


@pytest.mark.parametrize("name", ["regression", "segmentation", "unknown task", "12 bands", "two inputs"])
def test_any_other_target_is_kept_while_it_is_on_the_images_side_of_halfway(name):
    classifier, image = loaded(name), CASES[name].image
    target = vislib.targets.Channel("conv", 1) if name in ("12 bands", "two inputs") else None
    found = least_covering(classifier, image, target, n_segments=4, segmentation="grid", fill="mean")
    change, everything = (
        vislib.edits.what_if(classifier, image, edit, target) for edit in (found.edit, Cover(fill="mean"))
    )
    halfway = (change.score_before + everything.score_after) / 2
    sides = [np.sign(score - halfway) for score in (change.score_before, change.score_after)]
    assert sides[0] != sides[1]
    assert abs(change.score_after - halfway) == pytest.approx(abs(found.lead), rel=1e-3, abs=1e-5)
    assert "halfway to that of the wholly covered image" in found.rule


def test_a_label_is_kept_on_its_side_of_one_half():
    inputs = keras.Input((SIDE, SIDE, 3))
    score = keras.ops.mean(inputs, axis=(1, 2, 3))[:, None] * 4 - 3  # the sigmoid of 1 for white, of −1 for grey
    both = keras.ops.concatenate([score, -score], axis=1)
    model = keras.Model(inputs, keras.layers.Activation("sigmoid")(both))
    classifier = classifier_of(model, task="multi-label", labels=["bright", "dark"])
    for label in classifier.labels:
        found = least_covering(classifier, WHITE, label, n_segments=4, segmentation="grid")
        assert len(found.chosen) == 2  # with half of it covered, the mean of white and grey is just below 3 / 4
        side = {"bright": "above", "dark": "below"}[label]
        assert f"the probability of “{label}” is {side} 0.5." in found.in_words()


def test_another_class_than_the_predicted_one_is_a_number():
    classifier, _ = three_columns(lambda a, b, c: 1 - 0.5 * (a + b + c))
    found = least_covering(classifier, WHITE, "covered", **THIRDS)
    assert found.rule.startswith("the logit of “covered” is below −0.125, halfway")
    assert len(found.chosen) == 2


def test_what_cannot_be_is_a_sentence():
    constant, _ = three_columns(lambda a, b, c: 1 + 0 * a)
    with pytest.raises(ParameterError, match=r"still kept .*, so no covering changes it"):
        least_covering(constant, WHITE, **THIRDS)
    with pytest.raises(ParameterError, match="with the whole image covered, so no covering changes it"):
        least_covering(constant, WHITE, "covered", **THIRDS)
    for wrong in ({"goal": "lose"}, {"fill": "inpaint"}):
        with pytest.raises(ParameterError, match="must be one of"):
            least_covering(constant, WHITE, **wrong)
    spoiled, _ = three_columns(lambda a, b, c: 1 - 0.5 * (a + b + c) + keras.ops.sqrt(0.9 - a - b))
    with pytest.raises(ModelError, match="gives NaN for the image with parts covered"):
        least_covering(spoiled, WHITE, **THIRDS)


def test_it_can_be_stopped():
    classifier, _ = three_columns(trap)

    def stop(done, total, partial=None):
        assert done <= total
        if done > 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        least_covering(classifier, WHITE, progress=stop, **THIRDS)

"""What was measured of the methods, the verdicts on it, and the methods that answer a question."""

import numpy as np
import pytest
from scipy import stats
from tiny_models import tiny

import vislib
from scripts import measure_methods, methods
from vislib.attribution.base import AtLayer, Family
from vislib.trust import guide
from vislib.trust.measured_methods import Checks, Measured, measured

NETWORK = "efficientnet-lite0"


def test_every_registered_method_is_measured_and_no_other():
    found, registered = measured(), vislib.methods()
    assert list(found) == list(registered), "run: python -m scripts.measure_methods --methods NAME"
    for name, one in found.items():
        assert one.seconds > 0
        assert one.checks[NETWORK].own_half is not None
        assert "digits" in one.checks or name == "cam"  # the digit network does not end in an average of its maps
        for checks in one.checks.values():
            assert all(-1 <= each <= 1 for each in checks.in_figures().values() if each is not None)
            if registered[name].family is Family.BASELINE:  # which know neither the network nor the class
                assert checks.last == checks.half == checks.all == checks.other_class == 1
            elif not registered[name].class_discriminative:
                assert checks.other_class == 1


def test_page_of_the_methods_is_current():
    assert methods.PAGE.read_text(encoding="utf-8") == methods.text(), "run: python -m scripts.methods"


@pytest.mark.parametrize(
    ("checks", "failed"),
    [
        (Checks(0.9, 0.4, 0.1, 0.89, 0.61), ()),
        (Checks(0.9, 0.5, 0.1, 0.2, None), ("similar with random weights",)),
        (Checks(0.1, 0.1, 0.1, 0.9, 0.9), ("same for another class",)),
        (Checks(0.1, 0.1, 0.1, -0.2, 0.6), ("hardly finds the class",)),
    ],
)
def test_check_fails_from_its_limit_on(checks, failed):
    assert checks.failed == failed


def test_verdicts_name_the_networks_only_where_they_differ():
    good, bad = Checks(0, 0, 0, 0, 1), Checks(1, 1, 1, 1)
    assert Measured(1, {"a": good, "b": good}).verdicts() == [(True, "Passes on both networks")]
    assert Measured(1, {"a": good}).verdicts() == [(True, "a: passes")]
    found = Measured(1, {"a": good, "b": bad})
    assert found.verdicts() == [(True, "a: passes"), (False, "b: similar with random weights, same for another class")]
    assert (found.n_failed, found.own_half) == (2, 1)


def test_checks_of_the_script_are_rank_correlations():
    classifier, on = tiny("conv_relu"), measure_methods.On("tiny", ("digits/3.png",), signs=True)
    baseline = measure_methods.checks("random", classifier, on)
    assert baseline == {"last": 1, "half": 1, "all": 1, "other_class": 1}
    found = measure_methods.checks("gradient-x-input", classifier, on)
    image = vislib.load_image(measure_methods.SAMPLES / "digits/3.png")
    best, second = np.argsort(-classifier.logits(image))[:2]
    maps = [
        vislib.explain("gradient-x-input", classifier, image, int(index)).values.ravel() for index in (best, second)
    ]
    assert found["other_class"] == pytest.approx(stats.spearmanr(*maps).statistic, abs=6e-4)
    assert max(found["last"], found["half"], found["all"]) < 1
    sizes = measure_methods.rank_correlation(*maps, signs=False)
    assert sizes == pytest.approx(stats.spearmanr(*np.abs(maps)).statistic)
    assert measure_methods.rank_correlation(maps[0], np.ones_like(maps[0]), signs=True) == 0


def test_questions_are_answered_by_the_methods_that_can():
    answers = {aim.title: [method for method, _ in guide.answering(aim)] for aim in guide.AIMS}
    names = {title: {method.name for method in found} for title, found in answers.items()}
    assert names["Without gradients"] == {
        "score-cam", "ablation-cam", "eigen-cam", "cam", "occlusion", "rise", "lime", "kernel-shap", "sobol", "hsic",
    }  # fmt: skip
    assert names["Which pixels?"] >= {"saliency", "lrp", "guided-grad-cam"}
    assert not names["Which pixels?"] & names["Where is the evidence?"]
    assert all(issubclass(method, AtLayer) for method in answers["Which channels?"])
    assert all(method.signed for method in answers["What counts against the class?"])
    assert "guided-backprop" not in names["Which part for which class?"]
    assert {"random", "edges"}.isdisjoint(set().union(*names.values()))
    assert set(vislib.methods()) == {method.name for method, _ in guide.answering(guide.EVERY)}


def test_methods_that_fail_fewest_checks_come_first():
    for aim in guide.AIMS:
        found = guide.answering(aim)
        assert found
        assert [one.n_failed for _, one in found] == sorted(one.n_failed for _, one in found)

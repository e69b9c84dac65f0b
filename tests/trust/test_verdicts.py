"""A verdict rests on what kind its reasons are, not on their wording."""

from dataclasses import replace

import numpy as np
import pytest
from tiny_models import SIDE, classifier_of, random_image, tiny

import vislib
from vislib import trust
from vislib.backend import keras
from vislib.trust import verdicts
from vislib.trust.measure import _mean_correlation
from vislib.trust.trust import _ABOUT
from vislib.trust.verdicts import Ground


@pytest.fixture(scope="module")
def measured():
    methods = vislib.methods()
    return trust.measure(
        [methods[name]() for name in ("saliency", "guided-backprop", "eigen-cam")], tiny("conv_relu"), random_image()
    )


def test_rewording_every_sentence_changes_no_verdict(measured, monkeypatch):
    before = [trust.verdict(one, measured)[0] for one in measured]
    plain = verdicts.reasons
    monkeypatch.setattr(verdicts, "reasons", lambda *given: [replace(each, text="!") for each in plain(*given)])
    assert [trust.verdict(one, measured)[0] for one in measured] == before


@pytest.mark.parametrize(("rank", "verdict"), [(0.9, "Do not trust it as an explanation."), (0.1, None)])
def test_map_that_survives_random_weights_is_not_trusted(measured, rank, verdict):
    said, reasons = trust.verdict(replace(measured[0], randomized=rank), measured)
    assert (said == "Do not trust it as an explanation.") == (verdict is not None)
    (reason,) = [each for each in reasons if each.ground is Ground.RANDOM_WEIGHTS]
    assert reason.supports == (verdict is None)


def test_reasons_against_come_first(measured):
    for one in measured:
        supports = [each.supports for each in trust.verdict(one, measured)[1]]
        assert supports == sorted(supports)


@pytest.mark.parametrize(
    ("road", "insertion", "supports", "words"),
    [
        (0.1, 0.9, True, "filling them from their neighbours (ROAD) lowers the score, and showing them raises it"),
        (0.1, 0.5, False, "are filled from their neighbours (ROAD), but not when they are shown"),
        (0.3, 0.9, False, "are shown, but not when they are filled from their neighbours (ROAD)"),
        (0.5, 0.1, False, "matter no more than those of random pixels and an edge detector"),
    ],
)
def test_road_takes_the_place_of_deletion(measured, road, insertion, supports, words):
    """Deletion, in which random pixels do well, no longer counts."""
    changes = {
        "saliency": {"road": road, "insertion": insertion, "deletion": 1.0},
        "random": {"road": 0.3, "insertion": 0.5, "deletion": 0.0},
        "edges": {"road": 0.4, "insertion": 0.6, "deletion": 0.0},
    }
    every = [replace(one, **changes.get(one.name, {})) for one in measured]
    grounds = {each.ground: each for each in trust.verdict(every[0], every)[1]}
    assert Ground.BASELINES not in grounds
    assert grounds[Ground.ROAD].supports == supports
    assert words in grounds[Ground.ROAD].text
    assert every[0].row()["road"] == road
    without = [replace(one, road=None) for one in every]
    grounds = {each.ground: each for each in trust.verdict(without[0], without)[1]}
    assert not grounds[Ground.BASELINES].supports
    assert Ground.ROAD not in grounds


def test_map_for_another_class_counts_unless_the_method_ignores_the_class(measured):
    for rank, supports in ((0.95, False), (-0.2, True)):
        found = trust.verdict(replace(measured[0], random_logit=rank), measured)[1]
        (reason,) = [each for each in found if each.ground is Ground.OTHER_CLASS]
        assert reason.supports == supports
        assert f"{rank:.2f}".replace("-", "−") in reason.text
    eigen = replace(measured[2], random_logit=1.0)
    reasons = trust.verdict(eigen, measured)[1]
    assert reasons[0].ground is Ground.SAME_FOR_EVERY_CLASS
    assert "same for every class or output" in reasons[0].text
    assert Ground.OTHER_CLASS not in [each.ground for each in reasons]


def emptied(one, **changes):
    """The measures as they would be of a map of zeros; or of one with these changes."""
    changes = changes or {"values": np.zeros_like(one.heatmap.values)}
    return replace(one, heatmap=replace(one.heatmap, **changes))


@pytest.mark.parametrize("changes", [{}, {"negligible": True}])
def test_empty_map_is_not_judged(measured, changes):
    empty = replace(emptied(measured[0], **changes), insertion=1.0, deletion=0.0, pointing=0.5)
    every = [empty, *measured[1:]]
    assert trust.verdict(empty, every) == ("The map is empty: there is nothing to judge.", [])
    row = empty.row()
    assert {name for name, value in row.items() if value is not None} == set(_ABOUT)
    shown = trust.Measured(every)._repr_html_()
    assert "The map is empty" in shown
    assert "–" in shown
    baseless = [measured[0], *(emptied(one) for one in measured[1:])]  # empty baselines are no rivals
    assert Ground.BASELINES not in [each.ground for each in trust.verdict(measured[0], baseless)[1]]


def test_empty_maps_count_neither_way_over_images(measured):
    empty = [emptied(measured[0]), *measured[1:]]
    full = [replace(measured[0], insertion=0.25), *measured[1:]]
    first = trust.over_images([full, empty, full])[0]
    alone = trust.over_images([full, full])[0]
    assert first.text == alone.text.replace("(2 images)", "(2 images; one map is empty)")
    assert (first.n_images, first.reasons, first.means) == (2, alone.reasons, alone.means)
    never = trust.over_images([empty, empty])[0]
    assert (never.text, never.reasons) == ("The map is empty: there is nothing to judge (2 images).", ())
    assert "insertion" not in never.means


def test_map_that_is_constant_with_random_weights_is_left_out_of_the_mean(measured):
    stages = [replace(measured[0].stages[0], rank_correlation=rank) for rank in (1.0, 0.6, np.nan, 0.8)]
    assert _mean_correlation(stages) == pytest.approx(0.7)
    assert _mean_correlation([stages[0], stages[2]]) is None


def test_empty_map_of_a_network_that_sees_nothing():
    inputs = keras.Input((SIDE, SIDE, 3))
    maps = keras.layers.Conv2D(3, 1, use_bias=False, activation="relu", name="conv")(inputs)
    model = keras.Model(inputs, keras.layers.Dense(3)(keras.layers.GlobalAveragePooling2D()(maps)))
    model.set_weights([-np.ones((1, 1, 3, 3), np.float32), *model.get_weights()[1:]])  # the ReLU is never above 0
    network = classifier_of(model, task="classification")
    image = random_image()
    every = trust.measure(["saliency"], network, image, noise_samples=1, random_logit=True)
    assert every[0].empty
    assert every[0].randomized is None
    assert every[0].random_logit is None
    test = trust.random_logit(vislib.methods()["saliency"](), network, image)
    assert "cannot be compared" in test.in_words()
    assert not test.passed

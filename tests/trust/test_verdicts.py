"""A verdict rests on what kind its reasons are, not on their wording."""

from dataclasses import replace

import pytest
from tiny_models import random_image, tiny

import vislib
from vislib import trust
from vislib.trust import verdicts
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

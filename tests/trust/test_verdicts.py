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

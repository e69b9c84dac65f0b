"""A computation that goes on gives the same map and asks the network only for the rest."""

import numpy as np
import pytest
from tiny_models import random_image, tiny

import vislib
from vislib.network import recording
from vislib.network.recording import Recording


class StoppedError(Exception):
    pass


def stop_after(done: int):
    def progress(now: int, total: int, partial=None) -> None:
        if now >= done:
            raise StoppedError

    return progress


METHODS = {
    "occlusion": {"patch_px": 3, "stride_px": 1},
    "rise": {"n_masks": 64},
    "lime": {"n_samples": 64},
    "kernel-shap": {"n_samples": 64},
    "score-cam": {},
    "ablation-cam": {},
    "integrated-gradients": {},
    "smoothgrad": {},
}


@pytest.mark.parametrize("method", METHODS)
def test_same_map_after_a_stop(method):
    classifier, image = tiny("conv_relu"), random_image()
    expected = vislib.explain(method, classifier, image, 1, **METHODS[method])
    kept = Recording()
    with pytest.raises(StoppedError), kept.resumed():
        vislib.explain(method, classifier, image, 1, stop_after(5), **METHODS[method])
    with kept.resumed():
        found = vislib.explain(method, classifier, image, 1, **METHODS[method])
    np.testing.assert_array_equal(found.values, expected.values)
    assert found.score == expected.score


def test_network_computes_only_the_rest(monkeypatch):
    classifier, image, computed = tiny("conv_relu"), random_image(), []
    scores = classifier.network.scores
    monkeypatch.setattr(
        classifier.network, "scores", lambda logits, target: computed.append(len(logits)) or scores(logits, target)
    )
    kept = Recording()
    with pytest.raises(StoppedError), kept.resumed():
        vislib.explain("rise", classifier, image, 1, stop_after(32), n_masks=64)
    with kept.resumed():
        vislib.explain("rise", classifier, image, 1, n_masks=64)
    assert computed == [16, 16, 16, 16, 1]  # the last is the image itself


def test_full_recording_computes_what_is_behind_it_again(monkeypatch):
    monkeypatch.setattr(recording, "MAX_BYTES", 100)
    kept, computed = Recording(), []

    class Counting:
        @recording.recorded
        def values(self, number: int) -> np.ndarray:
            computed.append(number)
            return np.full(10, number, np.float32)

    for _ in range(2):
        with kept.resumed():
            assert [int(Counting().values(number)[0]) for number in range(5)] == [0, 1, 2, 3, 4]
    assert computed == [0, 1, 2, 3, 4, 3, 4]


def test_other_question_is_not_answered_from_the_recording():
    classifier, image, kept = tiny("conv_relu"), random_image(), Recording()
    with kept.resumed():
        vislib.explain("rise", classifier, image, 1, n_masks=48)
    for method, params in (("rise", {"n_masks": 48, "seed": 7}), ("rise", {"n_masks": 48, "p": 0.3}), ("lime", {})):
        expected = vislib.explain(method, classifier, image, 1, **params)
        with kept.resumed():
            found = vislib.explain(method, classifier, image, 1, **params)
        np.testing.assert_array_equal(found.values, expected.values)
    other = vislib.explain("rise", classifier, image, 2, n_masks=48)
    with kept.resumed():
        vislib.explain("rise", classifier, image, 1, n_masks=48)
    with kept.resumed():
        np.testing.assert_array_equal(vislib.explain("rise", classifier, image, 2, n_masks=48).values, other.values)


def test_nothing_is_recorded_without_a_recording():
    classifier, image = tiny("conv_relu"), random_image()
    first = vislib.explain("rise", classifier, image, 1, n_masks=16)
    np.testing.assert_array_equal(vislib.explain("rise", classifier, image, 1, n_masks=16).values, first.values)

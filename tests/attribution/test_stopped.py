"""What a method that takes long leaves when it is stopped: a whole map, the nearer to the final one the later."""

import functools

import numpy as np
import pytest
from stopping import Stopped

import vislib

LONG = {
    "occlusion": {"stride_px": 1},
    "rise": {},
    "lime": {},
    "kernel-shap": {},
    "score-cam": {"max_channels": 64},
    "ablation-cam": {},
    "smoothgrad": {},
    "vargrad": {},
    "integrated-gradients": {},
}
LEAST = {"first": 0.3, "middle": 0.85, "last but one": 0.95}
"""Correlation with the final map. The first map rests on 2 noisy copies, 4 channels or 16 masks, and is rough."""

every_long_method = pytest.mark.parametrize("method", LONG)


class Watch:
    """A progress callback that keeps the latest map, as a page does, and stops at the n-th."""

    def __init__(self, stops_at: int | None = None):
        self.stops_at, self.n_reports, self.partial = stops_at, 0, None

    def __call__(self, done, total, partial=None):
        self.n_reports += partial is not None
        self.partial = self.partial if partial is None else partial
        if self.n_reports == self.stops_at:
            raise Stopped


@pytest.fixture(scope="module")
def photograph(cat):
    """A network small enough to be quick, with batches as they are with photographs, and what it is shown."""
    classifier = vislib.load_classifier("cifar10")
    classifier.network.batch_size, classifier.network.gradient_batch_size = 32, 8
    return classifier, cat


def explain(photograph, method: str, *progress) -> vislib.Heatmap:
    return vislib.explain(method, *photograph, None, *progress, **LONG[method])


@pytest.fixture(scope="module")
def finished(photograph):
    """By method, the final map and the number of reports on the way to it."""

    @functools.cache
    def run(method: str) -> tuple[np.ndarray, int]:
        watch = Watch()
        values = explain(photograph, method, watch).values
        np.testing.assert_array_equal(watch.partial, values)
        return values, watch.n_reports

    return run


@pytest.mark.parametrize("when", LEAST)
@every_long_method
def test_stopped_leaves_a_whole_map_near_the_final_one(method, when, photograph, finished):
    final, n_reports = finished(method)
    assert n_reports >= 3
    watch = Watch({"first": 1, "middle": n_reports // 2, "last but one": n_reports - 1}[when])
    with pytest.raises(Stopped):
        explain(photograph, method, watch)
    assert watch.partial.shape == photograph[0].input_size
    assert np.isfinite(watch.partial).all()
    assert np.corrcoef(watch.partial.ravel(), final.ravel())[0, 1] > LEAST[when]


@every_long_method
def test_watched_or_not_same_map(method, photograph, finished):
    np.testing.assert_array_equal(explain(photograph, method).values, finished(method)[0])

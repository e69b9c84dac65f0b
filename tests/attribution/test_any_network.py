"""Every method on every task and input gives a finite map, or says why not and what to do."""

import numpy as np
import pytest
from any_networks import CASES, loaded
from tiny_models import SIDE, random_image

import vislib

IMAGE = random_image()
QUICK = {
    "rise": {"n_masks": 4},
    "lime": {"n_samples": 16, "n_segments": 4},
    "kernel-shap": {"n_samples": 16, "n_segments": 4},
    "smoothgrad": {"n_samples": 2},
    "vargrad": {"n_samples": 2},
    "integrated-gradients": {"n_steps": 2, "add_steps": False},
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("method", sorted(vislib.methods()))
def test_every_method_gives_a_map_or_a_sentence(method, name):
    classifier = loaded(name)
    target = vislib.targets.Output(CASES[name].unit) if name == "embedding" else None
    try:
        heatmap = vislib.explain(method, classifier, IMAGE, target, **QUICK.get(method, {}))
    except vislib.VislibError as error:
        assert str(error).endswith(".")
        assert method == "cam" or not classifier.network.map_layers or "ReLU" in str(error), str(error)
        return
    assert heatmap.values.shape == (SIDE, SIDE)
    assert np.isfinite(heatmap.values).all()
    assert np.isfinite(heatmap.score)

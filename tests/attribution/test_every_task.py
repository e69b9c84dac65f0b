"""Every method on every task and input gives a finite map, or a sentence that says why not and what works."""

import numpy as np
import pytest
from any_networks import CASES, loaded
from method_pairs import pairs
from quick_methods import FEW
from tiny_models import SIDE, random_image

import vislib

IMAGE = random_image()
QUICK = FEW | {
    "rise": {"n_masks": 4},
    "lime": {"n_samples": 16, "n_segments": 4},
    "kernel-shap": {"n_samples": 16, "n_segments": 4},
}
OPAQUE = "subclassed, opaque"
# For CAM, a pooling and one linear layer at the end; for the others, layers that can be seen.
POOLED = {
    *("regression", "regression of 4", "regression in -1..1", "unknown task", "multi-label", "softmax of tf.nn"),
    *("two outputs", "no channel axis", "flat vector", "uint8", "float64", "mixed precision", "fixed batch size"),
    *("dropout that is always on", "subclassed", "2 bands", "4 bands", "12 bands", "outputs in a dict"),
}
SEEN = {name for name, method in vislib.methods().items() if method.family == "class activation"} - {"cam"}
RULES = {"guided-backprop", "deconvnet"}
REFUSED = {
    *(("cam", name) for name in CASES if name not in POOLED),
    *((method, OPAQUE) for method in SEEN | RULES),
}


def explained(method: str, name: str) -> vislib.Heatmap:
    target = vislib.targets.Output(CASES[name].unit) if name == "embedding" else None
    return vislib.explain(method, loaded(name), CASES[name].image, target, **QUICK.get(method, {}))


@pytest.mark.parametrize(("method", "name"), sorted({*pairs(list(CASES), 2), *REFUSED}))
def test_method_on_any_network_gives_a_map_or_a_sentence(method, name):
    if (method, name) in REFUSED:
        with pytest.raises(vislib.VislibError, match=r"Grad-CAM|ReLU|saliency"):
            explained(method, name)
        return
    heatmap = explained(method, name)
    assert heatmap.values.shape == (SIDE, SIDE)
    assert np.isfinite(heatmap.values).all()
    assert np.isfinite(heatmap.score)
    assert heatmap.class_index is None or 0 <= heatmap.class_index < len(loaded(name).labels)


def test_method_without_layers_to_see_names_methods_that_work():
    with pytest.raises(vislib.LayerError, match="such as saliency and occlusion"):
        explained("grad-cam", OPAQUE)
    for method in ("saliency", "occlusion"):
        assert np.ptp(explained(method, OPAQUE).values) > 0


def test_embedding_without_a_target_says_which_targets_there_are():
    with pytest.raises(vislib.ParameterError, match=r"vislib\.targets\.similarity\(classifier, other_image\)"):
        vislib.explain("saliency", loaded("embedding"), IMAGE)
    classifier, other = loaded("embedding"), random_image(seed=5)
    heatmap = vislib.explain("saliency", classifier, IMAGE, vislib.targets.similarity(classifier, other))
    vectors = [classifier.logits(each).astype(np.float64) for each in (IMAGE, other)]
    cosine = vectors[0] @ vectors[1] / np.prod([np.linalg.norm(vector) for vector in vectors])
    assert heatmap.score == pytest.approx(cosine, rel=1e-4)


def test_probability_of_a_number_is_refused():
    with pytest.raises(vislib.ParameterError, match=r"gives numbers \(regression\), which have no probabilities"):
        vislib.explain("saliency", loaded("regression"), IMAGE, vislib.Target(0, score="probability"))


def test_class_that_is_predicted_nowhere_can_be_explained_at_a_point():
    classifier = loaded("segmentation")
    absent = next(index for index in range(3) if not (classifier.segment(IMAGE) == index).any())
    with pytest.raises(vislib.ParameterError, match=r"at no pixel of this image.*where=\(row, column\)"):
        vislib.explain("saliency", classifier, IMAGE, absent)
    heatmap = vislib.explain("saliency", classifier, IMAGE, vislib.targets.Pixels(absent, where=(2, 7)))
    assert heatmap.score == pytest.approx(float(classifier.logits(IMAGE)[2, 7, absent]), rel=1e-5)
    rows, columns = np.nonzero(heatmap.values)
    assert rows.size
    assert (abs(rows - 2) <= 6).all()
    assert (abs(columns - 7) <= 6).all()

"""Any method explains a channel, a neuron or another hidden number: against a plain tape and a plain loop."""

import json

import numpy as np
import pytest
from tiny_models import SIDE, random_image, tiny

import vislib
from vislib import LayerError, ParameterError, targets
from vislib import activation_maximization as am
from vislib.backend import keras, tf
from vislib.report import write_report

CLASSIFIER = "relu_layers"
CHANNEL = targets.Channel("relu2", 3)
NEURON = targets.Neuron("depthwise", 2, 4, 7)
MASK = np.zeros((SIDE - 2, SIDE - 2), bool)
MASK[2:4, 5:9] = True


def inputs(classifier) -> np.ndarray:
    return classifier.preprocess_input(classifier.resize(random_image())[None])


def output(classifier, *layers):
    """Keras's own model from the input to layers, and to the logits for None."""
    graph = classifier.network.graph
    return keras.Model(graph.input, [graph.logits if one is None else graph.node(one).output for one in layers])


def number(target, maps):
    """The target of a layer's maps (1, h, w, c), by its definition."""
    if isinstance(target, targets.Channel):
        return tf.reduce_mean(maps[0, ..., target.channel])
    if isinstance(target, targets.Region):
        return tf.reduce_mean(tf.boolean_mask(maps[0, ..., target.channel], target.mask))
    if isinstance(target, targets.Layer):
        return tf.reduce_mean(maps**2)
    return maps[0, target.row, target.column, target.channel]


HIDDEN = [CHANNEL, NEURON, targets.Region("relu2", 1, MASK), targets.Layer("relu1")]


def tape(classifier, target, x, *layers):
    """Values and gradients of the target by the input and by other layers' maps, by a plain tape."""
    model = output(classifier, *layers, target.layer)
    with tf.GradientTape() as recorder:
        recorder.watch(x := tf.constant(x))
        *maps, last = tf.nest.flatten(model(x, training=False)) if layers else [model(x, training=False)]
        value = number(target, last)
    return float(value), [np.asarray(each) for each in maps], recorder.gradient(value, [x, *maps])


@pytest.mark.parametrize("target", HIDDEN, ids=lambda each: each.in_words())
def test_saliency_equals_a_plain_tape(target):
    classifier = tiny(CLASSIFIER)
    value, _, (gradient,) = tape(classifier, target, inputs(classifier))
    heatmap = vislib.explain("saliency", classifier, random_image(), target)
    np.testing.assert_allclose(heatmap.values, np.abs(gradient[0]).max(axis=-1), rtol=1e-4, atol=1e-7)
    assert heatmap.score == pytest.approx(value, rel=1e-5)
    assert (heatmap.class_index, heatmap.label, heatmap.explained) == (None, target.in_words(), target.in_words())


def test_channel_then_neuron_of_one_layer_share_a_function():
    """They are sums with weights of different shapes."""
    classifier = tiny(CLASSIFIER)
    of_each = [
        vislib.explain("saliency", classifier, random_image(), target).values
        for target in (targets.Channel("add", 2), targets.Neuron("add", 2, 4, 7), targets.Channel("add", 2))
    ]
    np.testing.assert_array_equal(of_each[0], of_each[2])
    assert not np.allclose(of_each[0], of_each[1])


@pytest.mark.parametrize("target", [CHANNEL, NEURON], ids=lambda each: each.in_words())
def test_grad_cam_equals_a_plain_tape_at_the_maps_that_the_units_weights_read(target):
    classifier = tiny(CLASSIFIER)
    heatmap = vislib.explain("grad-cam", classifier, random_image(), target)
    assert heatmap.layer == "relu1"  # the input of the depthwise convolution
    _, (maps,), (_, gradient) = tape(classifier, target, inputs(classifier), "relu1")
    cells = np.maximum(maps[0] @ np.asarray(gradient)[0].mean(axis=(0, 1)), 0)
    np.testing.assert_allclose(heatmap.details["cells"], cells, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("target", [CHANNEL, NEURON], ids=lambda each: each.in_words())
def test_integrated_gradients_equal_a_plain_tape(target):
    classifier = tiny(CLASSIFIER)
    image = inputs(classifier)
    heatmap = vislib.explain("integrated-gradients", classifier, random_image(), target, n_steps=8, add_steps=False)
    total = np.zeros(image.shape)
    for step in range(9):
        _, _, (gradient,) = tape(classifier, target, (image * step / 8).astype(np.float32))
        total += np.asarray(gradient) * (0.5 if step in (0, 8) else 1.0) / 8
    expected = (image * total)[0].sum(axis=-1)
    np.testing.assert_allclose(heatmap.values, expected, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("target", [CHANNEL, NEURON, CHANNEL - 2 * NEURON], ids=lambda each: each.in_words())
def test_occlusion_equals_a_plain_loop(target):
    classifier = tiny(CLASSIFIER)

    def value(image):
        x = classifier.preprocess_input(image[None])
        layers = [term.layer for _, term in target.terms]
        maps = tf.nest.flatten(output(classifier, *layers)(x, training=False))
        return sum(w * float(number(term, each)) for (w, term), each in zip(target.terms, maps, strict=True))

    heatmap = vislib.explain("occlusion", classifier, random_image(), target, patch_px=4, stride_px=4, grey=0)
    drop = np.zeros((3, 3))
    for row, column in np.ndindex(3, 3):
        covered = random_image()
        covered[4 * row : 4 * row + 4, 4 * column : 4 * column + 4] = 0
        drop[row, column] = value(random_image()) - value(covered)
    np.testing.assert_allclose(heatmap.details["drop"], drop, rtol=1e-4, atol=1e-5)
    assert "winner" not in heatmap.details


def test_difference_of_classes_equals_the_target_with_against():
    classifier = tiny("conv_relu")
    both = vislib.explain("saliency", classifier, random_image(), targets.ClassScore(1) - targets.ClassScore(3))
    one = vislib.explain("saliency", classifier, random_image(), targets.ClassScore(1, against=3))
    np.testing.assert_allclose(both.values, one.values, rtol=1e-5, atol=1e-8)
    assert both.explained == "logit of “class 1” − logit of “class 3”"
    assert both.class_index is None


@pytest.mark.parametrize("unit", [0, 2])
def test_output_is_the_units_own_number(unit):
    classifier = tiny("many_sigmoids")
    heatmap = vislib.explain("saliency", classifier, random_image(), targets.Output(unit))
    assert heatmap.score == pytest.approx(float(classifier.logits(random_image())[unit]), rel=1e-5)


def test_output_of_a_single_unit_is_not_two_sided():
    classifier = tiny("one_sigmoid")
    heatmap = vislib.explain("saliency", classifier, random_image(), targets.Output(0))
    assert heatmap.score == pytest.approx(float(classifier.logits(random_image())[1]), rel=1e-5)
    occlusion = vislib.explain("occlusion", classifier, random_image(), targets.Output(0))
    assert occlusion.score == pytest.approx(heatmap.score, rel=1e-5)


def test_similarity_to_the_image_itself_is_one_and_its_gradient_nothing():
    classifier = tiny(CLASSIFIER)
    target = targets.similarity(classifier, random_image(), "relu2")
    heatmap = vislib.explain("saliency", classifier, random_image(), target)
    assert heatmap.score == pytest.approx(1, abs=1e-5)
    assert heatmap.values.max() < 1e-5
    other = vislib.explain("saliency", classifier, random_image(seed=5), target)
    a, b = (vislib.feature_maps(classifier, random_image(seed=seed), "relu2").ravel() for seed in (0, 5))
    assert other.score == pytest.approx(float(a @ b / np.linalg.norm(a) / np.linalg.norm(b)), rel=1e-4)


METHODS = sorted(set(vislib.methods()) - {"cam"})
QUICK = {"n_samples": 4, "n_masks": 4, "n_steps": 4, "add_steps": False, "n_designs": 2}


@pytest.mark.parametrize("name", METHODS)
def test_every_method_explains_a_channel(name):
    classifier = tiny(CLASSIFIER)
    method = vislib.methods()[name]
    quick = {key: value for key, value in QUICK.items() if key in method.__dataclass_fields__}
    heatmap = vislib.explain(name, classifier, random_image(), CHANNEL, **quick)
    assert heatmap.values.shape == (SIDE, SIDE)
    assert np.isfinite(heatmap.values).all()
    maps = vislib.feature_maps(classifier, random_image(), "relu2")
    assert heatmap.score == pytest.approx(float(maps[..., 3].mean()), rel=1e-4)


def test_same_target_in_activation_maximization():
    classifier = tiny(CLASSIFIER)
    assert am.Channel is targets.Channel
    result = am.maximize(classifier, CHANNEL, steps=4)
    assert result.titles == (CHANNEL.in_words(),)
    assert result.values[-1] > result.values[0]


def test_trust_is_measured_for_a_channel():
    measured = vislib.trust.measure(
        [vislib.methods()["grad-cam"]()], tiny(CLASSIFIER), random_image(), CHANNEL, noise_samples=0, randomize=False
    )
    assert measured[0].heatmap.target == CHANNEL
    assert measured[0].deletion_curve.scores[0] == pytest.approx(measured[0].heatmap.score, rel=1e-4)


def test_batch_explains_one_target_for_every_image(tmp_path):
    images = np.stack([random_image(seed=seed) for seed in range(3)])
    result = vislib.explain_many(tiny(CLASSIFIER), images, ["saliency"], out=tmp_path / "batch", target=CHANNEL)
    rows = vislib.open_batch(result.folder).rows([0, 1, 2], ["explained", "explained_label", "score"])
    assert [row["explained_label"] for row in rows] == [CHANNEL.in_words()] * 3
    for row, image in zip(rows, images, strict=True):
        alone = vislib.explain("saliency", tiny(CLASSIFIER), image, CHANNEL)
        assert row["score"] == pytest.approx(alone.score, rel=1e-4)
        assert row["explained"] is None
    page = write_report(result.folder).read_text(encoding="utf-8")
    assert f"Each map explains the same target: {CHANNEL.in_words()}" in page


def test_saved_result_says_its_target(tmp_path):
    heatmap = vislib.explain("saliency", tiny(CLASSIFIER), random_image(), 0.5 * CHANNEL - NEURON)
    vislib.save(heatmap, tmp_path / "map.npz")
    said = json.loads(str(np.load(tmp_path / "map.npz")["metadata"]))["target"]
    assert said["words"] == "0.5 · relu2 channel 3 − depthwise channel 2 at (4, 7)"
    assert [term["kind"] for term in said["terms"]] == ["Channel", "Neuron"]


@pytest.mark.parametrize(
    ("method", "target", "complaint", "error"),
    [
        ("saliency", targets.Channel("relu2", 99), "go from 0 to 5; not 99", LayerError),
        ("saliency", targets.Channel("relu9", 0), "is not in", LayerError),
        ("saliency", targets.Diversity("relu2"), "compares images with each other", ParameterError),
        ("cam", targets.Channel("relu2", 0), "CAM explains the score of a class", ParameterError),
        ("saliency", targets.Region("relu2", 0, np.ones((2, 2))), "is 10 × 10; not \\(2, 2\\)", LayerError),
        ("saliency", targets.Output(7), "go from 0 to 3; not 7", LayerError),
    ],
)
def test_target_that_cannot_be_explained_is_refused_with_a_way_on(method, target, complaint, error):
    with pytest.raises(error, match=complaint):
        vislib.explain(method, tiny(CLASSIFIER), random_image(), target)


def test_grad_cam_behind_the_target_names_a_way_on_that_works():
    with pytest.raises(LayerError, match=r"does not lie before layer 'relu1'.*name a layer before it"):
        vislib.explain("grad-cam", tiny(CLASSIFIER), random_image(), targets.Channel("relu1", 0), layer="relu2")
    with pytest.raises(LayerError, match="such as saliency"):
        vislib.explain("grad-cam", tiny(CLASSIFIER), random_image(), targets.Channel("conv1", 0))
    vislib.explain("saliency", tiny(CLASSIFIER), random_image(), targets.Channel("conv1", 0))

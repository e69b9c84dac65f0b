"""Every task and input: predictions and explanations equal what Keras and NumPy compute alone."""

import functools

import numpy as np
import pytest
from any_networks import CASES, features, keras_outputs, loaded, model_of, two_inputs
from tiny_models import PLAIN, SIDE, random_image

import vislib
from vislib.backend import keras, tf
from vislib.tasks import Task

every_network = pytest.mark.parametrize("name", CASES)
# Those whose convolution Keras can show with one `keras.Model` around it.
with_a_layer = pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.layer])

TASKS = {
    "regression": Task.REGRESSION,
    "regression of 4": Task.REGRESSION,
    "regression in -1..1": Task.REGRESSION,
    "unknown task": Task.UNKNOWN,
    "multi-label": Task.MULTI_LABEL,
    "joined heads": Task.MULTI_LABEL,
    "segmentation": Task.SEGMENTATION,
    "segmentation of two classes": Task.SEGMENTATION,
    "embedding": Task.EMBEDDING,
    "two outputs": Task.REGRESSION,
    "two images": Task.BINARY,
    "maps of features": Task.UNKNOWN,
}


def target_of(name: str) -> vislib.targets.Target:
    """What is explained: a probability, or an output that is a number."""
    classifier, unit = loaded(name), CASES[name].unit
    return vislib.Target(unit, score="probability") if classifier.task.has_classes else vislib.Target(unit)


@functools.cache
def region_of(name: str) -> np.ndarray | None:
    """Of a segmentation, the pixels (h, w) at which Keras predicts the class."""
    outputs = keras_outputs(name, CASES[name].image[None])[0]
    return outputs.argmax(axis=-1) == CASES[name].unit if outputs.ndim == 3 else None


def value_of(name: str, outputs: np.ndarray) -> np.ndarray:
    """The number that is explained, (n,), from Keras's outputs (n, …, units)."""
    of_unit, region = outputs[..., CASES[name].unit], region_of(name)
    return of_unit if region is None else of_unit[:, region].mean(axis=1)


def tensor_value(name: str, outputs):
    of_unit, region = CASES[name].answer(outputs)[..., CASES[name].unit], region_of(name)
    return of_unit if region is None else tf.reduce_mean(tf.boolean_mask(of_unit, region, axis=1), axis=1)


@every_network
def test_task_is_recognised_with_a_reason(name):
    head = loaded(name).network.head
    assert head.task is TASKS.get(name, Task.CLASSIFICATION)
    assert head.reason.endswith(".")


@every_network
def test_predictions_equal_keras(name):
    classifier = loaded(name)
    (expected,) = keras_outputs(name, CASES[name].image[None])
    found = {each.index: each for each in classifier.predict(CASES[name].image, 20)}
    if classifier.task is Task.SEGMENTATION:
        np.testing.assert_array_equal(classifier.segment(CASES[name].image), expected.argmax(axis=-1))
        expected = np.bincount(expected.argmax(axis=-1).ravel(), minlength=expected.shape[-1]) / SIDE**2
    assert len(found) == len(expected) == len(classifier.labels)
    np.testing.assert_allclose([found[k].value for k in range(len(expected))], expected, rtol=2e-3, atol=1e-5)
    is_probability = classifier.task in (Task.CLASSIFICATION, Task.BINARY, Task.MULTI_LABEL)
    for each in found.values():
        assert each.probability == (each.value if is_probability else None)
        assert each.is_share == classifier.task.has_classes


@every_network
def test_saliency_equals_a_plain_tape(name):
    case, classifier = CASES[name], loaded(name)
    entered = case.enter(CASES[name].image[None])
    given = keras.tree.map_structure(tf.constant, entered)
    watched = given[0] if isinstance(given, list) else given["picture"] if isinstance(given, dict) else given
    if name == "uint8":  # Keras alone has no gradient by whole numbers, so its layers run on real ones
        inputs = keras.Input((SIDE, SIDE, 3))
        x = inputs
        for layer in model_of(name).layers[1:]:
            x = layer(x)
        model = keras.Model(inputs, x)
    else:
        model = model_of(name)
    with tf.GradientTape() as tape:
        tape.watch(watched)
        value = tensor_value(name, model(given, training=False))
    gradient = tape.gradient(value, watched).numpy()
    found = vislib.explain("saliency", classifier, CASES[name].image, target_of(name)).details["gradient"]
    if case.channels_first:
        gradient = gradient.transpose(0, 2, 3, 1)
    expected = gradient.reshape(1, SIDE, SIDE, -1)[0]
    np.testing.assert_allclose(found, expected, rtol=1e-2, atol=3e-3 * np.abs(expected).max())


@with_a_layer
def test_grad_cam_equals_five_lines_of_numpy(name):
    case = CASES[name]
    maps, gradients = maps_and_gradients(name)
    expected = np.maximum(maps @ gradients.mean(axis=(0, 1)), 0)
    found = vislib.explain("grad-cam", loaded(name), CASES[name].image, target_of(name), layer=case.shown or case.layer)
    np.testing.assert_allclose(found.details["cells"], expected, rtol=2e-2, atol=5e-3 * max(expected.max(), 1e-12))


def maps_and_gradients(name) -> tuple[np.ndarray, np.ndarray]:
    """A convolution's maps (h, w, c) and the gradient by them, by Keras: by a variable that is added to its output."""
    case, model = CASES[name], model_of(name)
    layer = model.get_layer(case.layer)
    shift, seen = tf.Variable(tf.zeros(layer.output.shape[1:], layer.compute_dtype)), []
    plain = layer.call
    region_of(name)  # before the layer is changed, as Keras keeps what it traced

    def shifted(*args, **kwargs):
        seen.append(plain(*args, **kwargs) + shift)
        return seen[-1]

    layer.call = shifted
    try:
        with tf.GradientTape() as tape:
            value = tensor_value(name, model(case.enter(CASES[name].image[None]), training=False))
    finally:
        del layer.call  # the method of the class is found again
    found = [seen[-1][0].numpy().astype(np.float64), tape.gradient(value, shift).numpy().astype(np.float64)]
    return tuple(each.transpose(1, 2, 0) if case.channels_first else each for each in found)


@every_network
def test_occlusion_equals_a_plain_loop(name):
    classifier = loaded(name)
    heatmap = vislib.explain(
        "occlusion", classifier, CASES[name].image, target_of(name), patch_px=4, stride_px=4, grey=0
    )
    whole = value_of(name, keras_outputs(name, CASES[name].image[None]))[0]
    for row, top in enumerate(range(0, SIDE, 4)):
        covered = np.stack([CASES[name].image] * 3)
        for column, left in enumerate(range(0, SIDE, 4)):
            covered[column, top : top + 4, left : left + 4] = CASES[name].black
        expected = whole - value_of(name, keras_outputs(name, covered))
        np.testing.assert_allclose(heatmap.details["drop"][row], expected, rtol=1e-2, atol=2e-3 * max(1, abs(whole)))


@every_network
def test_score_of_an_explanation_is_the_output(name):
    heatmap = vislib.explain("random", loaded(name), CASES[name].image, target_of(name))
    expected = value_of(name, keras_outputs(name, CASES[name].image[None]))[0]
    assert heatmap.score == pytest.approx(expected, rel=2e-3, abs=1e-5)


@pytest.mark.parametrize(("units", "activation"), [(1, "sigmoid"), (3, "softmax")])
def test_linear_outputs_of_a_given_classification_are_logits(units, activation):
    inputs = keras.Input((SIDE, SIDE, 3))
    outputs = keras.layers.Dense(units)(features(inputs))
    classifier = vislib.load_classifier(keras.Model(inputs, outputs), preprocess=PLAIN, task="classification")
    assert classifier.network.activation == activation
    probabilities = classifier.network.probabilities(classifier.network.logits(random_image()[None] / 255))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-6)


def test_values_for_every_input_leave_no_image():
    given = {"image": np.zeros((SIDE, SIDE, 3)), "meta": np.zeros(3)}
    with pytest.raises(vislib.ModelError, match="image"):
        vislib.load_classifier(two_inputs(), preprocess=PLAIN, inputs=given)

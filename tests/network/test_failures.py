"""Failing layers in every method: each failure is a sentence with the layer, the reason and a way on that works."""

import functools

import numpy as np
import pytest
from quick_methods import FEW
from stopping import Stopped
from tiny_models import PLAIN, SIDE, random_image, seeded

import vislib
from vislib.activation_maximization import maximize
from vislib.backend import keras, tf
from vislib.graph.reasons import reason_of
from vislib.network.failures import WITHOUT_GRADIENTS
from vislib.targets import Channel

layers = keras.layers
IMAGE = random_image()
SLOW = FEW | {
    "rise": {"n_masks": 4},
    "lime": {"n_samples": 8, "n_segments": 4},
    "kernel-shap": {"n_samples": 8, "n_segments": 4},
}
METHODS = sorted(vislib.methods())
GRADIENT_FREE = [name.strip() for name in WITHOUT_GRADIENTS.replace(" and ", ", ").split(",")]
USES_GRADIENTS = [name for name in METHODS if vislib.methods()[name].family == "gradient"]


class Raises(layers.Layer):
    """Raises while it is traced, once it is switched on."""

    on = True

    def call(self, inputs):
        if self.on and not isinstance(inputs, keras.KerasTensor):
            raise RuntimeError("no such thing\nas a free lunch")
        return inputs

    def compute_output_spec(self, inputs):
        return keras.KerasTensor(inputs.shape, inputs.dtype)


class RaisesInPython(layers.Layer):
    """Raises when it runs, for more than so many images."""

    most, error = 0, ValueError

    def call(self, inputs):
        def run(values):
            if len(values) > self.most:
                raise self.error("python says no")
            return values

        if isinstance(inputs, keras.KerasTensor):
            return inputs
        outputs = tf.numpy_function(run, [inputs], tf.float32, stateful=False)
        outputs.set_shape(inputs.shape)
        return inputs + tf.stop_gradient(outputs - inputs)


class ForFew(RaisesInPython):
    most = 1


class OutOfMemory(RaisesInPython):
    most, error = 1, MemoryError


class BadGradient(layers.Layer):
    def call(self, inputs):
        return _without_written_gradient(inputs)


@tf.custom_gradient
def _without_written_gradient(inputs):
    def gradient(upstream):
        raise ValueError("the gradient is not written")

    return tf.identity(inputs), gradient


class Rounds(layers.Layer):
    def call(self, inputs):
        return tf.round(10 * inputs)


class WrongShape(layers.Layer):
    """Says another shape than it computes, so that the next layer fails."""

    def call(self, inputs):
        return inputs[..., :2]

    def compute_output_spec(self, inputs):
        return keras.KerasTensor(inputs.shape, inputs.dtype)


class Logarithm(layers.Layer):
    """NaN for negative values."""

    def call(self, inputs):
        return keras.ops.log(inputs)


def network(layer):
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(4, 3, activation="relu", name="before")(inputs)
    x = layers.Conv2D(4, 3, activation="relu", name="behind")(layer(x))
    x = layers.GlobalAveragePooling2D()(x)
    return seeded(keras.Model(inputs, layers.Dense(3, activation="softmax")(x), name="net"))


def load(layer, **settings):
    return vislib.load_classifier(network(layer), **{"preprocess": PLAIN, **settings})


@functools.cache
def loaded(kind):
    return load(kind(name="own"))


def explained(method, classifier, target=0, *progress):
    return vislib.explain(method, classifier, IMAGE, target, *progress, **SLOW.get(method, {}))


def refusal(method, classifier) -> str | None:
    """The sentence with which a method refuses; None if it gives a map."""
    try:
        heatmap = explained(method, classifier)
    except vislib.ModelError as error:
        return str(error)
    assert np.isfinite(heatmap.values).all()
    return None


FAILS = {
    Raises: r"net fails in layer 'own' \(Raises\): RuntimeError, “as a free lunch”. It fails for a single image",
    RaisesInPython: r"net fails in layer 'own' \(RaisesInPython\): .*, “ValueError: python says no”",
    WrongShape: r"net fails in layer 'behind' \(Conv2D\): \w+, “.*(depth|shape|channel).*”. It fails for a single",
}


@pytest.mark.parametrize("kind", FAILS)
@pytest.mark.parametrize("method", METHODS)
def test_layer_that_always_fails_is_named_with_its_reason(method, kind):
    with pytest.raises(vislib.ModelError, match=FAILS[kind]) as caught:
        explained(method, loaded(kind))
    assert caught.value.__cause__ is not None
    assert "\n" not in str(caught.value)


def test_mended_layer_loaded_again_works():
    layer = Raises(name="own")
    classifier = load(layer)
    with pytest.raises(vislib.ModelError, match="mend it in Keras, and load the model again"):
        explained("grad-cam", classifier)
    layer.on = False
    assert np.isfinite(explained("grad-cam", vislib.load_classifier(classifier.model, preprocess=PLAIN)).values).all()


@pytest.mark.parametrize("method", METHODS)
def test_layer_for_one_image_works_with_batches_of_one(method):
    classifier = load(ForFew(name="own"))
    sentence = refusal(method, classifier)
    if sentence is None:
        assert vislib.methods()[method].batched or vislib.methods()[method].family in ("class activation", "baseline")
    else:
        assert "net fails in layer 'own' (ForFew) for " in sentence
        assert sentence.endswith(
            "set `classifier.network.batch_size` and `classifier.network.gradient_batch_size` to 1."
        )
    classifier.network.batch_size = classifier.network.gradient_batch_size = 1
    assert np.isfinite(explained(method, classifier).values).all()


@pytest.mark.parametrize("method", ["occlusion", "rise", "smoothgrad"])
def test_memory_that_runs_out_names_the_batch_and_its_setting(method):
    classifier = load(OutOfMemory(name="own"))
    setting = "gradient_batch_size" if method == "smoothgrad" else "batch_size"
    with pytest.raises(vislib.ModelError, match=rf"in layer 'own'.* with \d+ images of 12 × 12 at once.*{setting}"):
        explained(method, classifier)
    setattr(classifier.network, setting, 1)
    assert np.isfinite(explained(method, classifier).values).all()


def test_memory_that_one_image_exceeds_names_what_needs_less():
    class Greedy(OutOfMemory):
        most = 0

    with pytest.raises(vislib.ModelError, match=r"with one image of 12 × 12\..* smaller `input_size`"):
        explained("occlusion", load(Greedy(name="own")))


@pytest.mark.parametrize("kind", [BadGradient, Rounds])
@pytest.mark.parametrize("method", METHODS)
def test_failing_gradient_names_methods_without_gradients(method, kind):
    sentence = refusal(method, loaded(kind))
    if sentence is None:
        assert method not in USES_GRADIENTS
        return
    assert method not in GRADIENT_FREE
    assert "'own'" in sentence
    assert f"without gradients: {WITHOUT_GRADIENTS}." in sentence
    assert ("the gradient is not written" in sentence) is (kind is BadGradient)


def test_picture_of_a_channel_behind_a_rounding_layer_is_refused_and_one_before_it_works():
    classifier, quick = loaded(Rounds), {"steps": 2}
    with pytest.raises(vislib.ModelError, match="Choose a channel of a layer before that operation"):
        maximize(classifier, [Channel("behind", 0)], **quick)
    assert maximize(classifier, [Channel("before", 0)], **quick)


def test_picture_of_a_failing_layer_names_it():
    with pytest.raises(vislib.ModelError, match="layer 'own'"):
        maximize(loaded(BadGradient), [Channel("behind", 0)], steps=2)


@pytest.mark.parametrize("target", [None, 0])
@pytest.mark.parametrize("method", METHODS)
def test_nan_names_the_layer_and_a_preprocessing_without_it_works(method, target):
    with pytest.raises(vislib.VislibError, match=r"NaN|needs ReLUs"):
        explained(method, _logarithmic(vislib.Preprocessing("−1..1", mean=(127.5,), scale=(127.5,))), target)


def test_nan_way_on_is_another_preprocessing():
    wrong = vislib.Preprocessing("−1..1", crop_fraction=None, mean=(127.5,), scale=(127.5,))
    with pytest.raises(vislib.ModelError, match=r"layer 'own' is the first .* values from −1 to 1; .* `preprocess`"):
        _logarithmic(wrong).predict(IMAGE)
    right = vislib.Preprocessing("1..2", crop_fraction=None, mean=(-255.0,), scale=(255.0,))
    assert np.isfinite(explained("saliency", _logarithmic(right)).values).all()


def _logarithmic(preprocess):
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(4, 3, name="before")(Logarithm(name="own")(inputs))
    x = layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x))
    return vislib.load_classifier(seeded(keras.Model(inputs, x, name="net")), preprocess=preprocess)


def test_weights_that_are_nan_are_named():
    model = network(layers.Activation("linear"))
    scores = model.layers[-1]
    before = scores.get_weights()
    scores.kernel.assign(np.full(before[0].shape, np.nan))
    classifier = vislib.load_classifier(model, preprocess=PLAIN)
    with pytest.raises(vislib.ModelError, match=r"its weights dense.*/kernel are not finite.*earlier checkpoint"):
        explained("occlusion", classifier, None)
    scores.set_weights(before)  # as from a checkpoint
    assert np.isfinite(explained("occlusion", classifier, None).values).all()


@pytest.mark.parametrize("method", ["occlusion", "saliency"])
def test_error_of_vislibs_own_code_is_not_called_the_networks(monkeypatch, method):
    classifier = load(layers.Activation("linear"))
    monkeypatch.setattr(classifier.network, "variants", None)
    with pytest.raises(AttributeError, match="for_"):
        explained(method, classifier)


@pytest.mark.parametrize("error", [KeyboardInterrupt, Stopped])
def test_stop_inside_a_layer_passes_through(error):
    class Stops(Raises):
        def call(self, inputs):
            if isinstance(inputs, keras.KerasTensor):
                return inputs
            raise error("stop")

    with pytest.raises(error, match="stop"):
        explained("saliency", load(Stops(name="own")))


def test_size_that_a_layer_refuses_is_named_and_another_works():
    inputs = keras.Input((None, None, 3))
    x = layers.Conv2D(4, 3, activation="relu")(inputs)
    x = layers.Cropping2D(3, name="crop")(x)
    model = keras.Model(inputs, layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x)))
    with pytest.raises(vislib.ModelError, match=r"layer 'crop' fails with “.*”. Choose another `input_size`"):
        vislib.load_classifier(model, preprocess=PLAIN, input_size=(6, 6))
    assert vislib.load_classifier(model, preprocess=PLAIN, input_size=(SIDE, SIDE)).predict(IMAGE)


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("one\ntwo.", "two"),
        ("", "ValueError"),
        (
            "Exception encountered when calling A.call().\n\n\x1b[1mtoo small\x1b[0m\n\nArguments received by A.call():"
            "\n  • args=(1,)\n  • kwargs={}",
            "too small",
        ),
        (
            "{{function_node __inference_f_1}} assertion failed: [odd]\n\t [[{{node a/b}}]] [Op:__inference_f_1]",
            "assertion failed: [odd]",
        ),
    ],
)
def test_reason_is_the_end_of_the_message(message, reason):
    assert reason_of(ValueError(message)) == reason

"""The callback `Explain` in anybody's `model.fit`: what it writes, what it leaves alone, and what cannot stop it."""

import warnings

import numpy as np
import pytest
from PIL import Image
from tiny_models import PLAIN, SIDE

import vislib
from vislib import ParameterError
from vislib.backend import keras, tf
from vislib.errors import VislibWarning

IMAGES = np.random.default_rng(1).integers(0, 256, (16, SIDE, SIDE, 3), np.uint8)
LABELS = np.arange(16) % 3
layers = keras.layers


def trained(*callbacks, epochs: int = 3) -> keras.Model:
    """A network with dropout and batch normalization, trained with shuffling; the same weights in every call."""
    keras.utils.set_random_seed(7)
    model = keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 3)),
            layers.Conv2D(4, 3, name="conv1"),
            layers.BatchNormalization(),
            layers.ReLU(name="act1"),
            layers.Dropout(0.3),
            layers.GlobalAveragePooling2D(),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(IMAGES / np.float32(255), LABELS, 4, epochs, verbose=0, callbacks=list(callbacks))
    return model


def test_training_is_the_same_and_maps_are_those_of_each_epoch(tmp_path):
    weights, alone, kept = [], [], []

    class Weights(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            alone.append(self.model.get_weights())

    class Check(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            weights.append(self.model.get_weights())

    plain = trained(Weights())
    explain = vislib.callbacks.Explain(
        {"one": IMAGES[0], "two": IMAGES[1]},
        ["grad-cam", vislib.methods()["saliency"]()],
        folder=tmp_path / "maps",
        tensorboard=tmp_path / "events",
        after=kept.append,
        preprocess=PLAIN,
        labels=["a", "b", "c"],
    )
    trained(explain, Check())
    for ours, theirs in zip(weights, alone, strict=True):
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(one, other)
    assert not explain.failures
    assert [each.epoch for each in kept] == [0, 1, 2, 3]
    assert explain.latest is kept[-1]
    assert not np.array_equal(kept[1].heatmaps["one"][1].values, kept[3].heatmaps["one"][1].values)
    for epoch, each in enumerate(kept[1:]):
        plain.set_weights(alone[epoch])
        classifier = vislib.load_classifier(plain, preprocess=PLAIN, labels=["a", "b", "c"])
        expected = vislib.explain("saliency", classifier, IMAGES[1])
        np.testing.assert_allclose(each.heatmaps["two"][1].values, expected.values, rtol=1e-4, atol=1e-7)
        assert each.answers["two"].label == classifier.predict(IMAGES[1], 1)[0].label

    names = sorted(path.name for path in (tmp_path / "maps").iterdir())
    assert names == ["answers.csv", *(f"epoch-000{epoch}.png" for epoch in range(4))]
    rows = (tmp_path / "maps" / "answers.csv").read_text().splitlines()
    assert len(rows) == 1 + 4 * 2
    assert rows[0] == "epoch,image,answer,value,grad-cam of,saliency of"
    (file,) = (tmp_path / "events").iterdir()
    events = [tf.compat.v1.Event.FromString(each.numpy()) for each in tf.data.TFRecordDataset(str(file))]
    pictures = [(event.step, value) for event in events for value in event.summary.value]
    assert [step for step, _ in pictures] == [0, 1, 2, 3]
    width, height, content = pictures[3][1].tensor.string_val
    written = Image.open(tmp_path / "maps" / "epoch-0003.png")
    assert (int(width), int(height)) == written.size
    assert pictures[3][1].metadata.plugin_data.plugin_name == "images"
    assert content.startswith(b"\x89PNG")


@pytest.mark.parametrize("made_errors", [False, True])
def test_failing_explanation_never_stops_a_training(made_errors):
    def after(explained):
        raise OSError("the disk is full")

    explain = vislib.callbacks.Explain(IMAGES[:1], "saliency", after=after, preprocess=PLAIN)
    no_layer = vislib.callbacks.Explain(
        IMAGES[:1], vislib.methods()["grad-cam"](layer="conv9"), after=print, every=2, preprocess=PLAIN
    )
    with warnings.catch_warnings(record=not made_errors) as seen:
        warnings.simplefilter("error" if made_errors else "always", VislibWarning)
        model = trained(explain, no_layer)
    assert all(np.isfinite(each).all() for each in model.get_weights())
    assert len(explain.failures) == 4
    assert explain.failures[2] == "epoch 2: the disk is full"
    assert [text[:9] for text in no_layer.failures] == ["epoch 0: ", "epoch 2: "]
    assert "layer 'conv9' is not in" in no_layer.failures[1]
    if not made_errors:
        said = [str(each.message) for each in seen if issubclass(each.category, VislibWarning)]
        assert "The explanation after epoch 0 failed, and the training goes on. the disk is full" in said


def test_model_that_is_built_by_its_training():
    kept = []
    explain = vislib.callbacks.Explain(IMAGES[:1], "saliency", after=kept.append, class_index=[2], preprocess=PLAIN)
    model = keras.Sequential([layers.Conv2D(4, 3), layers.GlobalAveragePooling2D(), layers.Dense(3)])
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(IMAGES / np.float32(255), LABELS, epochs=1, verbose=0, callbacks=[explain])
    assert not explain.failures
    assert [each.epoch for each in kept] == [1]
    assert kept[0].heatmaps["image 1"][0].class_index == 2
    assert kept[0].sheet().shape[2] == 3


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"images": []}, "Give 1 to 64 images to explain; not 0."),
        ({"methods": "grad-cams"}, "There is no method 'grad-cams'"),
        ({"methods": []}, "Name at least one method"),
        ({"every": 0}, "`every` must be a whole number of epochs from 1; not 0."),
        ({"after": None}, "Say what becomes of the maps: give `folder`, `tensorboard`, or a function `after`."),
        ({"class_index": [1, 2]}, "There are 1 images, but 2 classes to explain."),
    ],
)
def test_wrong_input_gets_a_sentence(given, sentence):
    with pytest.raises(ParameterError) as error:
        vislib.callbacks.Explain(**({"images": IMAGES[:1], "methods": "saliency", "after": print} | given))
    assert sentence in str(error.value)


def test_no_other_name():
    with pytest.raises(AttributeError, match="has no attribute 'Explains'"):
        vislib.callbacks.Explains  # noqa: B018

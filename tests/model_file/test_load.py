"""The whole safe path: good files give Keras's own predictions; what the look lets through and is too much, is
refused by a process of its own; nothing of the calling process changes."""

import importlib.util
import os
import threading
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
import tiny_models
from attacks import attacks_by_name, large_models
from costly_attacks import costly_attacks
from model_files import PLAIN, archive, hdf5, legacy, saved
from stopping import Stopped

import vislib
from vislib import ModelError
from vislib.model_file import child, keras_model, load, load_model_file  # noqa: F401  registers an activation

HERE = Path(__file__).parent
SUFFIXES = [".keras", ".h5"]
KERAS_CANNOT = {("operations", ".h5")}  # it drops an operation's axes there where there are several


def state_of_process():
    """What a file could change for everybody in this process."""
    config = keras.config
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return (
        config.epsilon(),
        config.floatx(),
        config.image_data_format(),
        config.backend(),
        str(config.dtype_policy()),
        dict(keras.saving.get_custom_objects()),
        environment,
        os.getcwd(),
        threading.active_count(),
        keras.Layer.add_weight,
    )


@pytest.fixture
def unchanged():
    before = state_of_process()
    yield
    assert state_of_process() == before


@pytest.fixture(scope="module")
def tried():
    """Digests of this module's own only, so that no test is spared its child."""
    kept = load._accepted.copy()
    load._accepted.clear()
    yield
    load._accepted.clear()
    load._accepted.update(kept)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("style", tiny_models.STYLES)
def test_every_style_same_predictions_as_in_keras(style, suffix, tmp_path):
    model = tiny_models.STYLES[style]()
    content = saved(model, suffix, tmp_path)
    if (style, suffix) in KERAS_CANNOT:
        with pytest.raises(ModelError, match=r"'Mean'.*save the model as \.keras"):
            load_model_file(content, trust=True)
        return
    shape = (8, *[side or tiny_models.SIDE for side in model.input_shape[1:3]], model.input_shape[3])
    inputs = np.random.default_rng(0).random(shape).astype(np.float32)
    loaded = load_model_file(content, trust=True)
    np.testing.assert_allclose(loaded.model(inputs), model(inputs), atol=1e-6)


def swishes():
    """Operations and layers of the same names, as in MobileNetV3, whose HDF5 file Keras cannot read."""
    layers = keras.layers
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, name="conv")(inputs)
    x = layers.Multiply()([x, layers.ReLU(6.0)(x + 3.0) * (1 / 6)])
    x = layers.Add()([x, 0.5 - x, -(x / 4)])
    x = layers.Concatenate()([x, keras.ops.relu6(x), keras.ops.concatenate([x, keras.ops.exp(x)], axis=-1)])
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x)))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_operations_named_as_layers_are(suffix, tmp_path):
    model = swishes()
    inputs = np.random.default_rng(0).normal(size=(4, 8, 8, 3)).astype(np.float32)
    loaded = load_model_file(saved(model, suffix, tmp_path), trust=True)
    np.testing.assert_allclose(loaded.model(inputs), model(inputs), atol=1e-6)


def test_slice_in_hdf5_is_refused_with_advice(tmp_path):
    inputs = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(2, 3)(inputs[..., :2])
    model = keras.Model(inputs, keras.layers.Dense(3)(keras.layers.GlobalAveragePooling2D()(x)))
    with pytest.raises(ModelError, match=r"'GetItem'.*save the model as \.keras"):
        load_model_file(saved(model, ".h5", tmp_path), trust=True)


def test_stranger_s_file_tried_in_a_child_then_classifies(tmp_path, patient_child, unchanged, tried):
    model = tiny_models.nested()
    path = tmp_path / "net.keras"
    path.write_bytes(saved(model, ".keras", tmp_path))
    seconds = []
    classifier = vislib.load_classifier(
        path, preprocess="0..1", labels=["a", "b", "c", "d"], progress=lambda gone, most: seconds.append((gone, most))
    )
    image = np.random.default_rng(1).integers(0, 256, (12, 12, 3), np.uint8)
    fitted = classifier.preprocess_input(classifier.resize(image)[None])
    given = {each.label: each.probability for each in classifier.predict(image, 4)}
    np.testing.assert_allclose([given[name] for name in "abcd"], np.asarray(model(fitted))[0], atol=1e-5)
    assert seconds
    assert seconds == sorted(seconds)
    assert classifier.key.startswith("net-")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_good_file_accepted_by_the_child(suffix, tmp_path, monkeypatch):
    path = tmp_path / f"net{suffix}"
    path.write_bytes(saved(tiny_models.nested(), suffix, tmp_path))
    monkeypatch.setattr(keras.Layer, "add_weight", keras.Layer.add_weight)  # put back after the child's part
    assert child.verdict(path) is None


def test_child_is_the_module_of_that_name():
    assert (*load._CHILD[:1], importlib.util.find_spec(load._CHILD[1]).origin) == ("-m", child.__file__)


def test_file_accepted_before_not_tried_again(monkeypatch, tried):
    calls = []
    monkeypatch.setattr(load, "check_in_child", lambda path, progress: calls.append(path))
    content = archive(PLAIN)
    load_model_file(content)
    load_model_file(content)
    assert len(calls) == 1


def test_file_that_changed_while_it_was_tried_refused(monkeypatch, tried):
    monkeypatch.setattr(load, "check_in_child", lambda path, progress: path.write_bytes(b"another"))
    with pytest.raises(ModelError, match="changed its own file"):
        load_model_file(archive({**PLAIN, "x": 1}))


SAMPLE_OF_ATTACKS = ["lambda naming set_epsilon", "popen", "external link", "3 GB of weights"]
"""All of them, with what they take: python -m benchmarks.attacks"""


@pytest.mark.parametrize("name", SAMPLE_OF_ATTACKS)
def test_attack_refused_by_the_child_with_the_same_sentence(
    name, tmp_path, monkeypatch, patient_child, unchanged, tried
):
    elsewhere, temporary = tmp_path / "elsewhere" / "secret.h5", tmp_path / "temporary"
    elsewhere.parent.mkdir()
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    with h5py.File(elsewhere, "w") as file:
        file["secret"] = [1.0]
    make, match = attacks_by_name(elsewhere)[name]
    with pytest.raises(ModelError, match=match):
        load_model_file(make())
    assert list(temporary.iterdir()) == []
    assert list(elsewhere.parent.iterdir()) == [elsewhere]


COSTLY = [
    "17 million classes",
    "49 million of float64",
    "orthogonal start of 49 million",
    "separable convolution, wide inside",
    "kernels of 100 × 100",
    "pooling of 400 × 400",
]


@pytest.mark.parametrize("name", [*large_models(), *COSTLY])
def test_far_too_large_model_refused_before_it_is_allocated(name, tmp_path, monkeypatch):
    make, match = (large_models() | costly_attacks())[name]
    content = make()
    path = tmp_path / f"model{'.keras' if content.startswith(b'PK') else '.h5'}"
    path.write_bytes(content)
    monkeypatch.setattr(keras.Layer, "add_weight", keras.Layer.add_weight)  # put back after the child's part
    refused = child.verdict(path)
    assert refused is not None
    assert match.removesuffix("param") in refused


def test_child_that_needs_too_much_memory_only_costs_a_sentence(monkeypatch, tmp_path, patient_child, unchanged, tried):
    """The limits of the system hold, whatever the look and the counts let through."""
    monkeypatch.setattr(load, "_CHILD", (str(HERE / "greedy_child.py"),))
    with pytest.raises(ModelError, match="too much memory or crashes"):
        load_model_file(archive({**PLAIN, "greedy": 1}))


def test_look_that_never_ends_is_ended(monkeypatch, tmp_path, patient_child, unchanged, tried):
    monkeypatch.setattr(load, "_CHILD", (str(HERE / "circling_child.py"),))
    with pytest.raises(ModelError, match="takes too long"):
        load_model_file(archive({**PLAIN, "circles": 1}))


def test_child_that_hangs_is_ended(monkeypatch, tmp_path, unchanged, tried):
    monkeypatch.setattr(load, "_CHILD", (str(HERE / "sleeping_child.py"),))
    monkeypatch.setattr(load, "SECONDS", 0.5)
    with pytest.raises(ModelError, match="takes too long"):
        load_model_file(archive({**PLAIN, "sleeps": 1}))


def test_cancelled_by_progress_child_ended_nothing_left(monkeypatch, tmp_path, unchanged, tried):
    monkeypatch.setattr(load, "_CHILD", (str(HERE / "sleeping_child.py"),))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def progress(gone, most):
        raise Stopped

    with pytest.raises(Stopped):
        load_model_file(archive({**PLAIN, "cancelled": 1}), progress=progress)
    assert list(tmp_path.iterdir()) == []


def test_not_a_file_said(tmp_path):
    with pytest.raises(ModelError, match=r"nothing\.keras cannot be read: No such file"):
        vislib.load_classifier(tmp_path / "nothing.keras")


def test_uncompiled_even_where_the_file_says_how_it_was_trained(tmp_path):
    model = tiny_models.conv_relu()
    model.compile("adam", "categorical_crossentropy")
    loaded = load_model_file(saved(model, ".keras", tmp_path), trust=True)
    assert not loaded.model.compiled


def test_h5_config_limits_hold_in_the_trusted_path_too():
    with pytest.raises(ModelError, match="Lambda"):
        load_model_file(
            hdf5(legacy({**PLAIN, "config": {"layers": [{"class_name": "Lambda", "config": {}}]}})), trust=True
        )

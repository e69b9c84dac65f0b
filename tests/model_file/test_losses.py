"""The loss in a model file: its name is read, nothing of it is run, and it says what linear outputs mean."""

import io
import json
import zipfile

import h5py
import numpy as np
import pytest

from vislib import load_classifier
from vislib.backend import keras
from vislib.model_file import load_model_file
from vislib.model_file.losses import losses_of
from vislib.tasks import Task

layers, losses = keras.layers, keras.losses
BOTH = pytest.mark.parametrize("suffix", [".keras", ".h5"])


def two_heads():
    inputs = keras.Input((8, 8, 3))
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(3, 3)(inputs))
    return keras.Model(inputs, [layers.Dense(3, name="kind")(x), layers.Dense(2, name="size")(x)])


def one_head(units: int = 3):
    inputs = keras.Input((8, 8, 3))
    return keras.Model(inputs, layers.Dense(units)(layers.GlobalAveragePooling2D()(layers.Conv2D(3, 3)(inputs))))


def saved(model, loss, path):
    model.compile(loss=loss)
    model.save(path)
    return path


def own(true, predicted):
    return keras.ops.mean(true - predicted)


@BOTH
@pytest.mark.parametrize(
    ("loss", "task"),
    [
        ("mse", Task.REGRESSION),
        (losses.mean_absolute_error, Task.REGRESSION),
        (losses.Huber(), Task.REGRESSION),
        (losses.SparseCategoricalCrossentropy(from_logits=True), Task.CLASSIFICATION),
        (losses.BinaryCrossentropy(from_logits=True), Task.MULTI_LABEL),
        (own, Task.UNKNOWN),
    ],
)
def test_linear_outputs_are_what_the_loss_in_the_file_says(loss, task, suffix, tmp_path):
    classifier = load_classifier(saved(one_head(), loss, tmp_path / f"net{suffix}"), preprocess="0..1", trust=True)
    assert classifier.task is task
    if task is not Task.UNKNOWN:
        assert "was trained with the loss" in classifier.network.head.reason


@BOTH
@pytest.mark.parametrize(
    "loss",
    [
        {"kind": losses.CategoricalCrossentropy(from_logits=True), "size": "mse"},
        [losses.CategoricalCrossentropy(from_logits=True), losses.mean_squared_error],
    ],
    ids=["by name", "in order"],
)
def test_each_of_several_outputs_has_its_loss(loss, suffix, tmp_path):
    path = saved(two_heads(), loss, tmp_path / f"net{suffix}")
    tasks = [load_classifier(path, preprocess="0..1", trust=True, output=name).task for name in ("kind", "size")]
    assert tasks == [Task.CLASSIFICATION, Task.REGRESSION]


def test_task_that_is_said_counts_more_than_the_loss(tmp_path):
    path = saved(one_head(), "mse", tmp_path / "net.keras")
    assert load_classifier(path, preprocess="0..1", trust=True, task="classification").task is Task.CLASSIFICATION


def test_logits_of_a_file_with_a_loss_are_those_of_keras(tmp_path):
    model = one_head()
    path = saved(model, "mse", tmp_path / "net.keras")
    pixels = np.random.default_rng(0).integers(0, 255, (8, 8, 3)).astype(np.uint8)
    found = load_classifier(path, preprocess="0..1", trust=True).logits(pixels)
    np.testing.assert_allclose(found, model(pixels[None] / np.float32(255))[0], atol=1e-5)


@pytest.mark.parametrize("compiled", [None, [], "mse", {}, {"loss": None}, {"loss": 3}, {"loss": {"class_name": 5}}])
def test_settings_without_a_loss_have_none(compiled):
    assert losses_of(compiled) is None


@pytest.mark.parametrize("damaged", ["", "{", "[" * 100_000, "3", b"\xff\xfe"])
def test_damaged_settings_of_training_do_not_refuse_the_model(damaged, tmp_path):
    path = saved(one_head(), "mse", tmp_path / "net.h5")
    with h5py.File(path, "r+") as file:
        file.attrs["training_config"] = damaged
    assert load_model_file(path, trust=True).loss is None


def test_loss_that_names_code_is_a_name_only(tmp_path):
    path = saved(one_head(), "mse", tmp_path / "net.keras")
    evil = {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"}
    content = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "config.json":
                config = json.loads(data)
                config["compile_config"]["loss"] = evil
                data = json.dumps(config).encode()
            new.writestr(name, data)
    file = load_model_file(content.getvalue(), trust=True)
    assert file.loss == "system"
    assert load_classifier(file, preprocess="0..1").task is Task.UNKNOWN

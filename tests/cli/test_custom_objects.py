"""The command line's --trust --custom-objects: a model with custom classes, with every command that loads one."""

import subprocess
import sys
from pathlib import Path

import keras
import pytest

from vislib.cli import main

ROOT = Path(__file__).parents[2]
CAT = str(ROOT / "sample_images/cat.jpg")
_MODULE = """
import keras

@keras.saving.register_keras_serializable(package="mine")
class Twice(keras.layers.Layer):
    def call(self, x):
        return 2 * x

class Plain(keras.layers.Layer):
    def call(self, x):
        return x + 1

class WithTrainStep(keras.Model):
    def train_step(self, data):
        return super().train_step(data)

def shifted_relu(x):
    return keras.ops.relu(x - 0.1)
"""
_MAKE = """
import keras
import my_layers
layers = keras.layers
inputs = keras.Input((32, 32, 3))
x = layers.Conv2D(6, 3, activation=my_layers.shifted_relu)(my_layers.Plain()(my_layers.Twice()(inputs)))
x = layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x))
model = my_layers.WithTrainStep(inputs, x)
model.compile("adam", "mse")
model.save("own.keras")
model.save("own.h5")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder with a module and files of a model that uses it, made in another process."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "my_layers.py").write_text(_MODULE)
    subprocess.run([sys.executable, "-c", _MAKE], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
def run(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    known = keras.saving.get_custom_objects()
    before = dict(known)

    def run(*arguments: object) -> tuple[int, str, str]:
        status = main.main([str(argument) for argument in arguments])
        return status, *capsys.readouterr()

    yield run
    known.clear()
    known.update(before)
    sys.modules.pop("my_layers", None)


OWN = ("--preprocess", "0..1", "--trust", "--custom-objects")


@pytest.mark.parametrize("module", ["my_layers", "my_layers.py"])
@pytest.mark.parametrize("name", ["own.keras", "own.h5"])
def test_predict_with_a_module_by_name_or_path(name, module, run):
    status, out, err = run("predict", CAT, "--model", name, *OWN, module)
    assert (status, err) == (0, "")
    assert len(out.splitlines()) == 3


def test_refused_without_it_with_the_way_on(run):
    status, _, err = run("predict", CAT, "--model", "own.keras", "--trust", "--preprocess", "0..1")
    assert status == 2
    assert "--trust --custom-objects my_module.py" in err


COMMANDS = {
    "predict": ("predict", CAT),
    "explain": ("explain", CAT, "--method", "grad-cam", "--out", "map.png"),
    "compare": ("compare", CAT, "--method", "saliency,grad-cam", "--out", "maps.png"),
    "trust": ("trust", CAT, "--method", "grad-cam"),
    "batch": ("batch", str(ROOT / "sample_images/digits"), "--out", "results"),
    "maximize": ("maximize", "--class", "0", "--steps", "2", "--out", "class.png"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_that_loads_a_model(command, run):
    status, _, err = run(*COMMANDS[command], "--model", "own.keras", *OWN, "my_layers.py")
    assert status == 0, err


@pytest.mark.parametrize("command", COMMANDS)
def test_module_that_is_not_there_said(command, run):
    status, _, err = run(*COMMANDS[command], "--model", "own.keras", *OWN, "nothing.py")
    assert status == 2
    assert "The module 'nothing.py' with the custom objects cannot be imported" in err


def test_needs_trust_because_it_runs_code(run, folder):
    (folder / "loud.py").write_text("print('ran')")
    status, out, err = run("predict", CAT, "--model", "own.keras", "--custom-objects", "loud.py")
    assert (status, out) == (2, "")
    assert "runs the code of that module" in err
    assert "--trust" in err


def test_is_for_a_model_file(run):
    status, _, err = run("predict", CAT, "--trust", "--custom-objects", "my_layers.py")
    assert status == 2
    assert "--custom-objects is for a model file" in err


def test_not_for_a_cluster_whose_workers_do_not_have_it(run):
    status, _, err = run(*COMMANDS["batch"], "--engine", "ray", "--model", "own.keras", *OWN, "my_layers.py")
    assert status == 2
    assert "--engine local" in err

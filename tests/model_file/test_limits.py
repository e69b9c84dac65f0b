"""How large a file may be: the network's own weights count, and a server's operator says how many."""

import io
import subprocess
import sys
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from keras2_files import image_model, images
from model_files import archive, saved, weights

from vislib import ModelError
from vislib.errors import ParameterError
from vislib.model_file import limits, load_model_file
from vislib.model_file.hdf5 import check_hdf5

ROOT = Path(__file__).parents[2]


def trained(dense: int) -> keras.Model:
    """A network with a large dense layer, compiled, with Adam's state of twice the weights."""
    model = image_model(keras.layers.Conv2D(dense, 1), keras.layers.Conv2D(dense, 1))
    model.compile("adam", "categorical_crossentropy")
    model.optimizer.build(model.trainable_variables)
    return model


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_optimizer_state_does_not_count_and_is_not_loaded(suffix, tmp_path, monkeypatch):
    model = trained(400)  # 0.66 MB of weights
    content = saved(model, suffix, tmp_path)
    assert len(content) > 3 * 4 * model.count_params()
    monkeypatch.setenv(limits.VARIABLE, "1")
    loaded = load_model_file(content, trust=True).model
    np.testing.assert_array_equal(loaded(images()), model(images()))
    assert not loaded.compiled


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_more_weights_than_the_limit_refused_with_the_variable(suffix, tmp_path, monkeypatch):
    content = saved(image_model(keras.layers.Conv2D(300, 3), keras.layers.Conv2D(300, 3)), suffix, tmp_path)
    monkeypatch.setenv(limits.VARIABLE, "1")
    with pytest.raises(ModelError, match=r"250,000 numbers besides an optimizer's state.*VISLIB_MAX_MODEL_MB"):
        load_model_file(content, trust=True)
    monkeypatch.setenv(limits.VARIABLE, "4")
    load_model_file(content, trust=True)


def test_file_of_more_than_weights_and_state_told_to_leave_the_state_out(monkeypatch, tmp_path):
    monkeypatch.setenv(limits.VARIABLE, "1")
    with pytest.raises(
        ModelError, match=r"13 MB are accepted.*load_model\(path, compile=False\)\.save\('lean\.keras'\)"
    ):
        load_model_file(b"PK" + bytes(14_000_000), trust=True)


def test_the_line_of_the_sentence_leaves_the_state_out(tmp_path):
    path = tmp_path / "whole.keras"
    trained(400).save(path)
    keras.models.load_model(path, compile=False).save(tmp_path / "lean.keras")
    assert (tmp_path / "lean.keras").stat().st_size < path.stat().st_size / 2
    load_model_file(tmp_path / "lean.keras", trust=True)


@pytest.mark.parametrize("text", ["0", "-1", "many", "1e3", "1.5", "9999999"])
def test_limit_that_is_no_number_of_mb_said(text, monkeypatch):
    monkeypatch.setenv(limits.VARIABLE, text)
    with pytest.raises(ParameterError, match=r"VISLIB_MAX_MODEL_MB is a whole number of MB"):
        load_model_file(archive(), trust=True)


def test_on_a_persons_own_machine_vgg_16_is_within_the_limit(monkeypatch):
    monkeypatch.delenv(limits.VARIABLE)
    assert limits.max_parameters() > 138_357_544
    assert limits.max_file_bytes() > 3 * 4 * 138_357_544


def claims(name: str) -> h5py.File:
    """Weights with an array of 3 GB under a path; it takes no room, as nothing is written."""

    def fill(file):
        file.create_dataset(name, (750_000_000,), np.float32, chunks=(1_000_000,), compression="gzip")

    return h5py.File(io.BytesIO(weights(fill)))


@pytest.mark.parametrize("name", ["optimizer/vars/2", "layers/base/optimizer/vars/2", "optimizer_weights/adam/m:0"])
def test_state_of_an_optimizer_at_any_depth_does_not_count(name):
    check_hdf5(claims(name))


@pytest.mark.parametrize(
    "name", ["layers/optimizer/vars/2", "layers/dense/optimizer", "model_weights/optimizer/vars/2"]
)
def test_layer_of_that_name_does_count(name):
    with pytest.raises(ModelError, match="besides an optimizer's state"):
        check_hdf5(claims(name))


_MEASURED = """
import sys
import numpy as np
from vislib.backend import keras
from vislib.model_file import load_model_file

def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))

keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])(np.zeros((1, 4)))
models = []  # all stay, so that none loads into memory that another has freed
for path in sys.argv[1:]:
    open("/proc/self/clear_refs", "w").write("5")
    before = peak()
    models.append(load_model_file(path, trust=True).model)
    print((peak() - before) * 1024 / (4 * models[-1].count_params()))
"""


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="only Linux tells a process's peak of memory")
def test_peak_of_memory_is_less_than_twice_the_weights(tmp_path):
    """With Adam's state in the file, and most weights in one layer, as in VGG-16: plain Keras takes five times."""
    inputs = keras.Input((4, 4, 3))
    x = keras.layers.Dense(3_000)(keras.layers.GlobalAveragePooling2D()(inputs))
    model = keras.Model(
        inputs, keras.layers.Dense(3, activation="softmax")(keras.layers.Dense(1_000)(keras.layers.Dense(3_000)(x)))
    )
    model.compile("adam", "categorical_crossentropy")
    model.optimizer.build(model.trainable_variables)
    paths = [str(tmp_path / f"model{suffix}") for suffix in (".keras", ".h5")]
    for path in paths:
        model.save(path)
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, *paths], cwd=ROOT, capture_output=True, text=True, check=True
    )
    shares = [float(line) for line in done.stdout.split()]
    assert len(shares) == 2
    assert max(shares) < 2


def test_initializers_are_those_of_the_file_again(tmp_path):
    given = keras.initializers.TruncatedNormal(stddev=0.3, seed=4)
    model = image_model(keras.layers.Conv2D(4, 3, kernel_initializer=given, name="own"))
    loaded = load_model_file(saved(model, ".keras", tmp_path), trust=True).model
    assert type(loaded.get_layer("own").kernel_initializer) is keras.initializers.TruncatedNormal
    assert loaded.to_json() == keras.models.load_model(tmp_path / "saved.keras", compile=False).to_json()


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_file_without_some_of_the_weights_refused(suffix, tmp_path):
    content = io.BytesIO(saved(image_model(), ".h5", tmp_path))
    if suffix == ".keras":
        part = weights(lambda file: file.__delitem__("layers/dense"))
        with pytest.raises(ModelError, match="dense"):
            load_model_file(archive(content=part), trust=True)
        return
    with h5py.File(content, "r+") as file:
        del file["model_weights/scores"].attrs["weight_names"]
        file["model_weights/scores"].attrs["weight_names"] = []
    with pytest.raises(ModelError, match="expected 2 layers, found 1 saved"):
        load_model_file(content.getvalue(), trust=True)

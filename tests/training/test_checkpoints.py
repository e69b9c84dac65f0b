"""Networks as files: whole or not there, without what only training needs."""

import numpy as np
import pytest

from vislib.backend import keras
from vislib.errors import ParameterError
from vislib.training import TrainingOptions, build, check_model_path, save_model, train


def test_checkpoint_is_the_best_network_without_optimiser(stripes, tmp_path):
    path = tmp_path / "best.keras"
    result = train("cifar-small", stripes, TrainingOptions(epochs=2), checkpoint=path)
    loaded = keras.models.load_model(path)
    assert all(np.array_equal(a, b) for a, b in zip(loaded.get_weights(), result.model.get_weights(), strict=True))
    assert not loaded.compiled
    assert [entry.name for entry in tmp_path.iterdir()] == ["best.keras"]


def test_weights_alone_are_about_as_large_as_their_numbers(stripes, tmp_path):
    path = tmp_path / "digits.weights.h5"
    result = train("digits", stripes, TrainingOptions(epochs=1, n_images=40), checkpoint=path)
    assert path.stat().st_size < 4 * result.model.count_params() + 100_000


def test_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "net.keras"
    model = build("cifar-small")
    save_model(model, path)
    before = path.read_bytes()

    def fail(target):
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(model, "save", fail)
    with pytest.raises(ParameterError, match="cannot be written: No space left"):
        save_model(model, path)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["net.keras"]


@pytest.mark.parametrize(
    ("name", "says"),
    [("net.h5", "saved as .keras, .weights.h5; not as 'net.h5'"), ("no/net.keras", "there is no folder")],
)
def test_path_that_cannot_be_written_is_refused_before_training(stripes, tmp_path, name, says):
    with pytest.raises(ParameterError, match=says):
        check_model_path(tmp_path / name)
    with pytest.raises(ParameterError, match=says):
        train("cifar-small", stripes, checkpoint=tmp_path / name)

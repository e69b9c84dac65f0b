"""The command line never prints a traceback unasked: any error is one sentence and an exit status."""

import pytest
import tiny_models

from vislib import load_classifier
from vislib.backend import keras
from vislib.cli import main, running

COMMAND = ["predict", "sample_images/cat.jpg"]


class Fails(keras.layers.Layer):
    def call(self, inputs):
        if not isinstance(inputs, keras.KerasTensor):
            raise RuntimeError("no such thing as a free lunch")
        return inputs

    def compute_output_spec(self, inputs):
        return keras.KerasTensor(inputs.shape, inputs.dtype)


@pytest.fixture(autouse=True)
def _in_root(samples, monkeypatch):
    monkeypatch.chdir(samples.parent)
    monkeypatch.delenv("VISLIB_DEBUG", raising=False)


@pytest.fixture
def broken(monkeypatch):
    """Makes loading a classifier raise an error, as a fault in vislib would."""

    def break_with(error: BaseException) -> None:
        def load(*_, **__):
            raise error

        monkeypatch.setattr(running, "load_classifier", load)

    return break_with


def test_error_of_any_kind_is_one_sentence(broken, capsys):
    broken(KeyError("first line\nthe reason"))
    assert main.main(COMMAND) == main.UNEXPECTED == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("vislib: unexpected: ")
    assert "(KeyError). Please report it" in err
    assert "--debug" in err


def test_error_without_a_message_is_a_sentence_too(broken, capsys):
    broken(AssertionError())
    assert main.main(COMMAND) == 1
    assert capsys.readouterr().err.startswith("vislib: unexpected: no message (AssertionError).")


@pytest.mark.parametrize("arguments", [["--debug", *COMMAND], [*COMMAND, "--debug"]])
def test_debug_shows_the_traceback_that_the_sentence_asks_for(broken, capsys, arguments):
    broken(ValueError("why"))
    assert main.main(arguments) == 1
    err = capsys.readouterr().err
    assert err.startswith("Traceback (most recent call last)")
    assert err.splitlines()[-1].startswith("vislib: unexpected: why (ValueError).")


@pytest.mark.parametrize(("value", "shown"), [("1", True), ("0", False), ("", False)])
def test_debug_by_the_environment(broken, capsys, monkeypatch, value, shown):
    broken(ValueError("why"))
    monkeypatch.setenv("VISLIB_DEBUG", value)
    assert main.main(COMMAND) == 1
    assert ("Traceback" in capsys.readouterr().err) is shown


def test_stopped_by_ctrl_c(broken, capsys):
    broken(KeyboardInterrupt())
    assert main.main(COMMAND) == 130
    assert capsys.readouterr().err == "vislib: stopped.\n"


@pytest.mark.parametrize("command", [COMMAND, ["explain", COMMAND[1], "--method", "grad-cam", "--out", "map.png"]])
def test_failing_layer_is_a_sentence(monkeypatch, capsys, command):
    inputs = keras.Input((12, 12, 3))
    x = keras.layers.Conv2D(4, 3)(Fails(name="own")(inputs))
    model = keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(keras.layers.GlobalMaxPooling2D()(x)))
    classifier = load_classifier(model, preprocess=tiny_models.PLAIN)
    monkeypatch.setattr(running, "load_classifier", lambda *_, **__: classifier)
    assert main.main(command) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "layer 'own' (Fails): RuntimeError, “no such thing as a free lunch”" in err

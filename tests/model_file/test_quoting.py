"""What Keras says is wrong is quoted from its end, where its reason is."""

import pytest
from keras2_files import each_layer, image_model, keras2_file

from vislib import ModelError
from vislib.model_file import load_model_file
from vislib.model_file.quoting import reason_of

LONG = "config={" + "'key': 1, " * 500 + "}"


@pytest.mark.parametrize(
    ("message", "quoted"),
    [
        ("too small", "'too small'"),
        (f"Error when deserializing {LONG}.\n\nException encountered: no such key\n", "'no such key'"),
        (f"Exception encountered: {LONG}\n\nException encountered: the last.", "'the last'"),
        (
            "Exception encountered when calling X.call().\n\n\x1b[1mshapes differ\x1b[0m\n\nArguments received by X: a",
            "'Exception encountered when calling X.call(). shapes differ'",
        ),
        (f"no class 'A'. Full object config: {LONG}", "'no class 'A''"),
        ("", "'ValueError'"),
    ],
)
def test_reason_behind_what_is_quoted_from_the_file(message, quoted):
    assert reason_of(ValueError(message)) == quoted


def test_long_reason_keeps_its_end():
    quoted = reason_of(ValueError("x" * 1000 + " and so it fails"))
    assert quoted.startswith("'…")
    assert quoted.endswith("and so it fails'")
    assert len(quoted) < 260


def test_setting_that_keras_does_not_know_is_named(tmp_path):
    path = keras2_file(image_model(), tmp_path / "m.h5", each_layer("Conv2D", no_such_setting=7))
    with pytest.raises(ModelError, match=r"^Keras cannot load the model: '.*no_such_setting.*'\.$"):
        load_model_file(path, trust=True)

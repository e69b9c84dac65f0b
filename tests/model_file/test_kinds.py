"""What is no .keras or .h5 model: its own sentence, and the lines that it names make a file that loads."""

import json
import pickle
import re
import zipfile

import keras
import numpy as np
import pytest
from keras2_files import SIDE, image_model, images
from model_files import METADATA, PLAIN, saved, weights

import vislib
from vislib import ModelError
from vislib.model_file import load_model_file
from vislib.model_file.kinds import MODEL_SUFFIXES


def refusal(path) -> str:
    """The same sentence for a path as text, as a Path, and with preprocessing."""
    with pytest.raises(ModelError) as caught:
        vislib.load_classifier(str(path), preprocess="0..1")
    with pytest.raises(ModelError) as again:
        vislib.load_classifier(path)
    assert str(again.value) == str(caught.value)
    sentence = str(caught.value)
    assert sentence.isprintable()
    assert "built-in" not in sentence
    assert len(sentence) < 700
    return sentence


CONTENTS = {
    "model.tflite": (b"\x1c\0\0\0TFL3\0\0", "TensorFlow Lite"),
    "frozen.pb": (b"\x0a\x12\x0a\x05", "TensorFlow graph"),
    "model.onnx": (b"\x08\x07\x12\x07pytorch", "ONNX"),
    "model.pkl": (pickle.dumps({"a": 1}), "a pickle"),
    "model.joblib": (pickle.dumps([1, 2]), "joblib"),
    "model.pt": (b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", "PyTorch"),
    "model.pth": (pickle.dumps([1]), "PyTorch"),
    "model.safetensors": (b"\x10\0\0\0\0\0\0\0\xff", "safetensors"),
    "model.ckpt": (b"\0\0\0\0", "TensorFlow checkpoint"),
    "model.json": (json.dumps(PLAIN).encode(), "architecture"),
    "model.h5": (b"<!DOCTYPE html><html>", "web page"),
    "model.keras": (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
    "notes.keras": (b"hello", r"neither"),
    "model.zip": ({"archive/data.pkl": b"", "archive/version": b"3"}, "PyTorch"),
    "saved.zip": ({"m/saved_model.pb": b""}, "SavedModel"),
    "arrays.npz": ({"a.npy": b""}, "arrays"),
    "inside.zip": ({"download/my.h5": b"x"}, r"zip archive with 'download/my\.h5'"),
    "tm.zip": ({"model.json": b"{}", "weights.bin": b""}, r"TensorFlow\.js"),
    "other.zip": ({"word/document.xml": b""}, r"no config\.json"),
}


def write(path, content):
    if isinstance(content, dict):
        with zipfile.ZipFile(path, "w") as file:
            for name, inner in content.items():
                file.writestr(name, inner)
    else:
        path.write_bytes(content)


@pytest.mark.parametrize("name", CONTENTS)
def test_kind_of_file_said(name, tmp_path):
    content, says = CONTENTS[name]
    write(tmp_path / name, content)
    assert re.search(says, refusal(tmp_path / name))


def test_content_decides_not_the_name(tmp_path):
    model = image_model()
    for name in ("model.bin", "model", "model.h5", "model.zip", "model.pb"):
        (tmp_path / name).write_bytes(saved(model, ".keras", tmp_path))
        np.testing.assert_array_equal(load_model_file(tmp_path / name, trust=True).model(images()), model(images()))


def test_folder_with_a_saved_model_said(tmp_path):
    (tmp_path / "variables").mkdir()
    (tmp_path / "saved_model.pb").write_bytes(b"x")
    assert "a folder with a SavedModel" in refusal(tmp_path)


def test_unpacked_keras_file_is_packed_again_as_the_sentence_says(tmp_path):
    folder = tmp_path / "my.keras"
    folder.mkdir()
    contents = {"config.json": json.dumps(PLAIN), "metadata.json": METADATA, "model.weights.h5": weights()}
    for name, content in contents.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    assert "that was unpacked. Pack config.json, metadata.json and model.weights.h5 into a zip" in refusal(folder)
    with zipfile.ZipFile(tmp_path / "model.keras", "w") as archive:
        for name in contents:
            archive.write(folder / name, name)
    load_model_file(tmp_path / "model.keras", trust=True)


def test_folder_with_a_model_in_it_names_the_model(tmp_path):
    (tmp_path / "my.h5").write_bytes(b"")
    assert refusal(tmp_path).endswith("In it: 'my.h5'.")


def test_mistyped_path_names_what_is_near(tmp_path):
    (tmp_path / "flowers.keras").write_bytes(b"")
    (tmp_path / "readme.txt").write_bytes(b"")
    sentence = refusal(tmp_path / "flowrs.keras")
    assert "No such file" in sentence
    assert sentence.endswith("In that folder: 'flowers.keras'.")


def test_folder_that_is_not_there_said(tmp_path):
    assert f"No such file, and no folder {tmp_path / 'nowhere'}" in refusal(tmp_path / "nowhere" / "m.keras")


def test_name_without_a_folder_that_ends_as_a_model_is_a_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for suffix in MODEL_SUFFIXES:
        with pytest.raises(ModelError, match="No such file"):
            vislib.load_classifier(f"my{suffix}")


@pytest.mark.parametrize("name", ["resnet5", "ResNet-50", "efficientnet-lite"])
def test_mistyped_name_of_a_built_in_network_gives_the_near_ones(name):
    with pytest.raises(ModelError, match=r"no built-in network.*The nearest are: .*There are: "):
        vislib.load_classifier(name)


def test_weights_alone_the_lines_of_the_sentence_make_a_model(tmp_path):
    for name in ("m.weights.h5", "m.h5"):
        path = tmp_path / name
        if name == "m.h5":
            path.write_bytes(weights_in_the_older_form(tmp_path))
        else:
            image_model().save_weights(path)
        says = (
            "Build the network with your own code, then in Python: model.load_weights(path); model.save('model.keras')."
        )
        assert says in refusal(path)
        model = keras.models.clone_model(image_model())
        model.load_weights(path)
        model.save(tmp_path / "model.keras")
        assert_same_as_original(tmp_path / "model.keras")


def weights_in_the_older_form(folder) -> bytes:
    """What Keras 2's save_weights writes: the group of weights of a whole model, at the top."""
    import h5py

    image_model().save(folder / "whole.h5")
    with h5py.File(folder / "whole.h5") as whole, h5py.File(folder / "alone.h5", "w") as alone:
        for name in whole["model_weights"]:
            whole.copy(f"model_weights/{name}", alone)
        for name, value in whole["model_weights"].attrs.items():
            alone.attrs[name] = value
    return (folder / "alone.h5").read_bytes()


def assert_same_as_original(path):
    np.testing.assert_array_equal(load_model_file(path, trust=True).model(images()), image_model()(images()))


def test_architecture_the_lines_of_the_sentence_make_a_model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path, weights_path = tmp_path / "m.json", tmp_path / "m.weights.h5"
    path.write_text(image_model().to_json())
    image_model().save_weights(weights_path)
    sentence = refusal(path)
    exec(
        sentence.split("in Python: ")[1].removesuffix("."), {"keras": keras, "path": path, "weights_path": weights_path}
    )
    assert_same_as_original(tmp_path / "model.keras")


def test_pickle_the_line_of_the_sentence_makes_a_model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "m.pkl"
    path.write_bytes(pickle.dumps(image_model()))
    line = refusal(path).split("is in it: ")[1].split(", or joblib")[0]
    exec(line, {"pickle": pickle, "path": path})
    assert_same_as_original(tmp_path / "model.keras")


def test_arrays_the_lines_of_the_sentence_make_a_model(tmp_path):
    np.savez(tmp_path / "m.npz", *image_model().get_weights())
    assert "model.set_weights, then model.save('model.keras')" in refusal(tmp_path / "m.npz")
    model = keras.models.clone_model(image_model())
    model.set_weights(list(np.load(tmp_path / "m.npz").values()))
    model.save(tmp_path / "model.keras")
    assert_same_as_original(tmp_path / "model.keras")


def test_code_of_ones_own_the_line_of_the_sentence_loads_it(tmp_path):
    class Twice(keras.layers.Layer):
        def call(self, x):
            return 2 * x

    class Once(Twice):
        pass

    path = tmp_path / "own.keras"
    model = image_model(Twice(), Once())
    model.save(path)
    sentence = refusal(path)
    line = sentence.split("load it in Python: ")[1].split("; or on")[0]
    assert line == (
        "vislib.load_classifier(keras.models.load_model(path, custom_objects={'Twice': Twice, 'Once': Once}))"
    )
    names = {"vislib": vislib, "keras": keras, "path": path, "Twice": Twice, "Once": Once}
    classifier = eval(line.replace("}))", "}), preprocess='0..1')"), names)
    assert classifier.input_size == (SIDE, SIDE)


def test_lambda_the_line_of_the_sentence_loads_it(tmp_path):
    path = tmp_path / "lambda.keras"
    image_model(keras.layers.Lambda(lambda x: 2 * x, output_shape=(SIDE, SIDE, 6))).save(path)
    line = refusal(path).split("load it in Python: ")[1].split(", with the version of Python")[0]
    assert "safe_mode=False" in line
    classifier = eval(
        line.replace("False))", "False), preprocess='0..1')"), {"vislib": vislib, "keras": keras, "path": path}
    )
    assert classifier.input_size == (SIDE, SIDE)


def test_operation_of_unbounded_work_the_line_of_the_sentence_loads_it(tmp_path):
    path = tmp_path / "fold.keras"
    inputs = keras.Input((SIDE, SIDE, 3))
    x = keras.layers.GlobalAveragePooling2D()(keras.ops.image.extract_patches(inputs, 4))
    keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(x)).save(path)
    line = refusal(path).split("load it in Python: ")[1].removesuffix(".")
    classifier = eval(
        line.replace("path))", "path), preprocess='0..1')"), {"vislib": vislib, "keras": keras, "path": path}
    )
    assert classifier.input_size == (SIDE, SIDE)

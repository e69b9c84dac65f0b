"""Model files that are no whole Keras models: what each is, and the lines that make a .keras file of it."""

import difflib
import itertools
from collections.abc import Iterable
from pathlib import Path

from vislib.errors import ModelError, listed
from vislib.language import sentences, text
from vislib.model_file.quoting import shown

_MOST_NAMES = 1_000
_FROM_SAVED_MODEL = text(
    "Save the Keras model itself in the program that made it: model.save('model.keras'). If Keras 2 wrote the folder, "
    "tf_keras reads it, in an environment of its own: tf_keras.models.load_model(folder).save('model.h5')."
)
_REBUILD = text(
    "vislib looks inside Keras models. Build the same network in Keras, copy the weights with layer.set_weights, then "
    "model.save('model.keras')."
)
_KERAS_PICKLE = text(
    "vislib does not open it, because it runs code when it is opened. If you made it and a Keras model is in it: "
    "pickle.load(open(path, 'rb')).save('model.keras'), or joblib.load(path).save('model.keras'). A model of "
    "scikit-learn or PyTorch has no Keras layers to look into."
)
_TORCH = sentences(text("The file is a PyTorch model (.pt, .pth)."), _REBUILD)
_TFLITE = text(
    "The file is a TensorFlow Lite model (.tflite), in which only computations are left, without "
    "Keras's layers. Take the Keras model from which it was converted: model.save('model.keras')."
)
_SENTENCES = {
    ".tflite": _TFLITE,
    ".lite": _TFLITE,
    ".pb": sentences(
        text(
            "The file is a TensorFlow graph (.pb), which holds TensorFlow's computations without Keras's layers, so "
            "vislib cannot look inside (keras.layers.TFSMLayer can only run it)."
        ),
        _FROM_SAVED_MODEL,
    ),
    ".onnx": sentences(text("The file is an ONNX model."), _REBUILD),
    ".pkl": sentences(text("The file is a pickle."), _KERAS_PICKLE),
    ".pickle": sentences(text("The file is a pickle."), _KERAS_PICKLE),
    ".joblib": sentences(text("The file is a joblib pickle."), _KERAS_PICKLE),
    ".pt": _TORCH,
    ".pth": _TORCH,
    ".safetensors": sentences(text("The file holds weights alone (safetensors)."), _REBUILD),
    ".caffemodel": sentences(text("The file is a Caffe model."), _REBUILD),
    ".mlmodel": sentences(text("The file is a Core ML model."), _REBUILD),
    ".ckpt": text(
        "The file is a TensorFlow checkpoint: weights alone, which Keras 3 does not read. Build the "
        "network with tf_keras (Keras 2), in an environment of its own: model.load_weights(path); "
        "model.save('model.h5')."
    ),
    ".npz": text(
        "The file holds arrays (.npz), not a model. Build the network with your own code, set the "
        "arrays with model.set_weights, then model.save('model.keras')."
    ),
    ".json": text(
        "The file is a network's architecture (JSON) without weights. With the file of its weights, "
        "in Python: model = keras.models.model_from_json(open(path).read()); "
        "model.load_weights(weights_path); model.save('model.keras')."
    ),
}
MODEL_SUFFIXES = (".keras", ".h5", ".hdf5", ".zip", *_SENTENCES)
"""Endings of names that are files of models, not built-in networks."""

_BY_START = (
    (b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", ".pt"),
    (b"\x80\x02", ".pkl"),
    (b"\x80\x03", ".pkl"),
    (b"\x80\x04", ".pkl"),
    (b"\x80\x05", ".pkl"),
    (b"{", ".json"),
)
_WEB_PAGE = text(
    "The file is a web page, not a model: probably a download page was saved in its place. "
    "Download the .keras or .h5 file itself."
)
_LFS = text(
    "The file is a Git LFS pointer, not the model itself. Fetch the model with `git lfs pull` in "
    "the repository from which it comes."
)
_NO_MODEL = text(
    "The file is not a model that Keras saved: it is neither a .keras archive nor an HDF5 file "
    "(.h5). Save the model in Python with model.save('model.keras')."
)


def weights_alone() -> str:
    """The sentence on a file of weights that Keras saved."""
    return text(
        "The file holds weights without the model. Build the network with your own code, then in "
        "Python: model.load_weights(path); model.save('model.keras')."
    )


def other_kind(start: bytes, suffix: str = "") -> str:
    """The sentence on a file that is neither a zip archive nor HDF5.

    Args:
        start: Its first bytes.
        suffix: The end of its name, which decides where the bytes do not.
    """
    if start[4:8] == b"TFL3":
        return _TFLITE
    plain = start[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if plain.startswith((b"<!doctype html", b"<html")):
        return _WEB_PAGE
    if plain.startswith(b"version https://git-lfs"):
        return _LFS
    by_start = next((kind for mark, kind in _BY_START if plain.startswith(mark) or start.startswith(mark)), "")
    pickled = suffix.lower() in (".joblib", ".pt", ".pth", ".pickle") and by_start == ".pkl"
    return _SENTENCES.get(suffix.lower() if pickled or not by_start else by_start, _NO_MODEL)


def other_archive(names: Iterable[str]) -> str:
    """The sentence on a zip archive without the members of a .keras file.

    Args:
        names: Its members.
    """
    every = list(itertools.islice(names, _MOST_NAMES))
    ends = {Path(name).name for name in every}
    if "data.pkl" in ends:
        return _TORCH
    if "saved_model.pb" in ends:
        return sentences(
            text(
                "The zip file holds a SavedModel, which holds TensorFlow's computations without Keras's layers, so "
                "vislib cannot look inside (keras.layers.TFSMLayer can only run it)."
            ),
            _FROM_SAVED_MODEL,
        )
    inside = [name for name in every if name.lower().endswith((".keras", ".h5", ".hdf5"))]
    if inside:
        return text(
            "The file is a zip archive with {files} in it. Unpack it, and load that file.",
            files=listed(map(shown, inside), 3),
        )
    if every and all(name.endswith(".npy") for name in every):
        return _SENTENCES[".npz"]
    if "model.json" in ends:
        return sentences(text("The zip file holds a TensorFlow.js model."), _TENSORFLOW_JS)
    return text(
        "The file is a zip archive, but not one that Keras saved: it has no config.json. Save the "
        "model in Python with model.save('model.keras')."
    )


_TENSORFLOW_JS = text(
    "Take the Keras model from which it was converted: model.save('model.keras'). Teachable "
    "Machine offers it as TensorFlow, Keras (.h5)."
)


def check_path(path: Path) -> None:
    """Refuses a path that is no file.

    Raises:
        ModelError: If there is none, with names that are near; or if it is a folder, with what the folder is.
    """
    if path.is_dir():
        raise ModelError(_folder(path))
    if not path.exists():
        raise ModelError(_missing(path))


def _folder(path: Path) -> str:
    names = _names_in(path)
    if "saved_model.pb" in names or "saved_model.pbtxt" in names:
        return sentences(
            text(
                "{path} is a folder with a SavedModel, which holds TensorFlow's computations without Keras's layers, "
                "so vislib cannot look inside (keras.layers.TFSMLayer can only run it).",
                path=path,
            ),
            _FROM_SAVED_MODEL,
        )
    if {"config.json", "model.weights.h5"} <= set(names):
        return text(
            "{path} is a .keras file that was unpacked. Pack config.json, metadata.json and "
            "model.weights.h5 into a zip file again, without the folder around them, and name it "
            "model.keras.",
            path=path,
        )
    if "model.json" in names:
        return sentences(text("{path} is a folder with a TensorFlow.js model.", path=path), _TENSORFLOW_JS)
    inside = [name for name in names if name.lower().endswith((".keras", ".h5", ".hdf5"))]
    return sentences(
        text("{path} is a folder; a .keras or .h5 file is needed.", path=path),
        text("In it: {files}.", files=listed(map(shown, inside), 5)) if inside else "",
    )


def _missing(path: Path) -> str:
    if not path.parent.is_dir():
        return text("{path} cannot be read: No such file, and no folder {folder}.", path=path, folder=path.parent)
    names = _names_in(path.parent)
    near = difflib.get_close_matches(path.name, names, 3, 0.6)
    near += [name for name in names if name.lower().endswith((".keras", ".h5", ".hdf5")) and name not in near]
    return sentences(
        text("{path} cannot be read: No such file.", path=path),
        text("In that folder: {files}.", files=listed(map(shown, near), 5)) if near else "",
    )


def _names_in(folder: Path) -> list[str]:
    try:
        return sorted(each.name for each in itertools.islice(folder.iterdir(), _MOST_NAMES))
    except OSError:
        return []

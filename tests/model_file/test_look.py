"""The first look at a model file: attacks, damage and what is no model are refused; good files pass."""

import io
import json
import zipfile
from pathlib import Path

import h5py
import pytest
from attacks import attacks_by_name, with_layer
from costly_attacks import costly_attacks, long_chain, multiplying
from model_files import CONV, DENSE, METADATA, PLAIN, POOL, archive, hdf5, layer, legacy, sequential, weights

from vislib import ModelError
from vislib.model_file.look import look, suffix_of

NAMES = list(attacks_by_name(Path("/elsewhere")))


def look_at(content: bytes, folder: Path) -> None:
    path = folder / f"model{suffix_of(content[:8])}"
    path.write_bytes(content)
    look(path)


def assert_refused(content, match, folder):
    with pytest.raises(ModelError, match=match) as caught:
        look_at(content, folder)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert sentence.isprintable()
    assert len(sentence) < 500


@pytest.fixture
def elsewhere(tmp_path_factory) -> Path:
    """A file outside the folder of the model, which attacks try to read."""
    path = tmp_path_factory.mktemp("elsewhere") / "secret.h5"
    with h5py.File(path, "w") as file:
        file["secret"] = [1.0, 2.0, 3.0, 4.0]
    return path


@pytest.mark.parametrize("name", NAMES)
def test_attack_refused_with_a_sentence_nothing_touched(name, elsewhere, tmp_path):
    make, match = attacks_by_name(elsewhere)[name]
    before = elsewhere.read_bytes()
    assert_refused(make(), match, tmp_path)
    assert elsewhere.read_bytes() == before
    assert [path.stem for path in tmp_path.iterdir()] == ["model"]
    assert list(elsewhere.parent.iterdir()) == [elsewhere]


COSTLY = [
    name for name, (_, match) in costly_attacks().items() if "units" in match or "called" in match or "Seq" in match
]


@pytest.mark.parametrize("name", COSTLY)
def test_costly_configuration_refused_by_the_look(name, tmp_path):
    make, match = costly_attacks()[name]
    assert_refused(make(), match, tmp_path)


def test_as_many_calls_as_families_have_pass(tmp_path):
    for config in (multiplying(3, 10), multiplying(1, 1_000), long_chain(900)):
        look_at(archive(config), tmp_path)


@pytest.mark.parametrize(
    "content",
    [archive(), hdf5(legacy(PLAIN)), archive(compression=zipfile.ZIP_DEFLATED)],
    ids=["keras", "h5", "deflated"],
)
def test_plain_model_passes(content, tmp_path):
    look_at(content, tmp_path)


def test_compiled_model_how_it_was_trained_passed_over(tmp_path):
    """Keras drops it with compile=False, so that a loss of one's own does not stand in the way."""
    look_at(archive({**PLAIN, "compile_config": {"loss": {"class_name": "MyLoss", "module": "mine"}}}), tmp_path)


@pytest.mark.parametrize("size", [0, 1, 3, 100, 1000, -100, -1])
@pytest.mark.parametrize("content", [archive(), hdf5(legacy(PLAIN))], ids=["keras", "h5"])
def test_truncated_refused(content, size, tmp_path):
    assert_refused(content[:size], "empty|neither|damaged|no config", tmp_path)


def zipped(**members) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return packed.getvalue()


NO_MODEL = {
    "text": (b"hello", "neither a .keras archive nor an HDF5 file"),
    "pickle": (b"\x80\x04\x95", "a pickle"),
    "other zip": (zipped(**{"word/document.xml": "<x/>"}), "no config.json"),
    "no weights": (zipped(**{"config.json": "{}", "metadata.json": METADATA}), "each once"),
    "weights only": (hdf5(), "weights without the model|no Keras model"),
    "weights of keras 3": (weights(), "weights without the model"),
    "config no json": (archive(b"{"), "not JSON"),
    "config no text": (archive(b"\xff\xfe\xfd"), "not JSON"),
    "config a list": (archive([1, 2]), "not that of a Keras model"),
    "config a layer": (archive(DENSE), "a 'Dense', not a Keras model"),
    "h5 config a number": (hdf5("{}", lambda file: file.attrs.__setitem__("model_config", 3)), "not text"),
    "h5 config an array": (hdf5("{}", lambda file: file.attrs.__setitem__("model_config", [b"a"])), "not a text"),
    "weights no hdf5": (archive(content=b"zeros"), "damaged"),
}


@pytest.mark.parametrize(("content", "match"), NO_MODEL.values(), ids=NO_MODEL)
def test_no_model_said_what_is_wrong(content, match, tmp_path):
    assert_refused(content, match, tmp_path)


def test_names_from_the_file_cut_and_made_printable(tmp_path):
    assert_refused(archive(with_layer("Evil\n\x1b[31m" + "x" * 1000)), r"Evil\?\?\[31mx+…", tmp_path)


def test_operation_with_axes_in_h5_told_to_save_as_keras(tmp_path):
    """Keras drops the axes where there are several."""
    content = legacy(sequential(CONV, layer("Sum", {"name": "sum", "axis": [1, 2], "keepdims": True}), POOL, DENSE))
    assert_refused(hdf5(content), r"'Sum'.*save the model as \.keras", tmp_path)


def test_operation_in_h5_passes(tmp_path):
    look_at(hdf5(legacy(sequential(CONV, layer("Add", {"name": "add"}), POOL, DENSE))), tmp_path)


def test_layer_of_the_same_name_as_an_operation_in_h5_passes(tmp_path):
    look_at(hdf5(legacy(sequential(CONV, layer("Add", {"trainable": True, "dtype": "float32"})))), tmp_path)


def test_settings_of_training_left_out_at_any_depth(tmp_path):
    """They may name functions; Keras would look them up for a model inside the model, even with compile=False."""
    function = {"module": "keras.config", "class_name": "function", "config": "set_epsilon", "registered_name": None}
    inner = {**PLAIN, "compile_config": {"loss": function}}
    path = tmp_path / "model.keras"
    path.write_bytes(archive(sequential(inner, DENSE)))
    assert "compile_config" not in json.dumps(look(path).config)


def test_config_with_a_mark_of_encoding_or_in_utf_16_read_as_keras_reads_it(tmp_path):
    assert_refused(archive(json.dumps(with_layer("Lambda")).encode("utf-16")), "Lambda", tmp_path)

"""Labels from Python objects: the same names in the same order as from the file that holds them."""

import json

import numpy as np
import pandas as pd
import pytest
import tiny_models

from vislib import ModelError, VislibWarning, load_classifier, read_labels
from vislib.model.labels import labels_and_note, labels_of

PETS = ("cat", "dog", "hen")


@pytest.mark.parametrize(
    "given",
    [
        ["cat", "dog", "hen"],
        ("cat", "dog", "hen"),
        {"hen": 2, "cat": 0, "dog": 1},
        {0: "cat", 2: "hen", 1: "dog"},
        {"0": "cat", "2": "hen", "1": "dog"},
        {np.int64(1): "dog", np.int64(0): "cat", np.int64(2): "hen"},
        {"hen": np.int32(3), "cat": np.int32(1), "dog": np.int32(2)},
        {1: b"cat", 2: b"dog", 3: b"hen"},
        [b"cat", b"dog", b"hen"],
        np.array(["cat", "dog", "hen"]),
        np.array([b"cat", b"dog", b"hen"]),
        np.array(["cat", "dog", "hen"], object),
        pd.Index(["cat", "dog", "hen"]),
        pd.Series(["cat", "dog", "hen"]),
        pd.Series(["hen", "cat", "dog"], index=[2, 0, 1]),
        pd.Series({"hen": 2, "cat": 0, "dog": 1}),
        pd.Categorical(["cat", "dog", "hen"]).categories,
        {"cat": 0, "dog": 1, "hen": 2}.keys(),
        {0: ("n01", "cat"), 1: ("n02", "dog"), 2: ("n03", "hen")},
        (name for name in PETS),
        b"cat\ndog\nhen",
    ],
    ids=lambda given: f"{type(given).__name__} {given!r}"[:40],
)
def test_every_form_same_names(given):
    assert labels_of(given) == PETS


def test_load_classifier_takes_class_indices():
    given = {"d": 3, "a": 0, "c": 2, "b": 1}
    classifier = load_classifier(tiny_models.conv_relu(), preprocess="0..1", labels=given)
    assert classifier.labels == ("a", "b", "c", "d")
    assert classifier.class_index("c") == 2


def test_numbers_as_names():
    assert labels_of([7, 8]) == labels_of(np.array([7, 8])) == ("7", "8")


def test_same_name_twice_told_apart_as_in_a_file():
    given = ["crane", "dog", "crane"]
    assert labels_of(given) == read_labels(json.dumps(given).encode()) == ("crane (0)", "dog", "crane (2)")


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"cat", "dog"}, r"A set has no order.*sorted\(labels\)"),
        (frozenset(PETS), "A set has no order"),
        ({0: "cat", 2: "dog"}, "not 0 to 1 or 1 to 2"),
        ({"cat": 0, "dog": 0}, "not 0 to 1 or 1 to 2"),
        ({"cat": "dog"}, "with numbers must be"),
        ({0: "cat", "one": "dog"}, "with numbers must be"),
        ({"cat": True, "dog": False}, "with numbers must be"),
        (["cat", None], "text; not 'None'"),
        (["cat", float("nan")], "text; not 'nan'"),
        (["cat", ""], "no name for class 1"),
        (["cat", {"x": 1}], "text; not"),
        (np.array([["cat", "dog"]]), "in one row"),
        (pd.DataFrame({"name": PETS}), "in one row"),
        (7, "in one row"),
        ([], "0 labels"),
        ({}, "0 labels"),
    ],
)
def test_what_is_no_labels_one_sentence(given, match):
    with pytest.raises(ModelError, match=match):
        labels_of(given)


def test_way_on_for_a_set_works():
    assert labels_of(sorted({"hen", "dog", "cat"})) == PETS


class TestFiles:
    @pytest.mark.parametrize(
        "content",
        [
            b"1 cat\n2 dog\n3 hen",
            b"1: cat\n3: hen\n2: dog",
            b"1. cat\n2. dog\n3. hen\n",
            b"cat: 0\ndog: 1\nhen: 2",
            b"hen = 3\ncat = 1\ndog = 2",
            b"0: 'cat'\n1: \"dog\"\n2: hen",
            b"- cat\n- dog\n- hen",
            b"# my pets\ncat\ndog\n#\nhen\n# the end",
            b"# number, name\n0, cat\n1, dog\n2, hen",
            b"number,name\n1,cat\n2,dog\n3,hen",
            b'{"1": "cat", "2": "dog", "3": "hen"}',
            b'{"cat": 1, "dog": 2, "hen": 3}',
        ],
    )
    def test_form_same_names(self, content):
        assert read_labels(content) == PETS

    def test_names_that_begin_with_numbers_are_names(self):
        assert read_labels(b"1 euro\n2 euro\n3 euro") == ("1 euro", "2 euro", "3 euro")
        assert read_labels(b"10 euro\n20 euro") == ("10 euro", "20 euro")
        assert read_labels(b"#hash\n#tag") == ("#hash", "#tag")

    def test_latin_1_read_and_said(self, tmp_path):
        path = tmp_path / "labels.txt"
        path.write_bytes("Käse\nBrötchen\nÉclair".encode("latin-1"))
        with pytest.warns(VislibWarning, match=r"labels\.txt is not UTF-8, .*Latin-1: “Käse”\. .*save it as UTF-8"):
            assert read_labels(path) == ("Käse", "Brötchen", "Éclair")
        path.write_text("Käse\nBrötchen\nÉclair", encoding="utf-8")
        assert labels_and_note(path) == (("Käse", "Brötchen", "Éclair"), "")

    def test_windows_quotes_read(self):
        with pytest.warns(VislibWarning, match="Latin-1"):
            assert read_labels("l’été\nhiver".encode("cp1252")) == ("l’été", "hiver")

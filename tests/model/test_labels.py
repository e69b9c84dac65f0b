"""Labels from the files that people have: what they may look like, and what is said of what cannot be read."""

import json

import pytest

from vislib import ModelError, load_classifier, read_labels

PETS = ("cat", "dog", "hen")


@pytest.mark.parametrize(
    "content",
    [
        b"cat\ndog\nhen",
        b"cat\r\ndog\r\nhen\r\n\r\n",
        b"cat\rdog\rhen\r",
        b"\xef\xbb\xbfcat\ndog\nhen\n",
        "cat\ndog\nhen".encode("utf-16"),
        b"0: cat\n1: dog\n2: hen",
        b"2 hen\n0 cat\n1 dog",
        b"0,cat\n1,dog\n2,hen\n",
        b"index,label\n0,cat\n1,dog\n2,hen\n",
        b"label;index\n".replace(b";", b",") + b"cat,0\nhen,2\ndog,1\n",
        b'"cat"\n"dog"\n"hen"',
        b"cat, dog, hen",
        b'["cat", "dog", "hen"]',
        b'{"0": "cat", "2": "hen", "1": "dog"}',
        b'{"dog": 1, "cat": 0, "hen": 2}',
        b'{"0": ["n01", "cat"], "1": ["n02", "dog"], "2": ["n03", "hen"]}',
    ],
)
def test_read_labels_every_usual_form_same_names(content):
    assert read_labels(content) == PETS


def test_read_labels_from_a_path(tmp_path):
    path = tmp_path / "pets.txt"
    path.write_text("Käse\n犬\nhen house, red", encoding="utf-8")
    assert read_labels(path) == ("Käse", "犬", "hen house, red")


def test_read_labels_with_commas_in_names_one_a_line():
    assert read_labels(b"tabby, tabby cat\ntiger cat, striped\n") == ("tabby, tabby cat", "tiger cat, striped")


def test_read_labels_same_name_twice_told_apart_by_number():
    assert read_labels(b"crane\ndog\ncrane") == ("crane (0)", "dog", "crane (2)")


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "empty"),
        (b" \n \n", "empty"),
        (b"a\nb\n\xff\x81\xfd", "not text in UTF-8 or Latin-1: line 3 has the byte 0x81"),
        (b"\x00\x01\x02", "not text"),
        (b"cat\n\ndog", "no name for class 1"),
        (b'{"0": "cat", "2": "dog"}', "numbers are not 0 to 1 or 1 to 2"),
        (b'{"a": "cat"}', "labels with numbers must be"),
        (b'["cat", {"x": 1}]', "a label must be text"),
        (b'["cat", true]', "a label must be text"),
        (b'["cat", "dog"', "damaged"),
        (b"[" * 100_000, "damaged"),
        (b"a" * 201, "longer than 200"),
        (b"cat\nd\x1bog", "cannot be printed"),
        (b"x" * 5_000_001, "at most 5 MB"),
        (json.dumps([str(n) for n in range(100_001)]).encode(), "100,001 labels"),
    ],
)
def test_read_labels_bad_file_said_what_is_wrong(content, match):
    with pytest.raises(ModelError, match=match) as caught:
        read_labels(content)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


def test_read_labels_field_longer_than_csv_takes_refused():
    with pytest.raises(ModelError, match="class 0 is longer than 200 letters"):
        read_labels(b"x" * 200_000 + b",y\n1,2\n")


def test_read_labels_missing_file_said(tmp_path):
    with pytest.raises(ModelError, match=r"none\.txt cannot be read"):
        read_labels(tmp_path / "none.txt")


def test_load_classifier_takes_labels_from_a_file(tmp_path):
    import tiny_models

    path = tmp_path / "labels.csv"
    path.write_text("0,a\n1,b\n2,c\n3,d\n")
    assert load_classifier(tiny_models.conv_relu(), preprocess="0..1", labels=path).labels == ("a", "b", "c", "d")
    path.write_text("a\nb\nc")
    with pytest.raises(ModelError, match="has 4 classes, but 3 labels"):
        load_classifier(tiny_models.conv_relu(), preprocess="0..1", labels=path)


def test_latin_1_file_whose_only_other_letter_is_a_space_is_refused_in_a_sentence():
    with pytest.raises(ModelError, match="letters that cannot be printed"):
        read_labels(b"tabby\xa0cat\ndog\n")

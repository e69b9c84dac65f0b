"""Data sets from a local directory: every form is read, every fault is a sentence."""

import gzip
import shutil
import socket
from pathlib import Path
from urllib.error import URLError

import numpy as np
import pytest
from PIL import Image

from vislib.errors import DatasetError, ParameterError, VislibError
from vislib.training import DATASETS, Dataset, load_dataset, load_image_folder, why_missing

IMAGES = np.random.default_rng(0).integers(0, 256, (12, 28, 28), np.uint8)
LABELS = np.arange(12, dtype=np.uint8) % 10


def _idx(values: np.ndarray) -> bytes:
    return bytes((0, 0, 8, values.ndim)) + np.array(values.shape, ">u4").tobytes() + values.tobytes()


def _write_mnist(folder, name="{part}-{kind}-idx{n}-ubyte", pack=bytes, **replaced) -> None:
    for part, images, labels in (("train", IMAGES, LABELS), ("t10k", IMAGES[:5], LABELS[:5])):
        contents = {"images": _idx(images), "labels": _idx(labels)}
        for kind, content in contents.items():
            content = replaced.get(f"{part}_{kind}", content)
            if content is not None:
                n = 3 if kind == "images" else 1
                (folder / name.format(part=part, kind=kind, n=n)).write_bytes(pack(content))


def _write_classes(folder, labels, n_images, size=(8, 6)) -> None:
    for index, label in enumerate(labels):
        (folder / label).mkdir(parents=True)
        for number in range(n_images):
            Image.new("RGB", size, (index * 20, number * 10, 0)).save(folder / label / f"{number:02}.png")


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("{part}-{kind}-idx{n}-ubyte", bytes),
        ("{part}-{kind}-idx{n}-ubyte.gz", gzip.compress),
        ("{part}-{kind}.idx{n}-ubyte", bytes),
    ],
)
def test_idx_files_are_read_in_every_spelling(tmp_path, name, pack):
    _write_mnist(tmp_path, name, pack)
    dataset = load_dataset("mnist", tmp_path)
    assert np.array_equal(dataset.train_images[..., 0], IMAGES)
    assert np.array_equal(dataset.test_labels, LABELS[:5])
    assert dataset.image_shape == (28, 28, 1)


def test_directory_comes_from_the_environment(tmp_path, monkeypatch):
    (tmp_path / "mnist").mkdir()
    _write_mnist(tmp_path / "mnist")
    monkeypatch.setenv("VISLIB_DATA_DIR", str(tmp_path))
    assert len(load_dataset("mnist").train_labels) == 12


def test_npz_is_read(tmp_path):
    pictures = np.zeros((10, 32, 32, 3), np.uint8)
    labels = np.arange(10)[:, None]
    np.savez(tmp_path / "cifar10.npz", x_train=pictures, y_train=labels, x_test=pictures, y_test=labels)
    dataset = load_dataset("cifar10", tmp_path)
    assert dataset.train_labels.tolist() == list(range(10))
    assert len(load_dataset("cifar10", tmp_path / "cifar10.npz").labels) == 10


def test_class_folders_are_read_as_cifar10(tmp_path):
    for part in ("train", "test"):
        _write_classes(tmp_path / part, DATASETS["cifar10"].labels, 2, (32, 32))
    dataset = load_dataset("cifar10", tmp_path)
    assert dataset.train_images.shape == (20, 32, 32, 3)
    assert dataset.train_images[7, 0, 0].tolist() == [60, 10, 0]


@pytest.mark.parametrize(
    ("replaced", "says"),
    [
        ({"train_images": _idx(IMAGES)[:-1]}, "train-images-idx3-ubyte is truncated"),
        ({"train_images": _idx(IMAGES) + b"x"}, "is longer than its header says"),
        ({"train_images": b"\x00\x00\x0d\x03"}, "is no IDX file of images: it begins with 00 00 0d 03"),
        ({"train_images": _idx(LABELS)}, "is no IDX file of images"),
        ({"train_images": b"\x00\x00\x08\x03\x00"}, "is truncated"),
        ({"t10k_labels": b""}, "begins with nothing"),
        ({"t10k_labels": None}, "has no t10k-labels-idx1-ubyte"),
        ({"train_labels": _idx(LABELS[:-1])}, "train images of mnist are 12, but there are 11 labels"),
        ({"train_labels": _idx(LABELS + np.uint8(5))}, "labels from 5 to 14; with 10 classes they must be from 0 to 9"),
        ({"train_images": _idx(IMAGES[:, :20])}, "differ in shape"),
        ({"train_images": gzip.compress(_idx(IMAGES))[:-9]}, "gzip file is damaged or ends too early"),
    ],
)
def test_idx_fault_is_explained(tmp_path, replaced, says):
    _write_mnist(tmp_path, **replaced)
    with pytest.raises(DatasetError, match=says):
        load_dataset("mnist", tmp_path)


def test_other_image_size_is_explained(tmp_path):
    _write_mnist(tmp_path, train_images=_idx(IMAGES[:, :20]), t10k_images=_idx(IMAGES[:5, :20]))
    with pytest.raises(DatasetError, match=r"Images of mnist are \(28, 28, 1\); these are \(20, 28, 1\)"):
        load_dataset("mnist", tmp_path)


def test_npz_fault_is_explained(tmp_path):
    (tmp_path / "mnist.npz").write_bytes(b"PK\x03\x04 no such thing")
    with pytest.raises(DatasetError, match=r"cannot be read as an \.npz"):
        load_dataset("mnist", tmp_path)
    np.savez(tmp_path / "mnist.npz", x_train=IMAGES)
    with pytest.raises(DatasetError, match="lacks y_train, x_test, y_test"):
        load_dataset("mnist", tmp_path)
    floats = IMAGES / 255
    np.savez(tmp_path / "mnist.npz", x_train=floats, y_train=LABELS, x_test=floats, y_test=LABELS)
    with pytest.raises(DatasetError, match=r"uint8; not .* float64"):
        load_dataset("mnist", tmp_path)
    np.savez(tmp_path / "mnist.npz", x_train=IMAGES, y_train=LABELS / 2, x_test=IMAGES, y_test=LABELS)
    with pytest.raises(DatasetError, match="need whole numbers"):
        load_dataset("mnist", tmp_path)


def test_missing_place_is_explained(tmp_path):
    with pytest.raises(DatasetError, match="no data set 'mnits'"):
        load_dataset("mnits")
    with pytest.raises(DatasetError, match="no directory"):
        load_dataset("mnist", tmp_path / "nowhere")
    with pytest.raises(DatasetError, match="mnist is not in"):
        load_dataset("mnist", tmp_path)
    (tmp_path / "cifar10-jpeg.tar.xz").write_bytes(b"")
    with pytest.raises(DatasetError, match=r"Unpack cifar10-jpeg.tar.xz first"):
        load_dataset("cifar10", tmp_path)


def test_missing_class_folder_is_named(tmp_path):
    for part in ("train", "test"):
        _write_classes(tmp_path / part, DATASETS["cifar10"].labels[:-1], 1, (32, 32))
    with pytest.raises(DatasetError, match="the difference: truck"):
        load_dataset("cifar10", tmp_path)


def test_image_folder_is_split_by_the_seed_in_every_class(tmp_path):
    _write_classes(tmp_path, ("cats", "dogs"), 10)
    first, again, other = (load_image_folder(tmp_path, (16, 20), 0.3, seed) for seed in (1, 1, 2))
    assert first.train_images.shape == (14, 16, 20, 3)
    assert np.bincount(first.test_labels).tolist() == [3, 3]
    assert np.array_equal(first.test_images, again.test_images)
    assert not np.array_equal(first.test_images, other.test_images)
    together = {tuple(image[0, 0]) for image in (*first.train_images, *first.test_images)}
    assert len(together) == 20


def test_image_folder_with_its_own_split_and_grey(tmp_path):
    _write_classes(tmp_path / "train", ("cats", "dogs"), 3)
    _write_classes(tmp_path / "validation", ("cats", "dogs"), 1)
    dataset = load_image_folder(tmp_path, (8, 8), channels=1)
    assert dataset.train_images.shape == (6, 8, 8, 1)
    assert dataset.test_labels.tolist() == [0, 1]


def test_image_folder_fault_is_explained(tmp_path):
    with pytest.raises(DatasetError, match="no folder"):
        load_image_folder(tmp_path / "nowhere", (8, 8))
    with pytest.raises(DatasetError, match="for each class, two or more; it has 0"):
        load_image_folder(tmp_path, (8, 8))
    _write_classes(tmp_path, ("cats", "dogs"), 2)
    with pytest.raises(ParameterError, match="`validation_share` must lie between 0 and 1"):
        load_image_folder(tmp_path, (8, 8), 1.0)
    (tmp_path / "dogs" / "00.png").write_bytes(b"not a picture")
    with pytest.raises(DatasetError, match=r"dogs/00\.png' cannot be used"):
        load_image_folder(tmp_path, (8, 8))
    (tmp_path / "dogs" / "00.png").unlink()
    with pytest.raises(DatasetError, match="at least two images"):
        load_image_folder(tmp_path, (8, 8))
    (tmp_path / "dogs" / "01.png").unlink()
    with pytest.raises(DatasetError, match="dogs' holds no images"):
        load_image_folder(tmp_path, (8, 8))


def test_only_keeps_the_classes_named_and_renumbers_them():
    images = np.arange(6, dtype=np.uint8).reshape(6, 1, 1, 1)
    labels = np.array([0, 1, 2, 0, 1, 2])
    dataset = Dataset("tiny", ("a", "b", "c"), images, labels, images, labels).only(("c", "a"))
    assert dataset.labels == ("c", "a")
    assert dataset.train_images.ravel().tolist() == [0, 2, 3, 5]
    assert dataset.train_labels.tolist() == [1, 0, 1, 0]
    with pytest.raises(VislibError, match="no class z"):
        dataset.only(("z",))


def test_zip_of_class_folders_is_as_the_folder(tmp_path):
    _write_classes(tmp_path / "pets", ("cats", "dogs"), 4)
    zipped = Path(shutil.make_archive(str(tmp_path / "pets"), "zip", tmp_path, "pets"))
    folder, archive = (load_image_folder(path, (8, 8)) for path in (tmp_path / "pets", zipped))
    assert (archive.name, archive.labels) == ("pets", ("cats", "dogs"))
    np.testing.assert_array_equal(archive.train_images, folder.train_images)
    np.testing.assert_array_equal(archive.test_labels, folder.test_labels)


def test_damaged_image_in_a_zip_is_named(tmp_path):
    _write_classes(tmp_path / "pets", ("cats", "dogs"), 2)
    zipped = Path(shutil.make_archive(str(tmp_path / "pets"), "zip", tmp_path, "pets"))
    content = bytearray(zipped.read_bytes())
    at = content.index(b"dogs/01.png") + 20
    content[at : at + 20] = bytes(20)
    zipped.write_bytes(content)
    with pytest.raises(DatasetError, match=r"dogs/01\.png' cannot be read; the archive is damaged there"):
        load_image_folder(zipped, (8, 8))


def test_why_missing_is_none_exactly_where_the_data_set_loads(tmp_path, monkeypatch):
    monkeypatch.setenv("VISLIB_DATA_DIR", str(tmp_path))
    said = why_missing("mnist")
    assert said is not None
    assert "mnist.npz" in said
    assert str(tmp_path) in said
    assert "download" not in said, "with a folder named, nothing is downloaded"
    (tmp_path / "mnist").mkdir()
    _write_mnist(tmp_path / "mnist")
    assert why_missing("mnist") is None
    assert why_missing("cifar10") is not None


def test_why_missing_looks_where_keras_downloads_to(tmp_path, monkeypatch):
    monkeypatch.delenv("VISLIB_DATA_DIR", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert "will try to download it into" in (why_missing("mnist") or "")
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "mnist.npz").touch()
    assert why_missing("mnist") is None


def test_failed_download_is_a_sentence_without_the_programs_words(monkeypatch):
    from vislib.backend import keras

    def no_network():
        try:
            raise URLError(socket.gaierror(-2, "Name or service not known"))
        except URLError:
            raise Exception("URL fetch failure on https://x: None -- [Errno -2]")  # noqa: B904 - as Keras does

    monkeypatch.delenv("VISLIB_DATA_DIR", raising=False)
    monkeypatch.setattr(keras.datasets.mnist, "load_data", no_network)
    with pytest.raises(DatasetError, match=r"no network.*mnist\.npz.*VISLIB_DATA_DIR") as caught:
        load_dataset("mnist")
    assert not any(word in str(caught.value) for word in ("Errno", "URL fetch", "--data-dir"))

"""Where a batch's images come from: folders, lists, Parquet, zips, arrays."""

import io
import zipfile

import numpy as np
import pytest

from vislib import VislibError
from vislib.batch import source_of
from vislib.errors import ImageError


def everything(source) -> list[tuple[str, str | None, tuple | None]]:
    found = []
    for number in range(len(source)):
        try:
            pixels = tuple(source[number].ravel()[:6])
        except ImageError:
            pixels = None
        found.append((source.title(number), source.label(number), pixels))
    return found


@pytest.fixture
def as_list(folder, tmp_path):
    lines = [f"images/class {n % 4}/{n:02d}.png\tclass {n % 4}" for n in range(5)]
    (tmp_path / "list.txt").write_text("\ufeff" + "\r\n".join([*lines, "", "gone.png"]), encoding="utf-8")
    return tmp_path / "list.txt"


@pytest.fixture
def as_parquet(folder, tmp_path):
    pandas = pytest.importorskip("pandas")
    path = tmp_path / "list.parquet"
    pandas.DataFrame(
        {"path": [str(folder / "class 0" / "00.png"), "images/class 1/01.png"], "label": [0, 1]}
    ).to_parquet(path)
    return path


@pytest.fixture
def as_zip(folder, tmp_path):
    with zipfile.ZipFile(tmp_path / "images.zip", "w") as archive:
        for path in sorted(folder.rglob("*.*")):
            archive.write(path, path.relative_to(folder.parent))
    return tmp_path / "images.zip"


def test_folder_sorted_with_its_folders_as_labels(folder, pictures):
    found = everything(source_of(folder))
    assert [title for title, _, _ in found] == sorted(title for title, _, _ in found)
    assert ("class 1/05.png", "class 1", tuple(pictures[5].ravel()[:6])) in found
    assert ("class 1/99.jpg", "class 1", None) in found
    assert len(found) == 25


def test_list_keeps_its_order_and_missing_files_are_unreadable(as_list, pictures):
    found = everything(source_of(as_list))
    assert [label for _, label, _ in found] == ["class 0", "class 1", "class 2", "class 3", "class 0", None]
    assert found[1][2] == tuple(pictures[1].ravel()[:6])
    assert found[5][2] is None


def test_parquet_paths_absolute_or_beside_it_and_labels_as_text(as_parquet, pictures):
    found = everything(source_of(as_parquet))
    assert [label for _, label, _ in found] == ["0", "1"]
    assert found[1][2] == tuple(pictures[1].ravel()[:6])


def test_zip_same_as_the_folder(folder, as_zip):
    assert everything(source_of(as_zip)) == everything(source_of(folder))


@pytest.mark.parametrize("kind", ["folder", "as_list", "as_zip"])
def test_piece_is_the_same_images(kind, request):
    source = source_of(request.getfixturevalue(kind))
    piece = source.piece(1, 5)
    assert everything(piece) == everything(source)[1:5]
    assert everything(piece.piece(1, 3)) == everything(source)[2:4]


def test_folder_linked_into_itself_entered_once(folder):
    (folder / "class 0" / "loop").symlink_to(folder)
    assert len(source_of(folder)) == 25


def test_digest_changes_with_a_file(folder, pictures):
    before = source_of(folder).digest
    assert source_of(folder).digest == before
    (folder / "class 0" / "00.png").write_bytes(b"other")
    assert source_of(folder).digest != before
    assert source_of(pictures, [1] * 23).digest != source_of(pictures, [2] * 23).digest


def test_arrays_grey_ones_too():
    found = source_of(np.zeros((3, 4, 4, 1), np.uint8), [0, None, "2"])
    assert found[0].shape == (4, 4, 3)
    assert [found.label(number) for number in range(3)] == ["0", None, "2"]


def test_source_stays_as_it_is():
    found = source_of(np.zeros((2, 4, 4, 3), np.uint8), ["a", None])
    assert source_of(found) is found


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.txt", b"\n \n", "names no images"),
        ("binary.txt", b"\xff\xfe\x00", "cannot be read as a text file"),
        ("zeros.txt", b"a\x00b", "contains bytes with the value 0"),
        ("no.parquet", b"PAR1", "cannot be read as a Parquet file"),
        ("no.zip", b"PK", "is not a zip file"),
        ("x.docx", b"", "not 'x.docx'"),
    ],
)
def test_list_that_is_none_refused(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(VislibError, match=words):
        source_of(tmp_path / name)


def test_parquet_without_paths_refused(tmp_path):
    pandas = pytest.importorskip("pandas")
    for frame, words in [
        ({"file": ["a"]}, "no column 'path'; it has file"),
        ({"path": np.array([], str)}, "no rows"),
        ({"path": ["a", None]}, "row without a path: row 1"),
        ({"path": [["a"]]}, "cannot be read as a Parquet file of paths"),
    ]:
        buffer = io.BytesIO()
        pandas.DataFrame(frame).to_parquet(buffer)
        (tmp_path / "l.parquet").write_bytes(buffer.getvalue())
        with pytest.raises(VislibError, match=words):
            source_of(tmp_path / "l.parquet")


def test_zip_without_images_is_called_a_zip_and_takes_one(tmp_path):
    path = tmp_path / "empty.zip"
    with zipfile.ZipFile(path, "w"):
        pass
    with pytest.raises(VislibError, match=r"^The zip empty\.zip holds no images .* Put image files into it"):
        source_of(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.write("sample_images/digits/3.png", "three/3.png")
    assert len(source_of(path)) == 1


def test_folder_without_images_refused(tmp_path):
    with pytest.raises(VislibError, match="holds no images"):
        source_of(tmp_path)
    with pytest.raises(VislibError, match="has its own labels"):
        source_of(tmp_path, [1])


@pytest.mark.parametrize("images", [[], np.zeros((0, 8, 8, 3), np.uint8)], ids=["list", "array"])
def test_given_list_of_no_images_is_called_empty(images):
    with pytest.raises(VislibError, match="The given list of images is empty"):
        source_of(images)

"""Zip files made to do harm, each refused with a sentence; good ones read without touching the disk."""

import io
import os
import stat
import zipfile

import pytest

from vislib import VislibError
from vislib.batch import source_of
from vislib.errors import ArchiveError
from vislib.images.archives import read_file, zip_folder


def zipped(members: dict[str, bytes], change=None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            if change:
                change(info)
            archive.writestr(info, content)
    return buffer.getvalue()


def as_link(info: zipfile.ZipInfo) -> None:
    info.external_attr = (stat.S_IFLNK | 0o777) << 16


def as_encrypted(content: bytes) -> bytes:
    at = content.index(b"PK\x01\x02") + 8
    return content[:at] + bytes([content[at] | 1]) + content[at + 1 :]


def claims(content: bytes, size: int) -> bytes:
    """The size that the directory tells for its only member, changed."""
    at = content.index(b"PK\x01\x02") + 24
    return content[:at] + size.to_bytes(4, "little") + content[at + 4 :]


def real_bomb(n_gigabytes: int) -> bytes:
    """A zip of some 10 MB that truly unpacks to so many gigabytes: a file of 45 MB of zeros, packed once and written
    again and again under new names."""
    size = 45 * 1024**2
    packed = zipped({"0.png": bytes(size)})
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        one = archive.infolist()[0]
        first = len(one.FileHeader())
        content = packed[first : first + one.compress_size]
    body, directory = io.BytesIO(), []
    n_files = n_gigabytes * 1024**3 // size + 1
    for number in range(n_files):
        info = zipfile.ZipInfo(f"cats/{number}.png")
        info.compress_type, info.CRC = zipfile.ZIP_DEFLATED, one.CRC
        info.file_size, info.compress_size, info.header_offset = size, len(content), body.tell()
        body.write(info.FileHeader() + content)
        directory.append(info)
    with zipfile.ZipFile(body, "a") as archive:
        archive.filelist = directory
        archive.start_dir, archive._didModify = body.tell(), True
    return body.getvalue()


HARMFUL = {
    "leads out": (lambda: zipped({"../../evil.png": b"x"}), r"'\.\./\.\./evil\.png' leads out of the folder"),
    "from the root": (lambda: zipped({"/etc/passwd": b"x"}), "leads out of the folder"),
    "by backslash": (lambda: zipped({"a\\..\\..\\evil.png": b"x"}), "leads out of the folder"),
    "of a drive": (lambda: zipped({"C:/evil.png": b"x"}), "leads out of the folder"),
    "round in circles": (lambda: zipped({"cats//1.png": b"x"}), "'cats//1.png' is not a path of folders and a file"),
    "slashes": (lambda: zipped({"//": b""}), "leads out of the folder"),
    "dots": (lambda: zipped({"cats/././1.png": b"x"}), "is not a path of folders and a file"),
    "no name": (lambda: zipped({"": b"x"}), "is not a path of folders and a file"),
    "deep": (lambda: zipped({"a/" * 20_000 + "1.png": b"x"}), "is more than 32 folders deep"),
    "link": (lambda: zipped({"cats/1.png": b"/etc/passwd"}, as_link), "is a link"),
    "encrypted": (lambda: as_encrypted(zipped({"cats/1.png": b"x"})), "is encrypted"),
    "nested": (lambda: zipped({"cats/more.ZIP": zipped({"a": b"x"})}), "is an archive inside the archive"),
    "large file": (lambda: zipped({"cats/1.png": bytes(51 * 1024**2)}), "would unpack to 51 MB; at most 50 MB"),
    "bomb": (
        lambda: claims(zipped({"cats/1.png": b"x"}), 2**32 - 2),
        r"would unpack to 4\.0 GB; at most 2 GB",
    ),
    "many small": (
        lambda: zipped(dict.fromkeys((f"c/{n}.png" for n in range(20_001)), b"")),
        "20,001 files; at most 20,000",
    ),
    "empty files": (
        lambda: zipped(dict.fromkeys((f"{n}.png" for n in range(100_000)), b"")),
        "100,000 files; at most 20,000",
    ),
    "nested by another name": (lambda: zipped({"a/b/c.tar.GZ": b"x"}), "is an archive inside the archive"),
    "real bomb": (lambda: real_bomb(10), r"would unpack to 10\.0 GB; at most 2 GB are accepted"),
    "no zip": (lambda: b"not a zip", "is not a zip file that can be read"),
    "empty": (lambda: b"", "is not a zip file that can be read"),
    "cut": (lambda: zipped({"cats/1.png": os.urandom(5000)})[:3000], "is not a zip file that can be read"),
}


@pytest.mark.parametrize("kind", HARMFUL)
def test_harmful_zip_is_refused_with_a_sentence(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make, sentence = HARMFUL[kind]
    with pytest.raises(ArchiveError, match=sentence):
        zip_folder(make(), "pets.zip")
    assert not list(tmp_path.iterdir()), "something was unpacked"


def test_real_bomb_is_what_it_claims():
    """Else its refusal would show nothing: unpacked without the checks, a member has its 45 MB."""
    content = real_bomb(1)
    assert len(content) < 3_000_000
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert len(archive.namelist()) == 23
        assert len(archive.read("cats/17.png")) == 45 * 1024**2


@pytest.mark.parametrize("kind", ["leads out", "link", "nested", "real bomb", "empty files"])
def test_harmful_zip_is_refused_as_a_batch_too(kind, tmp_path):
    make, sentence = HARMFUL[kind]
    (tmp_path / "pets.zip").write_bytes(make())
    with pytest.raises(ArchiveError, match=sentence):
        source_of(tmp_path / "pets.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["pets.zip"]


def test_size_told_too_small_reads_no_more_than_was_told():
    folder = zip_folder(claims(zipped({"cats/1.png": bytes(10_000_000)}), 10))
    with pytest.raises(zipfile.BadZipFile):
        (folder / "1.png").read_bytes()


def misplaced(content: bytes) -> bytes:
    """The directory, which is where it says, moved in the bytes: its member then begins before the file does."""
    return content[content.index(b"PK\x01\x02") :]


@pytest.mark.parametrize(
    "damage",
    [lambda content: claims(content, 10), misplaced, lambda content: content.replace(b"PK\x03\x04", b"PK\xff\x04")],
    ids=["size", "misplaced", "header"],
)
def test_damaged_member_refused_with_a_sentence_naming_it(damage):
    folder = zip_folder(damage(zipped({"cats/1.png": bytes(10_000_000), "dogs/1.png": b"x"})))
    with pytest.raises(ArchiveError, match=r"'1\.png' cannot be read; the file or its archive is damaged"):
        read_file(folder / "cats" / "1.png")


def test_zipped_folder_is_entered_and_hidden_files_left_out():
    folder = zip_folder(
        zipped({"pets/cats/1.png": b"c", "__MACOSX/pets/._1.png": b"", ".DS_Store": b"", "pets/dogs/2.png": b"d"})
    )
    assert sorted(entry.name for entry in folder.iterdir()) == ["cats", "dogs"]
    assert (folder / "dogs" / "2.png").read_bytes() == b"d"


def test_missing_file_is_a_sentence(tmp_path):
    with pytest.raises(VislibError, match=r"There is no file 'pets\.zip'"):
        zip_folder(tmp_path / "pets.zip")

"""Damage that knows a format: what is changed inside is packed again so that checksums and lengths are right."""

import contextlib
import io
import struct
import zipfile
import zlib
from collections.abc import Sequence

import numpy as np
from damage import damaged
from damaged_hdf5 import damaged_hdf5
from damaged_json import damaged_json

Random = np.random.Generator
_PNG = b"\x89PNG\r\n\x1a\n"
_DIRECTORY = b"PK\x01\x02"


def damaged_image(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """Anywhere in the file; or inside a PNG's chunks, whose checksums would give most damage away."""
    if content.startswith(_PNG) and random.integers(3):
        return _damaged_png(content, others, random)
    return damaged(content, others, random)


def _damaged_png(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    chunks, at = [], len(_PNG)
    while at + 12 <= len(content):
        (size,) = struct.unpack_from(">I", content, at)
        chunks.append((content[at + 4 : at + 8], content[at + 8 : at + 8 + size]))
        at += 12 + size
    for _ in range(random.integers(1, 3)):
        place = int(random.integers(len(chunks)))
        kind, inner = chunks[place]
        unpacked = _unpacked(inner) if kind == b"IDAT" and random.integers(2) else b""
        if unpacked:
            inner = zlib.compress(damaged(unpacked, (), random))
        elif inner:
            inner = damaged(inner, [one[1] for one in chunks if one[1]], random)
        if random.integers(5) == 0:
            chunks.insert(int(random.integers(len(chunks) + 1)), (kind, inner))
        else:
            chunks[place] = (kind, inner)
    return _PNG + b"".join(
        struct.pack(">I", len(inner)) + kind + inner + struct.pack(">I", zlib.crc32(kind + inner))
        for kind, inner in chunks
    )


def _unpacked(content: bytes) -> bytes:
    with contextlib.suppress(zlib.error):  # damaged before
        return zlib.decompress(content)
    return b""


def damaged_model(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """Anywhere in the file; in a zip's directory; or in its configuration or weights, packed again."""
    way = random.integers(6)
    if not content.startswith(b"PK"):
        return damaged_hdf5(content, random) if way > 1 else damaged(content, others, random)
    if way == 0:
        return damaged(content, others, random)
    if way == 1:
        return _damaged_directory(content, random)
    return _damaged_members(content, random)


def damaged_zip(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """Anywhere in the file, or in its directory."""
    return _damaged_directory(content, random) if random.integers(2) else damaged(content, others, random)


def _damaged_directory(content: bytes, random: Random) -> bytes:
    """Bytes of one to three of the directory's fields, or of its end record, changed."""
    start = content.find(_DIRECTORY)
    if start < 0:
        return content
    changed = bytearray(content)
    for _ in range(random.integers(1, 4)):
        at = start + int(random.integers(len(content) - start - 4))
        width = int(random.choice([1, 2, 4]))
        changed[at : at + width] = random.bytes(width) if random.integers(2) else b"\xff" * width
    return bytes(changed)


def _damaged_members(content: bytes, random: Random) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(packed, "w") as file:
        chosen = archive.namelist()[random.integers(len(archive.namelist()))]
        if random.integers(2):
            chosen = "config.json"  # where most can go wrong
        for name in archive.namelist():
            inner = archive.read(name)
            if name == chosen:
                inner = _damaged_member(name, inner, random)
            file.writestr(name, inner, zipfile.ZIP_DEFLATED if random.integers(2) else zipfile.ZIP_STORED)
    return packed.getvalue()


def _damaged_member(name: str, inner: bytes, random: Random) -> bytes:
    if random.integers(5) == 0:
        return damaged(inner, (), random)
    return damaged_hdf5(inner, random) if name.endswith(".h5") else damaged_json(inner, random)

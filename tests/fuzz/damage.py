"""Damage to a file's bytes, of the kinds that break parsers. The same generator gives the same damage."""

import struct
from collections.abc import Callable, Sequence

import numpy as np

Random = np.random.Generator
_EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 2**63 - 1, 2**64 - 1)
_LONGEST = 400


def damaged(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """The content with one to four of the kinds of damage below.

    Args:
        content: A file's bytes.
        others: Other files' bytes, to splice with.
        random: Decides which, where and how much.
    """
    for _ in range(random.integers(1, 5)):
        if not content:
            break
        kind = _KINDS[random.integers(len(_KINDS))]
        content = kind(content, others, random)
    return content


def _span(content: bytes, random: Random) -> tuple[int, int]:
    """A short stretch, [start, end)."""
    start = int(random.integers(len(content)))
    return start, min(len(content), start + int(random.integers(1, _LONGEST)))


def _flip_bits(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    changed = bytearray(content)
    for at in random.integers(len(content), size=random.integers(1, 12)):
        changed[at] ^= 1 << int(random.integers(8))
    return bytes(changed)


def _set_bytes(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    changed = bytearray(content)
    for at in random.integers(len(content), size=random.integers(1, 6)):
        changed[at] = int(random.integers(256))
    return bytes(changed)


def _truncate(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    return content[: random.integers(len(content) + 1)]


def _cut_out(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    start, end = _span(content, random)
    return content[:start] + content[end:]


def _insert(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    start, end = _span(content, random)
    return content[:start] + random.bytes(end - start) + content[start:]


def _repeat(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    start, end = _span(content, random)
    return content[:end] + content[start:end] * int(random.integers(1, 20)) + content[end:]


def _blank(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    start, end = _span(content, random)
    return content[:start] + bytes([(0, 255)[random.integers(2)]]) * (end - start) + content[end:]


def _splice(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    other = others[random.integers(len(others))] if others else content
    return content[: random.integers(len(content) + 1)] + other[random.integers(len(other) + 1) :]


def _set_length(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """A number of 2, 4 or 8 bytes, as lengths, sizes and offsets are, becomes an extreme one or changes a little."""
    code = "HIQ"[random.integers(3)]
    size = struct.calcsize(code)
    if len(content) < size:
        return content
    # Lengths lie in headers, and in a zip file's directory at its end.
    near = min(len(content) - size + 1, 300)
    at = int(random.integers(near) if random.integers(2) else random.integers(len(content) - size + 1))
    if random.integers(4) == 0:
        at = len(content) - size - int(random.integers(near))
    layout = "<>"[random.integers(2)] + code
    before = struct.unpack_from(layout, content, at)[0]
    now = _EXTREMES[random.integers(len(_EXTREMES))] if random.integers(2) else before + int(random.integers(-9, 10))
    changed = bytearray(content)
    struct.pack_into(layout, changed, at, now % 256**size)
    return bytes(changed)


_KINDS: tuple[Callable[[bytes, Sequence[bytes], Random], bytes], ...] = (
    _flip_bits,
    _set_bytes,
    _truncate,
    _cut_out,
    _insert,
    _repeat,
    _blank,
    _splice,
    _set_length,
    _set_length,
)

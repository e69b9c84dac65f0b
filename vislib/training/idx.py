"""Reads MNIST's file format IDX, gzipped or not (http://yann.lecun.com/exdb/mnist)."""

import gzip
import math
import zlib
from pathlib import Path

import numpy as np

from vislib.errors import DatasetError
from vislib.language import text

_MAX_BYTES = 2_000_000_000


def read_idx(path: Path, n_dimensions: int) -> np.ndarray:
    """The unsigned bytes of an IDX file.

    Layout: two zero bytes, 8 for unsigned bytes, the number of dimensions, each dimension as a big-endian
    32-bit count, then the values.

    Args:
        path: The file; gzip is recognised by the first bytes, not by the name.
        n_dimensions: 3 for images (n, h, w), 1 for labels (n,).

    Returns:
        uint8 array with `n_dimensions` dimensions.

    Raises:
        DatasetError: If the file cannot be read, is not such an IDX file, or is too short or too long.
    """
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or text("the gzip file is damaged or ends too early")
        raise DatasetError(text("{name} cannot be read: {reason}.", name=path.name, reason=reason)) from error
    if len(content) < 4 or content[:3] != b"\x00\x00\x08" or content[3] != n_dimensions:
        raise DatasetError(
            text(
                "{name} is no IDX file of {kind}: it begins with {begin}, not with {wanted}.",
                name=path.name,
                kind=text("images") if n_dimensions == 3 else text("labels"),
                begin=content[:4].hex(" ") or text("nothing"),
                wanted=f"00 00 08 {n_dimensions:02x}",
            )
        )
    header = 4 + 4 * n_dimensions
    shape = tuple(int(count) for count in np.frombuffer(content[4:header], ">u4")) if len(content) >= header else ()
    expected = header + math.prod(shape) if shape else header
    if len(content) != expected or expected > _MAX_BYTES:
        sizes = {"name": path.name, "n": len(content), "expected": expected}
        if len(content) < expected:
            raise DatasetError(text("{name} is truncated: {n:,} bytes, {expected:,} expected.", **sizes))
        raise DatasetError(text("{name} is longer than its header says: {n:,} bytes, {expected:,} expected.", **sizes))
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)

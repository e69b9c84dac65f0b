"""Reads .npy and .npz files from unknown sources: no pickles, and no more bytes than the file's header may claim."""

import io
import math
import warnings
import zipfile

import numpy as np

from vislib.errors import ImageError
from vislib.language import listing, text

_NPY, _ZIP = b"\x93NUMPY", b"PK\x03\x04"
_NAMES = ("image", "bands")


def is_numpy(content: bytes) -> bool:
    """Whether a file is .npy, or a zip file whose first member is one, as .npz is."""
    return content.startswith(_NPY) or (content.startswith(_ZIP) and b".npy" in content[:512])


def read_numpy(content: bytes, name: str, most_bytes: int) -> np.ndarray:
    """The array of a .npy file, or the one of a .npz file that is alone or called "image" or "bands".

    Args:
        content: The file's bytes.
        name: The file's name, for messages.
        most_bytes: The largest array that is accepted, in bytes.

    Raises:
        ImageError: If the file is damaged, too large, does not hold plain numbers, or it is not plain which array is
            the image.
    """
    try:
        if content.startswith(_NPY):
            return _array(io.BytesIO(content), len(content), name, most_bytes)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            member = archive.getinfo(_member(archive, name))
            with archive.open(member) as file:
                # What a zip file says of its members may be wrong; no more than this is unpacked.
                unpacked = file.read(most_bytes + 4096)
            return _array(io.BytesIO(unpacked), len(unpacked), name, most_bytes)
    except ImageError:
        raise
    except Exception as error:  # damaged files raise zlib.error, SyntaxError, UnicodeDecodeError …
        raise ImageError(
            text("{name} cannot be read as an array of NumPy: its contents are damaged.", name=name)
        ) from error


def _member(archive: zipfile.ZipFile, name: str) -> str:
    found = [one[: -len(".npy")] for one in archive.namelist() if one.endswith(".npy")]
    chosen = found if len(found) == 1 else [one for one in _NAMES if one in found][:1]
    if not chosen:
        raise ImageError(
            text(
                "{name} holds {n} arrays ({names}), so it is not plain which is the image. Save it under "
                "the name image: np.savez(path, image=…).",
                name=name,
                n=len(found),
                names=listing([*found[:5], "…"] if len(found) > 5 else found, "plain"),
            )
        )
    return f"{chosen[0]}.npy"


def _array(file: io.BytesIO, n_bytes: int, name: str, most_bytes: int) -> np.ndarray:
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shape, _, dtype = read(file)
    if dtype.hasobject or dtype.kind not in "biuf":
        raise ImageError(
            text(
                "{name} holds {dtype}, not real numbers; np.save(path, image.astype('float32')) stores those.",
                name=name,
                dtype=dtype,
            )
        )
    size = math.prod(shape) * dtype.itemsize
    if size > most_bytes:
        raise ImageError(
            text(
                "{name} holds an array of {size:,.0f} MB; at most {most:.0f} MB are accepted.",
                name=name,
                size=size / 1e6,
                most=most_bytes / 1e6,
            )
        )
    if file.tell() + size > n_bytes:
        raise ImageError(text("{name} cannot be read as an array of NumPy: it ends too early.", name=name))
    file.seek(0)
    return np.load(file, allow_pickle=False)

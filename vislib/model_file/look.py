"""A first check of a model file, before Keras or TensorFlow read it: its kind, its size and the classes it names."""

import json
import shutil
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py

from vislib.errors import ModelError, VislibError, listed
from vislib.language import text
from vislib.model_file.config import MAX_CONFIG_BYTES, CheckedConfig, check_config
from vislib.model_file.hdf5 import check_hdf5
from vislib.model_file.kinds import other_archive, other_kind, weights_alone
from vislib.model_file.limits import max_file_bytes, too_large
from vislib.model_file.losses import Losses, losses_in_hdf5
from vislib.model_file.quoting import shown

_MEMBERS = ("config.json", "metadata.json", "model.weights.h5")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_PIECE_BYTES = 1_000_000
_ASSUMED_VERSION = "3.15"
_ZIP, _HDF5 = b"PK", b"\x89HDF\r\n\x1a\n"


@dataclass(frozen=True)
class CheckedFile:
    """What Keras may read of a model file.

    Attributes:
        config: The model's configuration.
        notes: Sentences on what differs from the file's own configuration.
        weights: An HDF5 file beside the model file, or the model file itself.
        loss: The names of the losses that the model was trained with.
    """

    config: dict[str, Any]
    notes: tuple[str, ...]
    weights: Path
    loss: Losses = None


def suffix_of(start: bytes, name: str = "") -> str:
    """The suffix ".keras" or ".h5" by the first bytes of a file; its name may be wrong, and serves the sentence only.

    Raises:
        ModelError: If the file is neither.
    """
    if start.startswith(_ZIP):
        return ".keras"
    if start.startswith(_HDF5):
        return ".h5"
    if not start:
        raise ModelError(text("The file is empty (0 bytes); a model saved by Keras as .keras or .h5 is accepted."))
    raise ModelError(other_kind(start, Path(name).suffix))


def look(path: Path, is_trusted: bool = False) -> CheckedFile:
    """Refuses a model file that is not a plain Keras image network of a bounded size.

    Args:
        path: A local file ending in .keras or .h5. The weights of a .keras file are unpacked beside it.
        is_trusted: Whether the file may name any class.

    Raises:
        ModelError: If the file is damaged, too large, or names anything that `allowed` does not list.
    """
    try:
        if path.suffix == ".keras":
            return _look_at_archive(path, is_trusted)
        with h5py.File(path, "r") as file:
            check_hdf5(file)
            config = check_config(_model_config(file), _keras_version(file), False, is_trusted)
            return CheckedFile(config.config, config.notes, path, losses_in_hdf5(file))
    except VislibError:
        raise
    except MemoryError:
        raise ModelError(text("The file needs too much memory to be checked.")) from None
    except Exception as error:  # on damaged files h5py and zipfile raise exceptions that are not documented
        raise ModelError(
            text(
                "The file is damaged and cannot be read ({kind}). Copy it again, or save the model again with "
                "model.save.",
                kind=type(error).__name__,
            )
        ) from error


def _look_at_archive(path: Path, is_trusted: bool) -> CheckedFile:
    weights = path.with_suffix(".weights.h5")
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(archive.infolist())
            config = _checked_config(archive, is_trusted)
            with archive.open("model.weights.h5") as packed, weights.open("wb") as unpacked:
                shutil.copyfileobj(packed, unpacked, _PIECE_BYTES)
        with h5py.File(weights, "r") as file:
            check_hdf5(file)
    except (zipfile.BadZipFile, zlib.error, EOFError):
        weights.unlink(missing_ok=True)
        raise ModelError(
            text(
                "The file is damaged: it begins like a .keras archive, but cannot be unpacked. Copy it again, or save "
                "the model again with model.save."
            )
        ) from None
    except BaseException:
        weights.unlink(missing_ok=True)
        raise
    return CheckedFile(config.config, config.notes, weights, config.loss)


def _checked_config(archive: zipfile.ZipFile, is_trusted: bool) -> CheckedConfig:
    try:
        version = json.loads(archive.read("metadata.json")).get("keras_version")
    except (ValueError, AttributeError):
        version = None
    return check_config(archive.read("config.json"), str(version or _ASSUMED_VERSION), is_trusted=is_trusted)


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    names = sorted(member.filename for member in members)
    if names != sorted(_MEMBERS):
        if "config.json" not in names:
            raise ModelError(other_archive(names))
        raise ModelError(
            text(
                "A .keras archive holds {members}, each once; this one holds {names}.",
                members=listed(_MEMBERS),
                names=listed([shown(name) for name in names], 6),
            )
        )
    if any(member.flag_bits & 1 or member.compress_type not in _METHODS for member in members):
        raise ModelError(
            text("The archive is encrypted or packed in an unusual way; an archive written by Keras is neither.")
        )
    size = {member.filename: member.file_size for member in members}
    if size["config.json"] > MAX_CONFIG_BYTES:
        raise ModelError(
            text(
                "The model's configuration has {size:,} bytes; at most {most:,} are accepted.",
                size=size["config.json"],
                most=MAX_CONFIG_BYTES,
            )
        )
    if sum(size.values()) > max_file_bytes():
        raise ModelError(too_large(text("The archive unpacks to {size:,.0f} MB", size=sum(size.values()) / 1e6)))


def _model_config(file: h5py.File) -> str | bytes:
    if "model_config" not in file.attrs:
        if "layer_names" in file.attrs or "layers" in file:
            raise ModelError(weights_alone())
        raise ModelError(
            text("The HDF5 file holds no Keras model; save the whole model in Python with model.save('model.keras').")
        )
    attribute = h5py.h5a.open(file.id, b"model_config")
    if attribute.shape != () or attribute.get_storage_size() > MAX_CONFIG_BYTES:
        raise ModelError(
            text("The model's configuration is not a text of at most {most:,} bytes.", most=MAX_CONFIG_BYTES)
        )
    config = file.attrs["model_config"]
    if not isinstance(config, str | bytes):
        raise ModelError(text("The model's configuration is not text."))
    return config


def _keras_version(file: h5py.File) -> str:
    """The version of Keras that wrote the file; before 2.0 Keras did not write it."""
    weights = file.get("model_weights")
    for attributes in (file.attrs, weights.attrs if isinstance(weights, h5py.Group) else {}):
        version = attributes.get("keras_version")
        if isinstance(version, bytes):
            version = version.decode("utf-8", "replace")
        if isinstance(version, str):
            return version[:20]
    return "1"

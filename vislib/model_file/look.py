"""A first check of a model file, before Keras or TensorFlow read it: its kind, its size and the classes it names."""

import io
import zipfile
import zlib
from pathlib import Path

import h5py

from vislib.errors import ModelError, listed
from vislib.model_file.config import MAX_CONFIG_BYTES, check_config, shown
from vislib.model_file.hdf5 import check_hdf5

MAX_FILE_BYTES = 200_000_000
_MEMBERS = ("config.json", "metadata.json", "model.weights.h5")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ZIP, _HDF5 = b"PK", b"\x89HDF\r\n\x1a\n"


def suffix_of(start: bytes) -> str:
    """The suffix ".keras" or ".h5" by the first bytes of a file; its name may be wrong.

    Raises:
        ModelError: If the file is neither.
    """
    if start.startswith(_ZIP):
        return ".keras"
    if start.startswith(_HDF5):
        return ".h5"
    if not start:
        raise ModelError("The file is empty (0 bytes); a model saved by Keras as .keras or .h5 is accepted.")
    raise ModelError("The file is not a model that Keras saved: it is neither a .keras archive nor an HDF5 file (.h5).")


def look(path: Path) -> None:
    """Refuses a model file that is not a plain Keras image network of a bounded size.

    Args:
        path: A local file ending in .keras or .h5.

    Raises:
        ModelError: If the file is damaged, too large, or names anything that `allowed` does not list.
    """
    try:
        if path.suffix == ".keras":
            _look_at_archive(path)
        else:
            with h5py.File(path, "r") as file:
                check_hdf5(file)
                check_config(_model_config(file))
    except ModelError:
        raise
    except MemoryError:
        raise ModelError("The file needs too much memory to be checked.") from None
    except Exception as error:  # on damaged files h5py and zipfile raise exceptions that are not documented
        raise ModelError(f"The file is damaged and cannot be read ({type(error).__name__}).") from error


def _look_at_archive(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(archive.infolist())
            check_config(archive.read("config.json"))
            weights = archive.read("model.weights.h5")
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise ModelError("The file is damaged: it begins like a .keras archive, but cannot be unpacked.") from None
    with h5py.File(io.BytesIO(weights), "r") as file:
        check_hdf5(file)


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    names = sorted(member.filename for member in members)
    if names != sorted(_MEMBERS):
        if "config.json" not in names:
            raise ModelError("The file is a zip archive, but not one that Keras saved: it has no config.json.")
        raise ModelError(
            f"A .keras archive holds {listed(_MEMBERS)}, each once; this one holds "
            f"{listed([shown(name) for name in names], 6)}."
        )
    if any(member.flag_bits & 1 or member.compress_type not in _METHODS for member in members):
        raise ModelError(
            "The archive is encrypted or packed in an unusual way; an archive written by Keras is neither."
        )
    size = {member.filename: member.file_size for member in members}
    if size["config.json"] > MAX_CONFIG_BYTES:
        raise ModelError(
            f"The model's configuration has {size['config.json']:,} bytes; at most {MAX_CONFIG_BYTES:,} are accepted."
        )
    if sum(size.values()) > MAX_FILE_BYTES:
        raise ModelError(
            f"The archive unpacks to {sum(size.values()) / 1e6:,.0f} MB; at most {MAX_FILE_BYTES / 1e6:.0f} MB "
            "are accepted."
        )


def _model_config(file: h5py.File) -> str | bytes:
    if "model_config" not in file.attrs:
        what = "weights without the model" if "layer_names" in file.attrs or "layers" in file else "no Keras model"
        raise ModelError(f"The HDF5 file holds {what}; save the whole model with model.save('model.keras').")
    attribute = h5py.h5a.open(file.id, b"model_config")
    if attribute.shape != () or attribute.get_storage_size() > MAX_CONFIG_BYTES:
        raise ModelError(f"The model's configuration is not a text of at most {MAX_CONFIG_BYTES:,} bytes.")
    config = file.attrs["model_config"]
    if not isinstance(config, str | bytes):
        raise ModelError("The model's configuration is not text.")
    return config

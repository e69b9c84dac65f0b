"""Concepts in a file: arrays in a .npz with a JSON text, never a pickle."""

import io
import json
import os
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from vislib.concepts.concepts import Concepts
from vislib.concepts.groups import Groups
from vislib.errors import ParameterError
from vislib.language import text
from vislib.output.export import check_path, write_whole

_FORMAT = "vislib concepts 1"
_MOST_BYTES = 512 * 1024**2
# Each array, its number of axes and its kind.
_ARRAYS = {
    "vectors": (2, "f"),
    "importance": (1, "f"),
    "contributions": (1, "f"),
    "coefficients": (2, "f"),
    "crops": (5, "u"),
    "crop_images": (2, "i"),
    "crop_boxes": (3, "i"),
}
_TEXTS: dict[str, Any] = {
    "model": str,
    "layer": str,
    "explained": str,
    "class_index": (int, type(None)),
    "error": float,
    "lost": float,
    "n_images": int,
    "n_measured": int,
    "set_name": str,
    "seed": int,
    "notes": list,
}


def save_concepts(concepts: Concepts, path: str | os.PathLike[str]) -> Path:
    """Writes concepts to a .npz file. The file is either complete or absent.

    Raises:
        ParameterError: If the suffix is another, or the file cannot be written.

    Example:
        >>> digits = vislib.sample_path("digits")
        >>> concepts = vislib.concepts.craft(classifier, digits, "3", only_predicted=False, n_concepts=2)
        >>> len(vislib.concepts.load_concepts(vislib.concepts.save_concepts(concepts, "concepts.npz")))
        2
    """
    path = check_path(path, (".npz",))
    write_whole(path, concepts_bytes(concepts))
    return path


def concepts_bytes(concepts: Concepts) -> bytes:
    """Concepts as a .npz file: the arrays by name, and "metadata", a JSON text in a zero-dimensional array."""
    about = {name: getattr(concepts, name) for name in _TEXTS} | {"format": _FORMAT}
    arrays = {name: getattr(concepts, name) for name in _ARRAYS}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays, metadata=np.array(json.dumps(about)))
    return buffer.getvalue()


def groups_bytes(groups: Groups) -> bytes:
    """The groups of an image as a .npz file: "values" (h, w, n), "channels", "contributions", "metadata" (JSON)."""
    about = {name: getattr(groups, name) for name in ("model", "layer", "explained", "score", "rest", "error", "lost")}
    about |= {"target": groups.target.described(), "params": dict(groups.params), "notes": groups.notes}
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        values=groups.maps,
        channels=groups.channels,
        contributions=groups.contributions,
        metadata=np.array(json.dumps(about | {"box": vars(groups.box), "image_size": groups.image_size})),
    )
    return buffer.getvalue()


def load_concepts(source: str | os.PathLike[str] | bytes) -> Concepts:
    """The concepts in a file that `save_concepts` wrote, or in its bytes.

    Raises:
        ParameterError: If there is no such file, or it holds no concepts, is damaged or too large.

    Example:
        >>> digits = vislib.sample_path("digits")
        >>> concepts = vislib.concepts.craft(classifier, digits, "3", only_predicted=False, n_concepts=2)
        >>> path = vislib.concepts.save_concepts(concepts, "concepts.npz")
        >>> vislib.concepts.load_concepts(path).layer
        'dense_activation'
    """
    name = text("The file") if isinstance(source, bytes) else os.fspath(source)
    refused = ParameterError(
        text(
            "{name} holds no concepts that can be read. Accepted: a .npz file that "
            "vislib.concepts.save_concepts wrote.",
            name=name,
        )
    )
    try:
        content = source if isinstance(source, bytes) else Path(source).read_bytes()
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > _MOST_BYTES:
                raise ParameterError(
                    text("{name} would unpack to more than {size} MB.", name=name, size=_MOST_BYTES // 1024**2)
                )
        with np.load(io.BytesIO(content), allow_pickle=False) as kept:
            arrays = {each: kept[each] for each in _ARRAYS}
            about = json.loads(str(kept["metadata"]))
    except FileNotFoundError:
        raise ParameterError(text("There is no file '{name}'.", name=name)) from None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
        raise refused from error
    if not _is_sound(arrays, about):
        raise refused
    texts = {each: about[each] for each in _TEXTS}
    return Concepts(**arrays, **(texts | {"notes": tuple(map(str, texts["notes"]))}))


def _is_sound(arrays: dict[str, np.ndarray], about: Any) -> bool:
    """Whether everything is there, of the right kind, and of sizes that fit together."""
    if not isinstance(about, dict) or about.get("format") != _FORMAT:
        return False
    if any(name not in about or not isinstance(about[name], kind) for name, kind in _TEXTS.items()):
        return False
    for name, (n_axes, kind) in _ARRAYS.items():
        if arrays[name].ndim != n_axes or arrays[name].dtype.kind != kind or not np.isfinite(arrays[name]).all():
            return False
    n, k = len(arrays["vectors"]), arrays["crops"].shape[1]
    return (
        n > 0
        and {len(arrays[name]) for name in ("importance", "contributions", "crops")} == {n}
        and arrays["coefficients"].shape[1] == n
        and arrays["crops"].dtype == np.uint8
        and arrays["crops"].shape[4] == 3
        and arrays["crop_images"].shape == (n, k)
        and arrays["crop_boxes"].shape == (n, k, 4)
    )

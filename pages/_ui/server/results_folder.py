"""Results that survive a restart of the server, in a folder that the operator names."""

import contextlib
import dataclasses
import functools
import hashlib
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

import vislib
from vislib.concepts import Concepts, load_concepts
from vislib.concepts.stored import concepts_bytes
from vislib.images.fitting import Box
from vislib.language import from_json, to_json

VARIABLE = "VISLIB_RESULTS_DIR"
MAX_BYTES = 1_000_000_000
_MAX_RESULT_BYTES = 64_000_000
_SUFFIX = ".vislib.npz"
_ABOUT = "about"
_FROM_KEY = ("target", "values", "details", "box", "seen")


class ResultsFolder:
    """Results by key, one file each, without code in them (never a pickle).

    A file that is damaged, half-written or someone else's counts as no result. When the files exceed `max_bytes`, the
    least recently used are removed; other files in the folder stay.

    Args:
        folder: It is created at the first result.
        max_bytes: The most bytes of all results together.
    """

    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES):
        self.folder, self.max_bytes = folder, max_bytes

    def get(self, key: tuple) -> Any:
        """The result, or None."""
        found = self.read(key)
        try:
            return None if found is None else _decoded(*found, key)
        except (KeyError, TypeError, ValueError, vislib.VislibError):
            return None

    def put(self, key: tuple, result: Any) -> None:
        """Keeps a result, if it is of a kind that can be kept and the folder can be written."""
        encoded = _encoded(result)
        if encoded is not None:
            self.write(key, *encoded)

    def read(self, key: tuple) -> tuple[dict[str, np.ndarray], dict[str, Any]] | None:
        """The arrays and the facts under a key, or None."""
        try:
            path = self._path(key)
            with zipfile.ZipFile(path) as archive:
                if sum(entry.file_size for entry in archive.infolist()) > _MAX_RESULT_BYTES:
                    return None
            with np.load(path, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            about = json.loads(str(arrays.pop(_ABOUT)))
            if about["key"] != _text(key):
                return None
            os.utime(path)  # the most recently used one
            return arrays, from_json(about["facts"])
        except Exception:  # noqa: BLE001  NumPy and zipfile raise nearly anything for a damaged file
            return None

    def write(self, key: tuple, arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> None:
        """Keeps arrays and facts under a key; a file is complete or absent."""
        try:
            about = json.dumps({"key": _text(key), "facts": to_json(facts)})
        except TypeError:  # it depends on a mask, or a fact is no plain value
            return
        content = io.BytesIO()
        np.savez(content, **arrays, **{_ABOUT: np.array(about)})  # type: ignore[arg-type]
        if content.tell() > _MAX_RESULT_BYTES:
            return
        with contextlib.suppress(OSError):  # a full disk, or a folder that cannot be written, costs no result
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.folder, suffix=".part", delete=False) as part:
                part.write(content.getvalue())
            os.replace(part.name, self._path(key))
            self._remove_oldest()

    def _path(self, key: tuple) -> Path:
        return self.folder / f"{hashlib.sha256(f'{_code()} {_text(key)}'.encode()).hexdigest()}{_SUFFIX}"

    def _remove_oldest(self) -> None:
        files = sorted(self.folder.glob(f"*{_SUFFIX}"), key=lambda path: path.stat().st_mtime, reverse=True)
        total = 0
        for place, path in enumerate(files):
            total += path.stat().st_size
            if total > self.max_bytes and place:
                path.unlink(missing_ok=True)


@functools.cache
def _code() -> str:
    """A digest of the library's and the pages' source files, by size and time: other code, other results."""
    folders = (Path(vislib.__file__).parent, Path(__file__).parents[2])
    files = [(folder.name, path) for folder in folders for path in sorted(folder.glob("**/*.py"))]
    facts = [(name, path.name, path.stat().st_size, path.stat().st_mtime_ns) for name, path in files]
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _text(part: Any) -> str:
    """A key as text that says all that it depends on.

    Raises:
        TypeError: If a part is nothing that has such a text, such as a mask; its result is not kept.
    """
    if part is None or isinstance(part, (str, int, float, bool)):
        return repr(part)
    if isinstance(part, tuple):
        return f"({', '.join(map(_text, part))})"
    if dataclasses.is_dataclass(part) and not isinstance(part, type):
        fields = (f"{one.name}={_text(getattr(part, one.name))}" for one in dataclasses.fields(part) if one.compare)
        return f"{type(part).__module__}.{type(part).__qualname__}({', '.join(fields)})"
    raise TypeError(type(part))


def named_folder() -> ResultsFolder | None:
    """The folder that the environment variable names; None without it."""
    name = os.environ.get(VARIABLE)
    return ResultsFolder(Path(name).expanduser()) if name else None


def _encoded(result: Any) -> tuple[dict[str, np.ndarray], dict[str, Any]] | None:
    """A result as arrays and facts; None if it is of another kind."""
    if isinstance(result, np.ndarray):
        return {"values": result}, {"kind": "array"}
    if isinstance(result, vislib.Heatmap):
        facts = {
            spec.name: getattr(result, spec.name) for spec in dataclasses.fields(result) if spec.name not in _FROM_KEY
        }
        details = {f"detail {name}": np.asarray(value) for name, value in result.details.items()}
        facts |= {"kind": "heatmap", "params": dict(result.params), "box": dataclasses.astuple(result.box)}
        return {"values": result.values, **details}, facts
    if isinstance(result, Concepts):
        return {"concepts": np.frombuffer(concepts_bytes(result), np.uint8)}, {"kind": "concepts"}
    if isinstance(result, Mapping) and all(isinstance(value, np.ndarray) for value in result.values()):
        return {f"map {name}": value for name, value in result.items()}, {"kind": "maps", "names": list(result)}
    return None


def _decoded(arrays: dict[str, np.ndarray], facts: dict[str, Any], key: tuple) -> Any:
    """The result; None if it does not fit the key."""
    kind = facts.pop("kind", None)
    if kind == "array":
        return arrays["values"]
    if kind == "maps":
        return {name: arrays[f"map {name}"] for name in facts["names"]}
    if kind == "concepts":
        return load_concepts(arrays["concepts"].tobytes())
    targets = [part for part in key if isinstance(part, vislib.targets.Target)]
    if kind != "heatmap" or len(targets) != 1:
        return None
    facts |= {"box": Box(*facts["box"]), "image_size": tuple(facts["image_size"]), "notes": tuple(facts["notes"])}
    details = {name.removeprefix("detail "): value for name, value in arrays.items() if name != "values"}
    return vislib.Heatmap(values=arrays["values"], target=targets[0], details=details, **facts)

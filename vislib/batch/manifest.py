"""The manifest of a batch: everything that must be the same when an interrupted run is resumed."""

import json
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from vislib.batch.settings import BatchSettings
from vislib.errors import ParameterError
from vislib.images.sources import Source
from vislib.language import text
from vislib.model.classifier import Classifier

_FORMAT = 1
_VERSIONS = ("vislib-keras", "tensorflow", "keras", "numpy", "pillow")


def manifest_of(classifier: Classifier, settings: BatchSettings, source: Source) -> dict[str, Any]:
    """Everything that the values of a batch depend on, as plain values for JSON."""
    return {
        "format": _FORMAT,
        "model": classifier.current_key(),
        "labels": list(classifier.labels),
        "task": str(classifier.task),
        "unit": classifier.unit,
        "input_size": list(classifier.input_size),
        "source": {"name": source.name, "digest": source.digest, "n_images": len(source)},
        "settings": settings.described(),
        "versions": {name: _version(name) for name in _VERSIONS},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "from source"


def check_same(path: Path, found: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Checks that the manifest in a folder is that of this run.

    Raises:
        ParameterError: If they differ; the message names the first difference.
    """
    for name in wanted:
        # An older version wrote no task, and the model's key already depends on it.
        if found.get(name) == wanted[name] or (name in ("task", "unit") and name not in found):
            continue
        was, now = found.get(name), wanted[name]
        if name == "model":
            raise ParameterError(
                text(
                    "{path} holds a batch of the network {was}; now it is {now}, another network or one whose weights "
                    "have changed. Name another folder, or delete this one.",
                    path=path,
                    was=_short(was),
                    now=_short(now),
                )
            )
        if isinstance(was, dict) and isinstance(now, dict):
            differing = next(key for key in [*now, *was] if was.get(key) != now.get(key))
            name, was, now = f"{name}, {differing}", was.get(differing), now.get(differing)
        raise ParameterError(
            text(
                "{path} holds a batch of something else ({name}: {was} there, {now} now); use the same "
                "settings to resume that batch, or name another folder.",
                path=path,
                name=name,
                was=_short(was),
                now=_short(now),
            )
        )


def _short(value: Any) -> str:
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 120 else f"{shown[:117]}…"

"""Loads a model file: copies it to a file whose name we choose, tries it in another process, then loads it here."""

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from vislib.errors import ModelError, ParameterError
from vislib.language import from_json, text
from vislib.model_file.kinds import check_path
from vislib.model_file.limits import VARIABLE, max_file_bytes, max_weights_mb, too_large
from vislib.model_file.losses import Losses
from vislib.progress import Progress, no_progress

if TYPE_CHECKING:
    import keras

SECONDS = 120
"""Time limit of the other process in seconds of real time, for a network of up to 200 MB; on two cores large networks
take 7 to 20 s."""
_MB_A_SECOND = 10

_POLL_SECONDS = 0.1
_MOST_OF_ANSWER = 50_000
_KEPT_DIGESTS = 256
_ROOT = Path(__file__).parents[2]
_CHILD = ("-m", "vislib.model_file.child")
# The environment variables that a Python process needs to start; other variables may hold secrets.
_ENVIRONMENT = (
    "PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "SYSTEMROOT", "TF_ENABLE_ONEDNN_OPTS", VARIABLE
)  # fmt: skip
_accepted: OrderedDict[str, None] = OrderedDict()
_accepted_lock = threading.Lock()


class ModelFileWarning(UserWarning):
    """A sentence on what was changed in a model file's configuration before loading."""


@dataclass(frozen=True, eq=False)
class ModelFile:
    """A model from a file.

    Attributes:
        name: The file's name without its suffix; "model" for bytes.
        digest: SHA-256 of the file, in hexadecimal.
        model: The Keras model, not compiled.
        notes: Sentences on what was changed in the file's configuration before loading.
        loss: The names of the losses that the model was trained with: one, or for several outputs a list or a dict.
    """

    name: str
    digest: str
    model: "keras.Model"
    notes: tuple[str, ...] = ()
    loss: Losses = None


def load_model_file(
    source: str | os.PathLike[str] | bytes,
    trust: bool = False,
    progress: Progress = no_progress,
    custom_objects: dict[str, Any] | None = None,
) -> ModelFile:
    """A Keras model from a .keras or .h5 file from an unknown source.

    The file is first checked and tried in a separate process, under limits. A file whose digest was accepted before is
    not tried again. This is isolation, not a sandbox.

    Args:
        source: A path or the file's bytes.
        trust: Skips the separate process, for a file that you made yourself. The limits on the file's size and on the
            classes that it may name still apply.
        progress: Called with (elapsed seconds, allowed seconds) while the other process runs; an exception that it
            raises cancels the loading.
        custom_objects: Name → class or function of yours that the file names. With it, the file may name anything that
            Keras finds, so it takes `trust`.

    Raises:
        ParameterError: If `custom_objects` is given without `trust`.
        ModelError: If the file cannot be read, is damaged, names anything but the layers of image
            classifiers, or takes too much memory or time.
    """
    from vislib.model_file.look import look

    if custom_objects is not None and not trust:
        raise ParameterError(
            text("`custom_objects` runs your code for what the file names; if you trust it, add trust=True.")
        )
    name = "model" if isinstance(source, bytes) else Path(source).stem
    with tempfile.TemporaryDirectory(prefix="vislib-") as folder, _opened(source) as file:
        path, digest = _copied(file, Path(folder), "" if isinstance(source, bytes) else Path(source).name)
        if not trust and not _is_accepted(digest):
            check_in_child(path, progress)
            with path.open("rb") as copy:
                if hashlib.file_digest(copy, "sha256").hexdigest() != digest:
                    raise ModelError(text("The model changed its own file while it was tried, so it is refused."))
            _accept(digest)
        from vislib.model_file.keras_model import load_checked  # only now, as it imports TensorFlow

        checked = look(path, is_trusted=custom_objects is not None)
        if checked.weights != path:
            path.unlink()  # the weights have been unpacked
        return ModelFile(name, digest, load_checked(checked, custom_objects), checked.notes, checked.loss)


def check_in_child(path: Path, progress: Progress = no_progress) -> None:
    """Tries a model file in a separate process (see `child`).

    Args:
        path: The file, under a name that we chose; its folder is the process's home and temporary folder.
        progress: Called with (elapsed seconds, allowed seconds); an exception that it raises cancels the check.

    Raises:
        ModelError: If the file is refused there, or the process crashes or takes too long.
    """
    settings = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    paths = [str(_ROOT), *filter(None, [settings.get("PYTHONPATH")])]
    settings |= {"PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1", "CUDA_VISIBLE_DEVICES": "-1"}
    settings |= dict.fromkeys(("HOME", "TMPDIR", "TEMP", "TMP", "KERAS_HOME", "MPLCONFIGDIR"), str(path.parent))
    settings |= dict.fromkeys(("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"), "2")
    command = [sys.executable, "-P", *_CHILD, str(path)]
    child = subprocess.Popen(
        command,
        cwd=path.parent,
        env=settings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    start, most = time.monotonic(), SECONDS + max(0, max_weights_mb() - 200) // _MB_A_SECOND
    try:
        while child.poll() is None:
            elapsed = time.monotonic() - start
            if elapsed > most:
                raise ModelError(text("Loading the model takes too long: more than {most} s.", most=most))
            progress(int(elapsed), int(most))
            time.sleep(_POLL_SECONDS)
        assert child.stdout is not None
        answer = child.stdout.read(_MOST_OF_ANSWER)
    finally:
        _end(child)
    _judge(answer, child.returncode)


def _judge(answer: bytes, status: int) -> None:
    try:
        refused = json.loads(answer)["refused"]
        refused = from_json(refused)
    except (ValueError, KeyError, TypeError):
        if status == -getattr(signal, "SIGXCPU", 0) or status == -getattr(signal, "SIGALRM", 0):
            raise ModelError(text("Loading the model takes too long.")) from None
        raise ModelError(
            text(
                "Loading the model needs too much memory or crashes; it was tried in a separate process, and "
                "nothing else is affected."
            )
        ) from None
    if refused is not None:
        raise ModelError(refused)


def _end(child: subprocess.Popen) -> None:
    if child.poll() is None:
        child.kill()
    child.wait()
    if child.stdout is not None:
        child.stdout.close()


def _opened(source: str | os.PathLike[str] | bytes) -> IO[bytes]:
    if isinstance(source, bytes):
        return io.BytesIO(source)
    try:
        check_path(Path(source))
        return Path(source).open("rb")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ModelError(text("{source} cannot be read: {reason}.", source=source, reason=reason)) from None


def _copied(file: IO[bytes], folder: Path, name: str) -> tuple[Path, str]:
    """Copies at most `max_file_bytes` to a file whose name we choose; returns the copy's path and digest."""
    from vislib.model_file.look import suffix_of

    digest, size, most = hashlib.sha256(), 0, max_file_bytes()
    part = file.read(1_000_000)
    path = folder / f"model{suffix_of(part, name)}"
    with path.open("wb") as copy:
        while part:
            size += len(part)
            if size > most:
                raise ModelError(too_large(text("The file has more than {size:,.0f} MB", size=most / 1e6)))
            digest.update(part)
            copy.write(part)
            part = file.read(1_000_000)
    return path, digest.hexdigest()


def _is_accepted(digest: str) -> bool:
    with _accepted_lock:
        return digest in _accepted


def _accept(digest: str) -> None:
    with _accepted_lock:
        _accepted[digest] = None
        while len(_accepted) > _KEPT_DIGESTS:
            _accepted.popitem(last=False)

"""Loads every harmful model file through the whole safe path: python -m benchmarks.attacks

Prints for each file its size, the seconds until it was refused (real time and processor time), the largest rise of this
process's memory (MB), the largest memory of the other process, and the sentence. Ends with status 1 if a file was not
refused as it should be, took longer than 15 s (both real and processor time, as other work on the machine lengthens the
real time alone) or 500 MB of this process, changed something in this process, or touched a file outside its own folder.
Then come files that are accepted and need nearly as much as is allowed; their costs are printed.
"""

import argparse
import ctypes
import os
import re
import resource
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import h5py

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests/model_file")]

MOST_SECONDS, MOST_MB = 15.0, 500
_WATCHED = 0x1 | 0x2 | 0x20 | 0x100 | 0x200  # read, written, opened, created, removed


class Watch:
    """Watches with Linux's inotify whether any process touches a folder or its contents."""

    def __init__(self, folder: Path):
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._events = self._libc.inotify_init1(os.O_NONBLOCK)
        if self._libc.inotify_add_watch(self._events, bytes(folder), _WATCHED) < 0:
            raise OSError(ctypes.get_errno(), "inotify")

    def names(self) -> set[str]:
        """The names touched since the last time."""
        names = set()
        try:
            content = os.read(self._events, 1_000_000)
        except BlockingIOError:
            return names
        at = 0
        while at < len(content):
            length = struct.unpack_from("iIII", content, at)[3]
            names.add(content[at + 16 : at + 16 + length].rstrip(b"\0").decode() or "the folder")
            at += 16 + length
        return names


def status_mb(pid: int | str, field: str) -> int:
    """A value of a process's memory in MB; 0 if it is gone."""
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(rf"{field}:\s+(\d+)", text)
    return int(found[1]) // 1000 if found else 0


class PeakOfChildren:
    """Measures, repeatedly while the block runs, the largest memory of this process's children."""

    def __enter__(self):
        self.mb, self._over = 0, threading.Event()
        self._thread = threading.Thread(target=self._ask)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._over.wait(0.02):
            for listed in Path("/proc/self/task").glob("*/children"):
                for pid in listed.read_text().split():
                    self.mb = max(self.mb, status_mb(pid, "VmHWM"))


def cpu_seconds() -> float:
    """Processor time of all other processes so far that this one has started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def state() -> tuple:
    """The state of this process that a file could change."""
    import keras

    config = keras.config
    return (
        config.epsilon(),
        config.floatx(),
        config.image_data_format(),
        config.backend(),
        str(config.dtype_policy()),
        dict(keras.saving.get_custom_objects()),
        dict(os.environ),
        os.getcwd(),
        keras.Layer.add_weight,
        threading.active_count(),
    )


def attack(name: str, make: Callable[[], bytes], match: str, temporary: Path, watch: Watch) -> bool:
    """Loads one file, prints the result, and returns whether all limits were kept."""
    from vislib import ModelError
    from vislib.model_file import load_model_file

    content, before = make(), state()
    watch.names()
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here
    steady, start, sentence = status_mb("self", "VmRSS"), time.monotonic(), "NOT REFUSED"
    cpu_before = cpu_seconds()
    with PeakOfChildren() as children:
        try:
            load_model_file(content)
        except ModelError as error:
            sentence = str(error)
    seconds, rise = time.monotonic() - start, status_mb("self", "VmHWM") - steady
    cpu = cpu_seconds() - cpu_before
    wrong = [f"'{match}' is not said"] if not re.search(match, sentence) else []
    wrong += [f"more than {MOST_SECONDS:.0f} s"] if min(seconds, cpu) > MOST_SECONDS else []
    wrong += [f"more than {MOST_MB} MB"] if rise > MOST_MB else []
    wrong += ["changed this process"] if state() != before else []
    wrong += [f"left {one}" for one in os.listdir(temporary)] + [f"touched {one}" for one in watch.names()]
    print(f"{name:42} {len(content) / 1e3:9,.0f} {seconds:7.1f} {cpu:5.1f} {rise:6} {children.mb:6}  {sentence[:150]}")
    for one in wrong:
        print(f"    WRONG: {one}")
    sys.stdout.flush()
    return not wrong


def heavy(name: str, make: Callable[[], bytes]) -> None:
    """Loads a file that is accepted, makes a classifier and predicts; prints the time and memory."""
    import numpy as np

    import vislib
    from vislib.loading.own_model import classifier_of
    from vislib.model_file import load_model_file

    content, image = make(), np.zeros((300, 300, 3), np.uint8)
    Path("/proc/self/clear_refs").write_text("5")
    steady, start = status_mb("self", "VmRSS"), time.monotonic()
    with PeakOfChildren() as children:
        file = load_model_file(content)
    loaded, rise = time.monotonic() - start, status_mb("self", "VmHWM") - steady
    classifier_of(file, vislib.PREPROCESSINGS["0..1"], None, None).predict(image)
    seconds, rise_then = time.monotonic() - start - loaded, status_mb("self", "VmHWM") - steady
    print(
        f"{name:42} {len(content) / 1e3:9,.0f} {loaded:7.1f} {'':5} {rise:6} {children.mb:6}  accepted; a classifier "
        f"and its first prediction: {seconds:.1f} s, {rise_then} MB",
        flush=True,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="of attacks; all, if none is given")
    names = parser.parse_args().names
    os.environ["VISLIB_MAX_MODEL_MB"] = "240"  # 60 million numbers, as the sentences say
    from attacks import attacks_by_name, large_models
    from costly_attacks import costly_attacks, heavy_models

    import vislib.backend  # noqa: F401  as in a server that has been at work

    with tempfile.TemporaryDirectory() as folder:
        elsewhere, temporary = Path(folder) / "elsewhere", Path(folder) / "temporary"
        elsewhere.mkdir()
        temporary.mkdir()
        secret = elsewhere / "secret.h5"
        with h5py.File(secret, "w") as file:
            file["secret"] = [1.0, 2.0, 3.0, 4.0]
        tempfile.tempdir = str(temporary)
        os.chdir(elsewhere)
        watch = Watch(elsewhere)
        print(f"{'attack':42} {'kB':>9} {'seconds':>7} {'cpu':>5} {'rise':>6} {'child':>6}  sentence")
        every = attacks_by_name(secret) | large_models() | costly_attacks()
        chosen = {name: every[name] for name in (names or every) if name in every}
        kept = [attack(name, *each, temporary, watch) for name, each in chosen.items()]
        for name, make in heavy_models().items():
            if name in names or not names:
                heavy(name, make)
        os.chdir(ROOT)
    print(f"{sum(kept)} of {len(kept)} refused within the limits")
    return int(not all(kept))


if __name__ == "__main__":
    sys.exit(main())

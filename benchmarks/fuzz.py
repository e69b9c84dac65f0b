"""Loads thousands of damaged files in a watched process: python -m benchmarks.fuzz --cases 10000

Images, model files, label files and zip files of images, damaged by `tests/fuzz`. Each has a number, so that it can be
made again: --kind model --first 4627 --cases 1. Prints how many were refused and accepted. A file that raises anything
but VislibError, takes longer than 20 s of processor time (or 120 s of real time, on a busy machine) or ends its process
is printed, and the exit status is then 1. Ctrl-C ends it early and prints the results so far.

A model file that passes the first check is also loaded and run as in the safe path, first as in the other process and
then as in the app, here in one process for many files.
"""

import argparse
import contextlib
import multiprocessing
import os
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests" / folder) for folder in ("fuzz", "model_file", "")]

KINDS = ("image", "model", "labels", "zip")
CPU_SECONDS, SECONDS = 20.0, 120.0
_CASES_A_PROCESS = 700
_RUN_ONE_IN = 3
_BY_LIMIT = "ended by the limit of processor time"
BAD = ("raised", "took too long", "ended its process")


@dataclass
class Tally:
    """Counts the outcomes of the files of one kind."""

    outcomes: Counter = field(default_factory=Counter)
    slowest: tuple[float, int] = (0.0, -1)
    bad: list[str] = field(default_factory=list)

    def add(self, number: int, outcome: str, seconds: float, why: str) -> None:
        self.outcomes[outcome] += 1
        self.slowest = max(self.slowest, (seconds, number))
        if outcome in BAD:
            self.bad.append(f"file {number} {outcome}: {why}")
            print(f"  {self.bad[-1]}", flush=True)


class Worker:
    """A process that takes one file at a time."""

    def __init__(self, kind: str, seeds: Path):
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(kind, seeds, theirs), daemon=True)
        self.process.start()
        theirs.close()
        self.pipe.recv()  # it is ready
        self.number, self.since, self.n_taken, self._cpu_before = -1, 0.0, 0, 0.0

    def cpu_seconds(self) -> float:
        """Processor time since the file was given."""
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") - self._cpu_before

    def give(self, number: int) -> None:
        self._cpu_before = 0.0
        self.number, self.since, self._cpu_before = number, time.monotonic(), self.cpu_seconds()
        self.n_taken += 1
        self.pipe.send(number)

    def answer(self) -> tuple[str, str]:
        """The outcome of the file; None if the worker sent none."""
        try:
            return self.pipe.recv()
        except (EOFError, OSError):
            self.process.join()
            by_limit = self.process.exitcode == -signal.SIGPROF
            return _BY_LIMIT if by_limit else "ended its process", f"status {self.process.exitcode}"

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


def serve(kind: str, seeds: Path, pipe: Any) -> None:
    """In the worker: loads the files whose numbers arrive, until no more arrive."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # image libraries warn about every damaged file
    take = _taker(kind, [path.read_bytes() for path in sorted(seeds.iterdir())])
    pipe.send("ready")
    while True:
        pipe.send(take(pipe.recv()))


def _taker(name: str, seeds: list[bytes]):
    from cases import kind_of, model_path

    from vislib import VislibError
    from vislib.model_file.child import look_seconds

    kind = kind_of(name, seeds)
    load = _loader() if name == "model" else None

    def take(number: int) -> tuple[str, str]:
        content = kind.file(number)
        # As the safe path's other process does; SIGPROF ends this one unless the timer is reset.
        signal.setitimer(signal.ITIMER_PROF, look_seconds() if name == "model" else 0)
        try:
            kind.take(content)
            signal.setitimer(signal.ITIMER_PROF, 0)
            if load is None:
                return "accepted", ""
            with model_path(content) as path:
                return load(path)
        except VislibError as error:
            return "refused", str(error)
        except Exception:  # noqa: BLE001  it is what is looked for
            return "raised", traceback.format_exc(limit=-6)

    return take


def _loader():
    """Loads and runs a model as the other process of the safe path does, and then as the app does."""
    import numpy as np

    from vislib.backend import keras
    from vislib.errors import ModelError, VislibError
    from vislib.loading.own_model import classifier_of
    from vislib.model.preprocessing import PREPROCESSINGS
    from vislib.model_file import ModelFile, child
    from vislib.model_file.keras_model import load_checked
    from vislib.model_file.look import look

    child.limit_cpu = lambda seconds: None  # one process loads many files, and its real time is limited
    child.limit_process()
    add_weight = keras.Layer.add_weight
    image = np.random.default_rng(0).integers(0, 256, (20, 20, 3), np.uint8)

    def load_and_run(path: Path) -> tuple[str, str]:
        keras.utils.clear_session()
        keras.Layer.add_weight = add_weight
        if refused := child.verdict(path):
            return "refused when tried", refused
        keras.Layer.add_weight = add_weight
        try:
            model = load_checked(look(path))
            sizes = [side or 32 for side in (getattr(model, "input_shape", None) or ())[1:3]]
            file = ModelFile("model", "digest", model)
            classifier = classifier_of(file, PREPROCESSINGS["0..1"], None, tuple(sizes))
            if path.stat().st_size % _RUN_ONE_IN == 0:
                classifier.predict(image)  # slower than all files before it
        except VislibError as error:
            if isinstance(error, ModelError) and str(error).startswith("Keras cannot"):
                return "raised", f"the app could not load what was accepted: {error}"
            return "no classifier", str(error)
        return "accepted", ""

    return load_and_run


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=10_000, help="files of each kind")
    parser.add_argument("--first", type=int, default=0, help="number of the first")
    parser.add_argument("--kind", choices=KINDS, action="append", help="of all four, if not given")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    n_bad = 0
    for kind in options.kind or KINDS:
        n_bad += len(run(kind, range(options.first, options.first + options.cases), options.processes).bad)
    return int(n_bad > 0)


def run(kind: str, numbers: range, n_processes: int) -> Tally:
    """Loads the files with these numbers and prints the outcomes."""
    with tempfile.TemporaryDirectory(prefix="seeds-") as folder:
        _write_seeds(kind, Path(folder))
        start, tally = time.monotonic(), Tally()
        with contextlib.suppress(KeyboardInterrupt):
            _take_all(kind, Path(folder), list(reversed(numbers)), n_processes, tally)
    seconds, number = tally.slowest
    n_files = sum(tally.outcomes.values())
    outcomes = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(tally.outcomes.items()))
    print(
        f"{kind}: {n_files:,} files: {outcomes}; slowest {seconds:.1f} s (file {number}); "
        f"{time.monotonic() - start:.0f} s in all",
        flush=True,
    )
    return tally


def _write_seeds(kind: str, folder: Path) -> None:
    import seeds

    files = {"image": seeds.images, "labels": lambda: seeds.LABELS, "zip": seeds.zips, "model": _models}[kind]()
    for number, content in enumerate(files):
        (folder / f"{number:03}").write_bytes(content)


def _models() -> list[bytes]:
    import seeds

    with tempfile.TemporaryDirectory() as folder:
        return [*seeds.models_by_hand(), *seeds.models_of_keras(Path(folder))]


def _take_all(kind: str, seeds: Path, numbers: list[int], n_processes: int, tally: Tally) -> None:
    workers = [Worker(kind, seeds) for _ in range(min(n_processes, len(numbers)))]
    for worker in workers:
        worker.give(numbers.pop())
    while workers:
        ready = wait([worker.pipe for worker in workers], timeout=1.0)
        for worker in list(workers):
            seconds = time.monotonic() - worker.since
            if worker.pipe in ready:
                outcome, why = worker.answer()
            elif seconds > SECONDS or worker.cpu_seconds() > CPU_SECONDS:
                outcome, why = (
                    "took too long",
                    f"{worker.cpu_seconds():.0f} s of processor time, {seconds:.0f} s in all",
                )
            else:
                continue
            tally.add(worker.number, outcome, seconds, why)
            if outcome in (*BAD[1:], _BY_LIMIT) or worker.n_taken >= _CASES_A_PROCESS or not numbers:
                worker.end()
                workers.remove(worker)
                if not numbers:
                    continue
                worker = Worker(kind, seeds)
                workers.append(worker)
            worker.give(numbers.pop())


if __name__ == "__main__":
    sys.exit(main())

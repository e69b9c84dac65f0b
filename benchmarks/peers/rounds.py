"""Runs the same method by several libraries in turns, so that other work on the machine affects all alike."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.peers.worker import Run, Worker

MOST_RUNS = 5
SECONDS = 8.0  # for one library and method: a slow method gets fewer runs


@dataclass
class Times:
    """All runs of one method by one library. The first run, which traces, is left out if there are more."""

    runs: list[Run] = field(default_factory=list)

    @property
    def error(self) -> str:
        return next((run.error for run in self.runs if run.error), "")

    @property
    def seconds(self) -> np.ndarray:
        every = [run.seconds for run in self.runs]
        return np.array(every[1:] or every)

    @property
    def median(self) -> float:
        return float(np.median(self.seconds))

    @property
    def peak_bytes(self) -> int:
        return max(run.peak_bytes for run in self.runs)

    def is_done(self, most_seconds: float) -> bool:
        spent = sum(run.seconds for run in self.runs[1:])
        return bool(self.error) or len(self.runs) > MOST_RUNS or (len(self.runs) >= 2 and spent >= most_seconds)


def measured(method: str, workers: Sequence[Worker], seconds: float = SECONDS, once: bool = False) -> list[Times]:
    """Times of a method by each worker; `once` for a method that takes minutes."""
    times = [Times() for _ in workers]
    for number in range(1 if once else MOST_RUNS + 1):
        for worker, record in zip(workers, times, strict=True):
            if (number < 2 and not record.error) or not record.is_done(seconds):
                record.runs.append(worker.run(method))
    results = ", ".join(f"{name(worker)} {shown(record)}" for worker, record in zip(workers, times, strict=True))
    print(f"{workers[0].network} · {method}: {results}", file=sys.stderr, flush=True)
    return times


def name(worker: Worker) -> str:
    return worker.library + {None: "", "0": " (oneDNN off)", "1": " (oneDNN on)"}[worker.onednn]


def shown(times: Times) -> str:
    """The median and, in brackets, minimum and maximum: "0.52 (0.50–0.61)"."""
    if times.error:
        return times.error
    low, high = times.seconds.min(), times.seconds.max()
    digits = 3 if times.median < 1 else 2
    spread = f" ({low:.{digits}f}–{high:.{digits}f})" if len(times.seconds) > 1 else " (one run)"
    return f"{times.median:.{digits}f}{spread}"

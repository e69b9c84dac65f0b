"""Writes docs/benchmarks.md again after each part, so that an interrupted run leaves the finished parts."""

import os
import platform
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

from benchmarks.peers.rounds import Times, name, shown
from benchmarks.peers.worker import Worker

DOCS = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
_PACKAGES = ("tensorflow", "keras", "tf-keras-vis", "tf-explain", "xplique", "onnxruntime")
_HEAD = """\
# How fast, beside the peers

Written by `make bench` ({day}; {cores} cores, {features}; {versions}). Absolute times depend on the machine. The
ratios are from runs in turns, each library in a separate process, with the same image, network and amount of work.
Objects are made and functions are traced before the timing starts.

- A cell is the median in seconds and the minimum and maximum of up to five runs, after one run that is not counted. A
  method that takes minutes is run once. *times* is the fastest peer's median divided by vislib's: above 1 vislib is
  faster.
- oneDNN is {onednn} for the peers, as TensorFlow is installed on this machine; vislib enables it everywhere. *(oneDNN
  off)* is the peer on a CPU for which TensorFlow does not enable it.
- *Peak* is the largest memory of the process during the method, including the network and TensorFlow.
- The weights of ResNet-50 and VGG-16 are random, which takes the same time.
"""


class Report:
    """The finished parts in order, each a heading and lines of Markdown."""

    def __init__(self) -> None:
        self.onednn: bool | None = None
        self._parts: dict[str, list[str]] = {}

    def add(self, heading: str, lines: Sequence[str]) -> None:
        self._parts.setdefault(heading, []).extend(lines)
        head = _HEAD.format(
            day=date.today().isoformat(),
            cores=len(os.sched_getaffinity(0)),
            features=_features(),
            versions=", ".join([f"Python {platform.python_version()}", *map(_versioned, _PACKAGES)]),
            onednn={True: "on", False: "off", None: "not known to be on"}[self.onednn],
        )
        parts = [f"\n## {title}\n\n" + "\n".join(body) + "\n" for title, body in self._parts.items()]
        DOCS.write_text(head + "".join(parts))


def header(workers: Sequence[Worker]) -> list[str]:
    """The head of the table whose rows are `row`s."""
    names = ["", *map(name, workers), "times", "peak: vislib", "least peer"]
    return ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]


def row(method: str, workers: Sequence[Worker], times: dict[str, Times]) -> str:
    """One method's line; `times` by the workers' names, including vislib."""
    cells = [shown(times[name(worker)]) if name(worker) in times else "–" for worker in workers]
    own = times["vislib"]
    peers = [record for worker, record in times.items() if worker != "vislib" and not record.error]
    best = min((record.median for record in peers), default=None)
    ratio = "–" if best is None or own.error else f"**{best / own.median:.1f}**"
    memory = ["–" if own.error else _gigabytes(own.peak_bytes)]
    memory.append(_gigabytes(min(record.peak_bytes for record in peers)) if peers else "–")
    return "| " + " | ".join([method, *cells, ratio, *memory]) + " |"


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.2f} GB"


def _versioned(package: str) -> str:
    return f"{package} {version(package)}"


def _features() -> str:
    """The instruction sets that decide what TensorFlow's and oneDNN's kernels use."""
    flags = Path("/proc/cpuinfo").read_text().split()
    found = [flag for flag in ("avx2", "avx512f", "avx512_vnni", "amx_bf16") if flag in flags]
    return ", ".join(found) or platform.machine()

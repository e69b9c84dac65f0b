"""docs/benchmarks.md, written anew after each part, so that a run that is cut off leaves what it has."""

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

Written by `make bench` ({day}; {cores} cores, {features}; {versions}). Absolute times move with the machine; the ratios
are from runs in turns, each library in a process of its own, on the same image, network and amount of work, objects made
and functions traced before the clock starts.

- A cell is the median in seconds and the least and most of up to five runs after one that is not counted; what takes
  minutes is run once. *times* is the fastest peer's median divided by vislib's: above 1 vislib is faster.
- oneDNN is {onednn} for the peers as TensorFlow installs on this machine; vislib switches it on everywhere. *(oneDNN off)*
  is the peer as it would be on a CPU where TensorFlow leaves it off.
- *Peak* is the most memory that the process had during the method, the network and TensorFlow itself included.
- Weights of ResNet-50 and VGG-16 are random, which costs the same time.
"""


class Report:
    """The parts so far, in order, each a heading and lines of Markdown."""

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
    """One method's line; `times` by the workers' names, vislib's among them."""
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

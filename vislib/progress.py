"""One callback for the whole library, by which long computations report progress and can be cancelled.

Where no callback is given, a computation of more than a second shows tqdm's bar in a terminal or a notebook, and
nothing in a pipe, in a log, or in another thread than the main one, such as those of a server. The environment variable
TQDM_DISABLE=1 switches it off.
"""

import sys
import threading
import time
import warnings
from typing import Any, Protocol

import numpy as np

SECONDS_BEFORE_BAR = 1.0


class Progress(Protocol):
    """A callback between batches of a computation. An exception that it raises cancels the computation and passes
    through."""

    def __call__(self, done: int, total: int, partial: np.ndarray | None = None, /) -> None:
        """Reports that `done` of `total` units are finished.

        Args:
            done: Finished units, 0 to `total`.
            total: All units.
            partial: The result so far, if there is one: a map (H, W) float32, or a picture (h, w, 3) uint8.
        """


def no_progress(done: int, total: int, partial: np.ndarray | None = None, /) -> None:
    """Ignores progress."""


class _Bar:
    """tqdm's progress bar for one job after the other: a job begins with a smaller count or another total."""

    def __init__(self) -> None:
        self._begun, self._done, self._total = 0.0, 0, 0
        self._drawn: Any = None

    def __call__(self, done: int, total: int, partial: np.ndarray | None = None, /) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        now = time.monotonic()
        if total != self._total or done < self._done:
            self._close()
            self._begun, self._total = now, total
        self._done = done
        if done >= total:
            self._close()
            self._total = 0
        elif self._drawn is not None:
            self._drawn.update(done - self._drawn.n)
        elif now - self._begun >= SECONDS_BEFORE_BAR and _is_watched():
            self._drawn = _tqdm(total, done)

    def _close(self) -> None:
        if self._drawn is not None:
            self._drawn.update(self._done - self._drawn.n)
            self._drawn.close()
            self._drawn = None


progress_bar: Progress = _Bar()
"""The callback where none is given: a bar if a person watches and the work lasts; see the top of this module."""


def takes_partial(progress: Progress) -> bool:
    """Whether a callback looks at partial results, some of which take time to make."""
    return progress is not no_progress and progress is not progress_bar


def in_notebook() -> bool:
    """Whether the code runs in a kernel, such as that of a Jupyter notebook, whose output is shown by a front end."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and hasattr(shell, "kernel")


def _is_watched() -> bool:
    return in_notebook() or (sys.stderr is not None and sys.stderr.isatty())


def _tqdm(total: int, done: int) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # without ipywidgets, tqdm warns and draws its bar as text
        from tqdm.auto import tqdm

        return tqdm(total=total, initial=done, leave=False)


def within(progress: Progress, done: int, total: int) -> Progress:
    """A progress callback for one step of a longer job: the outer count does not change, and cancelling works."""
    return lambda *_: progress(done, total)


def scaled(progress: Progress, done: int, units: int, total: int) -> Progress:
    """A progress callback for a part of a longer job, which counts in its own units.

    Args:
        progress: The callback of the whole job.
        done: Units of the whole job that were finished before the part.
        units: Units of the whole job that the part finishes.
        total: Units of the whole job.
    """
    return lambda now, of, *partial: progress(done + units * now // of, total, *partial)


class Steps:
    """Counts the finished units of a longer job that has parts, and reports the count.

    Args:
        progress: The callback of the whole job.
        total: Units of the whole job.
        done: Units that are already finished.
    """

    def __init__(self, progress: Progress, total: int, done: int = 0):
        self._progress, self._total, self._done = progress, total, done
        progress(done, total)

    def watch(self, done: int, total: int, partial: np.ndarray | None = None, /) -> None:
        """A callback for a part that counts other units: the count of the job does not change, and cancelling works."""
        self._progress(self._done, self._total)

    def part(self, done: int, total: int, partial: np.ndarray | None = None, /) -> None:
        """A callback for a part that counts the units of the whole job."""
        if done:
            self._progress(self._done + done, self._total)

    def finished(self, units: int = 1) -> None:
        """Adds finished units."""
        self._done += units
        self._progress(self._done, self._total)

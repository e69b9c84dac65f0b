"""One callback for the whole library, by which long computations report progress and can be cancelled."""

from typing import Protocol

import numpy as np


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


def within(progress: Progress, done: int, total: int) -> Progress:
    """A progress callback for one step of a longer job: the outer count does not change, and cancelling works."""
    return lambda *_: progress(done, total)


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

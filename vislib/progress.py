"""How long work reports its progress and can be cancelled: one callback for the whole library."""

from typing import Protocol

import numpy as np


class Progress(Protocol):
    """A callback between batches of work. An exception that it raises cancels the work and passes through."""

    def __call__(self, done: int, total: int, partial: np.ndarray | None = None, /) -> None:
        """Reports `done` of `total` units of work.

        Args:
            done: Finished units, 0 to `total`.
            total: All units.
            partial: The result so far, where the work has one: a map (H, W) float32, or a picture (h, w, 3) uint8.
        """


def no_progress(done: int, total: int, partial: np.ndarray | None = None, /) -> None:
    """Ignores progress."""


def within(progress: Progress, done: int, total: int) -> Progress:
    """A progress callback for one step of a longer job: keeps the outer count and still allows cancelling."""
    return lambda *_: progress(done, total)


class Steps:
    """Counts the finished units of a longer job that has parts, and reports the count.

    Args:
        progress: Of the whole job.
        total: Units of the whole job.
        done: Units that were finished before.
    """

    def __init__(self, progress: Progress, total: int, done: int = 0):
        self._progress, self._total, self._done = progress, total, done
        progress(done, total)

    def watch(self, done: int, total: int, partial: np.ndarray | None = None, /) -> None:
        """A callback for a part with units of its own: the count stays, and cancelling works."""
        self._progress(self._done, self._total)

    def part(self, done: int, total: int, partial: np.ndarray | None = None, /) -> None:
        """A callback for a part that counts the units of the whole job."""
        if done:
            self._progress(self._done + done, self._total)

    def finished(self, units: int = 1) -> None:
        """Adds finished units."""
        self._done += units
        self._progress(self._done, self._total)

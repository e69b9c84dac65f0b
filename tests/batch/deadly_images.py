"""Images of which one ends the process that opens it first, as an image can that takes too much memory."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vislib.images.sources import Source


@dataclass(frozen=True)
class DeadlyImages:
    """A source in which the image `deadly` kills whoever opens it, once: `mark` is made before.

    It is in a module of its own, so that another process can unpack it.
    """

    images: Source
    deadly: int
    mark: Path

    @property
    def name(self) -> str:
        return self.images.name

    @property
    def digest(self) -> str:
        return self.images.digest

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, number: int) -> np.ndarray:
        if number == self.deadly and not self.mark.exists():
            self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return self.images[number]

    def title(self, number: int) -> str:
        return self.images.title(number)

    def label(self, number: int) -> str | None:
        return self.images.label(number)

    def piece(self, start: int, stop: int) -> "DeadlyImages":
        return DeadlyImages(self.images.piece(start, stop), self.deadly - start, self.mark)

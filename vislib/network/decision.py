"""The logits of one input, remembered while it is explained: most methods meet them on their own way."""

import contextlib
import threading
from collections.abc import Iterator

import numpy as np


class Decision:
    """Remembers logits of single inputs, for each thread on its own and only within `within`."""

    def __init__(self) -> None:
        self._here = threading.local()

    @contextlib.contextmanager
    def within(self) -> Iterator[None]:
        """While this lasts, what is remembered is known."""
        before = getattr(self._here, "seen", None)
        self._here.seen = {}
        try:
            yield
        finally:
            self._here.seen = before

    def known(self, inputs: np.ndarray) -> np.ndarray | None:
        """The logits (1, classes) of inputs (1, h, w, c) that were remembered; None for any others."""
        seen = getattr(self._here, "seen", None)
        return seen.get(inputs.tobytes()) if seen and len(inputs) == 1 else None

    def remember(self, inputs: np.ndarray, logits: np.ndarray) -> np.ndarray:
        """Takes the logits of a single input to be known from now on; returns them."""
        seen = getattr(self._here, "seen", None)
        if seen is not None and len(inputs) == 1:
            seen.setdefault(inputs.tobytes(), logits)
        return logits

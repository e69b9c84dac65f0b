"""Weights made of a model's own, which follow when those change."""

import threading
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from vislib.backend import keras, tf


class Maker(Protocol):
    """Holds weights made of a model's own."""

    @property
    def sources(self) -> Sequence[keras.Variable]:
        """The model's weights that they are made of."""

    def make(self, *sources: tf.Tensor) -> None:
        """Makes them anew of those."""


class Renewed:
    """Makes weights anew whose sources were written to, whenever it is called."""

    def __init__(self, makers: Sequence[Maker]):
        self._makers = [_Made(maker) for maker in makers]
        self._lock = threading.Lock()

    def __call__(self) -> None:
        with self._lock:
            for made in self._makers:
                made.renew()


class _Made:
    """A maker, and what it made its weights of."""

    def __init__(self, maker: Maker):
        self._maker = maker
        # Read one by one, at a millisecond a network; a traced function halves that, and takes a third of a second.
        self._read = [{"resource": each.value.handle, "dtype": each.value.dtype} for each in maker.sources]
        self._sources: list[tf.Tensor] = []
        self._places: list[int] | None = None

    def renew(self) -> None:
        """Makes the weights anew unless TensorFlow has their sources where it had them.

        It writes elsewhere as long as what was read is held. That is so in the computer's own memory; of a GPU's
        nothing is told, and they count as changed.
        """
        sources = [tf.raw_ops.ReadVariableOp(**read) for read in self._read]
        known = all("CPU" in source.device for source in sources)
        places = [_place(source) for source in sources] if known else None
        if places is None or places != self._places:
            self._maker.make(*sources)
            self._sources, self._places = sources, places


def _place(tensor: tf.Tensor) -> int:
    """The address of its memory."""
    return np.asarray(memoryview(tensor)).__array_interface__["data"][0]

"""Weights made of a model's own, which follow when those change."""

import threading
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from vislib.backend import tf


class Maker(Protocol):
    """Holds weights made of a model's own."""

    def sources(self) -> list[tf.Tensor]:
        """The model's weights that they are made of."""

    def make(self, sources: Sequence[tf.Tensor]) -> None:
        """Makes them anew of those."""


class Renewed:
    """Makes weights anew whose sources were written to, whenever it is called."""

    def __init__(self, makers: Sequence[Maker]):
        self._makers = makers
        self._read = tf.function(lambda: [maker.sources() for maker in makers], autograph=False)
        self._seen: list[Sequence[tf.Tensor]] = [()] * len(makers)
        self._lock = threading.Lock()

    def __call__(self) -> None:
        if not self._makers:
            return
        with self._lock:
            for number, (maker, sources) in enumerate(zip(self._makers, self._read(), strict=True)):
                if not _same_memory(self._seen[number], sources):
                    maker.make(sources)
                    self._seen[number] = sources


def _same_memory(before: Sequence[tf.Tensor], now: Sequence[tf.Tensor]) -> bool:
    """Whether the weights have not been written to since: TensorFlow writes elsewhere as long as `before` is held.

    That is so in the computer's own memory; of a GPU's nothing is told, and they count as changed.
    """
    if len(before) != len(now) or any("CPU" not in tensor.device for tensor in now):
        return False
    return all(_address(old) == _address(new) for old, new in zip(before, now, strict=True))


def _address(tensor: tf.Tensor) -> int:
    return np.asarray(memoryview(tensor)).ctypes.data

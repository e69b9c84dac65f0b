"""A computation that needs more memory than there is ends in a sentence for the one who asked for it."""

from collections.abc import Iterator
from contextlib import contextmanager

import vislib


class TooLittleMemory(vislib.VislibError):
    """There is too little memory for what was asked."""


@contextmanager
def catch_shortage(what: str) -> Iterator[None]:
    """Turns what Python and TensorFlow raise for want of memory into a sentence.

    Args:
        what: What is being done, for people.

    Raises:
        TooLittleMemory: If the block runs out of memory.
    """
    try:
        yield
    except Exception as error:
        if not _is_shortage(error):
            raise
        raise TooLittleMemory(
            f"{what}: this computer has too little memory for it just now. Try again later, or ask for less: a smaller "
            "network, fewer layers or samples."
        ) from error


def _is_shortage(error: Exception) -> bool:
    # By name, as the app starts without TensorFlow.
    return isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError"

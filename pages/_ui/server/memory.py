"""A computation that runs out of memory ends in an error message for the user who started it."""

from collections.abc import Iterator
from contextlib import contextmanager

import vislib
from vislib.language import text


class TooLittleMemory(vislib.VislibError):
    """There is too little memory for the computation."""


@contextmanager
def catch_shortage(what: str) -> Iterator[None]:
    """Turns the errors that Python and TensorFlow raise when memory runs out into a readable one.

    Args:
        what: Name of the computation, for the user.

    Raises:
        TooLittleMemory: If the block runs out of memory.
    """
    try:
        yield
    except Exception as error:
        if not _is_shortage(error):
            raise
        raise TooLittleMemory(
            text(
                "{what}: this computer has too little memory for it just now. Try again later, or reduce the work: a "
                "smaller network, fewer layers or samples.",
                what=what,
            )
        ) from error


def _is_shortage(error: Exception) -> bool:
    # By name, because the app starts without TensorFlow. A sentence of vislib has the exception as its cause.
    causes = (error, error.__cause__)
    return any(isinstance(one, MemoryError) or type(one).__name__ == "ResourceExhaustedError" for one in causes)

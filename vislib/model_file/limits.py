"""How large a network from a file may be. A server's operator sets it with the environment variable `VARIABLE`.

What counts is the network's own weights. The state of an optimizer, which Keras writes into the same file, is never
read; it only makes the file larger.
"""

import os

from vislib.errors import ParameterError
from vislib.language import Text, text

VARIABLE = "VISLIB_MAX_MODEL_MB"
DEFAULT_MB = 800
"""For a person's own machine: VGG-16 has 553 MB, the largest of Keras's common networks, ConvNeXtLarge, 791 MB."""

_BYTES_A_NUMBER = 4
_WITH_OPTIMIZER = 3
"""Adam keeps two numbers beside each weight."""
_REST_BYTES = 10_000_000
"""For the configuration and for what HDF5 writes around the numbers."""


def max_weights_mb() -> int:
    """The most weights of a network, in MB (10⁶ bytes).

    Raises:
        ParameterError: If the environment variable is not a number of MB.
    """
    given = os.environ.get(VARIABLE, "").strip()
    if not given:
        return DEFAULT_MB
    if not (given.isascii() and given.isdecimal()) or not 1 <= int(given) <= 1_000_000:
        raise ParameterError(
            text(
                "{variable} is a whole number of MB from 1 to 1,000,000; not '{given}'.",
                variable=VARIABLE,
                given=given[:40],
            )
        )
    return int(given)


def max_weights_bytes() -> int:
    """The most bytes of a network's weights."""
    return max_weights_mb() * 1_000_000


def max_parameters() -> int:
    """The most numbers of 4 bytes that a network's weights are; a number of 8 bytes counts twice."""
    return max_weights_bytes() // _BYTES_A_NUMBER


def max_file_bytes() -> int:
    """The most bytes of a file: the weights, as much again twice for an optimizer's state, and the configuration."""
    return _WITH_OPTIMIZER * max_weights_bytes() + _REST_BYTES


def too_large(size: Text) -> Text:
    """The sentences for a file of more than `max_file_bytes`; `size` is a clause that says how large it is."""
    return text(
        "{size}; at most {most:,.0f} MB are accepted, of which the network's own "
        "weights may be {weights:,} MB. If most of it is an optimizer's state, leave that out in "
        "Python: keras.models.load_model(path, compile=False).save('lean.keras'). Otherwise set the "
        "environment variable {variable}.",
        size=size,
        most=max_file_bytes() / 1e6,
        weights=max_weights_mb(),
        variable=VARIABLE,
    )

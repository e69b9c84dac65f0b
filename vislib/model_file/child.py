"""A separate process that checks a model file, then loads and runs it once, under limits of the operating system.

`load.check_in_child` starts it as ``python -m vislib.model_file.child PATH``. It writes one JSON object to its standard
output: {"refused": null} or {"refused": sentence}, in the form of `answers`. It is isolation, not a sandbox: if a file
takes too much memory or time, or crashes, only this process ends; but the process runs with the user's rights.
"""

import json
import math
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from vislib.errors import ModelError, VislibError
from vislib.language import text, to_json
from vislib.model_file.limits import VARIABLE, max_file_bytes, max_parameters, max_weights_bytes
from vislib.model_file.look import look
from vislib.model_file.quoting import reason_of

MAX_ORTHOGONAL = 4_000_000
"""Most elements of a weight with an orthogonal initial matrix, which takes minutes to compute for large ones."""

LOOK_CPU_SECONDS = 8
"""Enough for a file of 200 MB; on a damaged file the HDF5 library can loop forever."""
CPU_SECONDS = 40
_BYTES_A_LOOK_SECOND = 200_000_000
_BYTES_A_SECOND = 40_000_000
MEMORY_BYTES = 3_000_000_000
"""What TensorFlow, the outputs of one image's layers and a network of 200 MB take."""
DESCRIPTORS = 256


def look_seconds() -> int:
    """The most processor time for the first look; a larger accepted file takes longer to unpack."""
    return LOOK_CPU_SECONDS + max_file_bytes() // _BYTES_A_LOOK_SECOND


def cpu_seconds() -> int:
    """The most processor time in all."""
    return CPU_SECONDS + max_weights_bytes() // _BYTES_A_SECOND


def memory_bytes() -> int:
    """The most memory."""
    return MEMORY_BYTES + 2 * max(0, max_weights_bytes() - 200_000_000)


def limit_process() -> None:
    """Limits this process's memory, processor time, written files and open files, if the system can."""
    try:
        import resource
    except ImportError:  # Windows has no such limits; the time-out of `load` still holds
        return
    limits = {
        # Not RLIMIT_AS: TensorFlow reserves gigabytes of address space that it never uses.
        resource.RLIMIT_DATA: memory_bytes(),
        # The weights of a .keras file are unpacked; the import of TensorFlow writes a temporary file.
        resource.RLIMIT_FSIZE: max_file_bytes(),
        resource.RLIMIT_NOFILE: DESCRIPTORS,
        resource.RLIMIT_CORE: 0,
    }
    for limit, most in limits.items():
        hard = resource.getrlimit(limit)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (most, most))
    limit_cpu(look_seconds())


def limit_cpu(seconds: int) -> None:
    """Ends this process after `seconds` of processor time, at most `cpu_seconds`; that maximum cannot be raised."""
    try:
        import resource
    except ImportError:
        return
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    most = cpu_seconds() if hard == resource.RLIM_INFINITY else min(cpu_seconds(), hard)
    resource.setrlimit(resource.RLIMIT_CPU, (min(seconds, most), most))


class ParameterCount:
    """Makes Keras count parameters before it allocates them, in this process from now on.

    Adding a weight raises ModelError if `total` then exceeds `max_parameters`, or if the weight's initial value takes
    too long to compute. A number of 8 bytes counts twice.
    """

    def __init__(self) -> None:
        from vislib.backend import keras

        self.total, most = 0, max_parameters()
        add_weight = keras.Layer.add_weight

        def counted(layer, shape=None, initializer=None, dtype=None, **kwargs):
            size = math.prod(shape or ())
            self.total += size * (2 if "64" in str(dtype or layer.variable_dtype) else 1)
            orthogonal = isinstance(initializer, keras.initializers.Orthogonal) or "rthogonal" in str(initializer)
            if orthogonal and size > MAX_ORTHOGONAL:
                raise ModelError(
                    text(
                        "A weight of {size:,} numbers begins as an orthogonal matrix, which takes too long to "
                        "compute; at most {most:,} are accepted.",
                        size=size,
                        most=MAX_ORTHOGONAL,
                    )
                )
            if self.total > most:
                raise ModelError(
                    text(
                        "The model has more than {most:,} parameters, which is the most accepted. The environment "
                        "variable {variable} sets it.",
                        most=most,
                        variable=VARIABLE,
                    )
                )
            return add_weight(layer, shape=shape, initializer=initializer, dtype=dtype, **kwargs)

        keras.Layer.add_weight = counted


def verdict(path: Path, looked: Callable[[], None] = lambda: None) -> str | None:
    """A sentence on why the file is refused; None if it is accepted. `looked` is called after the first check."""
    try:
        checked = look(path)
        looked()
        ParameterCount()
        from vislib.model_file.keras_model import load_checked
        from vislib.model_file.trial import try_model

        try_model(load_checked(checked))
    except VislibError as error:
        return error.args[0]
    except MemoryError:
        return text("Loading the model needs too much memory.")
    except Exception as error:  # noqa: BLE001  any error of Keras means that the file is refused
        return text(
            "Keras cannot use the model: {reason} ({kind}).", reason=reason_of(error), kind=type(error).__name__
        )
    return None


def main() -> None:
    answer = os.dup(1)
    os.dup2(2, 1)  # so that text printed by libraries is not read as the answer
    limit_process()
    signal.alarm(3 * cpu_seconds())  # ends this process even if its parent process has ended
    refused = verdict(Path(sys.argv[1]), lambda: limit_cpu(cpu_seconds()))
    os.write(answer, json.dumps({"refused": to_json(refused)}, default=str).encode())


if __name__ == "__main__":
    main()

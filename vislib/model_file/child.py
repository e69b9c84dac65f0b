"""A separate process that checks a model file, then loads and runs it once, under limits of the operating system.

`load.check_in_child` starts it as ``python -m vislib.model_file.child PATH``. It writes one JSON object to its standard
output: {"refused": null} or {"refused": "sentence"}. It is isolation, not a sandbox: if a file takes too much memory or
time, or crashes, only this process ends; but the process runs with the user's rights.
"""

import json
import math
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from vislib.errors import ModelError, VislibError
from vislib.model_file.config import shown
from vislib.model_file.look import look
from vislib.model_file.sizes import check_sizes

MAX_PARAMETERS = 60_000_000
MAX_ORTHOGONAL = 4_000_000
"""Most elements of a weight with an orthogonal initial matrix, which takes minutes to compute for large ones."""
ANY_SIDE = 224
"""Side in pixels at which a model that accepts any size is tried."""

LOOK_CPU_SECONDS = 8
"""Enough for the largest accepted file; on a damaged file the HDF5 library can loop forever."""
CPU_SECONDS = 40
MEMORY_BYTES = 3_000_000_000
FILE_BYTES = 1_000_000
DESCRIPTORS = 256


def limit_process() -> None:
    """Limits this process's memory, processor time, written files and open files, if the system can."""
    try:
        import resource
    except ImportError:  # Windows has no such limits; the time-out of `load` still holds
        return
    limits = {
        # Not RLIMIT_AS: TensorFlow reserves gigabytes of address space that it never uses.
        resource.RLIMIT_DATA: MEMORY_BYTES,
        # Not zero: the import of TensorFlow writes a temporary file.
        resource.RLIMIT_FSIZE: FILE_BYTES,
        resource.RLIMIT_NOFILE: DESCRIPTORS,
        resource.RLIMIT_CORE: 0,
    }
    for limit, most in limits.items():
        hard = resource.getrlimit(limit)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (most, most))
    limit_cpu(LOOK_CPU_SECONDS)


def limit_cpu(seconds: int) -> None:
    """Ends this process after `seconds` of processor time, at most `CPU_SECONDS`; that maximum cannot be raised."""
    try:
        import resource
    except ImportError:
        return
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    most = CPU_SECONDS if hard == resource.RLIM_INFINITY else min(CPU_SECONDS, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (min(seconds, most), most))


class ParameterCount:
    """Makes Keras count parameters before it allocates them, in this process from now on.

    Adding a weight raises ModelError if `total` then exceeds `MAX_PARAMETERS`, or if the weight's initial value takes
    too long to compute. A number of 8 bytes counts twice.
    """

    def __init__(self) -> None:
        from vislib.backend import keras

        self.total = 0
        add_weight = keras.Layer.add_weight

        def counted(layer, shape=None, initializer=None, dtype=None, **kwargs):
            size = math.prod(shape or ())
            self.total += size * (2 if "64" in str(dtype or layer.variable_dtype) else 1)
            orthogonal = isinstance(initializer, keras.initializers.Orthogonal) or "rthogonal" in str(initializer)
            if orthogonal and size > MAX_ORTHOGONAL:
                raise ModelError(
                    f"A weight of {size:,} numbers begins as an orthogonal matrix, which takes too long to compute; at "
                    f"most {MAX_ORTHOGONAL:,} are accepted."
                )
            if self.total > MAX_PARAMETERS:
                raise ModelError(f"The model has more than {MAX_PARAMETERS:,} parameters, which is the most accepted.")
            return add_weight(layer, shape=shape, initializer=initializer, dtype=dtype, **kwargs)

        keras.Layer.add_weight = counted


def try_model(path: Path) -> None:
    """Loads the model, checks the sizes of its outputs, and runs it once on one image.

    Create a `ParameterCount` first, in a process that ends afterwards.

    Raises:
        VislibError: If the model cannot be loaded, or vislib could not use it.
    """
    import numpy as np

    from vislib.backend import keras
    from vislib.graph.flatten import flatten
    from vislib.images.arrays import MAX_BANDS
    from vislib.model_file.load import load_with_keras

    model = load_with_keras(path)
    shape = getattr(model, "input_shape", None)
    if not isinstance(shape, tuple) or len(shape) != 4 or not 1 <= (shape[3] or 0) <= MAX_BANDS:
        return  # `load_classifier` refuses a model that is no image network, with a better sentence
    input_shape = (shape[1] or ANY_SIDE, shape[2] or ANY_SIDE, shape[3])
    check_sizes(model, input_shape)
    graph = flatten(model, input_shape)
    keras.Model(graph.input, graph.logits)(np.zeros((1, *input_shape), np.float32), training=False)


def verdict(path: Path, looked: Callable[[], None] = lambda: None) -> str | None:
    """A sentence on why the file is refused; None if it is accepted. `looked` is called after the first check."""
    try:
        look(path)
        looked()
        ParameterCount()
        try_model(path)
    except VislibError as error:
        return str(error)
    except MemoryError:
        return "Loading the model needs too much memory."
    except Exception as error:  # noqa: BLE001  any error of Keras means that the file is refused
        return f"Keras cannot use the model: {shown(type(error).__name__)}, {shown(error, 200)}."
    return None


def main() -> None:
    answer = os.dup(1)
    os.dup2(2, 1)  # so that text printed by libraries is not read as the answer
    limit_process()
    signal.alarm(3 * CPU_SECONDS)  # ends this process even if its parent process has ended
    text = json.dumps({"refused": verdict(Path(sys.argv[1]), lambda: limit_cpu(CPU_SECONDS))})
    os.write(answer, text.encode())


if __name__ == "__main__":
    main()

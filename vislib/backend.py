"""Imports TensorFlow and Keras, once and late.

Only modules that build or run models import this module, so ``import vislib`` is fast.
"""

import contextlib
import gc
import os
import sys
import tempfile
from collections.abc import Iterator


def _set_environment() -> None:
    """Sets environment variables that TensorFlow and Keras read at import; a variable that the user has set is kept."""
    # oneDNN's kernels take a third less time on CPUs for which TensorFlow does not enable them.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")


@contextlib.contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Switches the garbage collector off while very many objects are made that are all in use.

    Measured: TensorFlow's import takes 2.3 s instead of 3.0 s; to trace the gradient of EfficientNet-Lite0 1.5 s
    instead of 2.0 s.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


_GREETINGS = (
    "oneDNN custom operations are on",
    "Could not find cuda drivers",
    "Cannot dlopen some GPU libraries",
    "failed call to cuInit",
    "All log messages before absl::InitializeLog",
    "This TensorFlow binary is optimized to use available CPU instructions",
    "To enable the following instructions",
    "Unable to register cuFFT factory",
    "Unable to register cuDNN factory",
    "Unable to register cuBLAS factory",
    "computation placer already registered",
)
"""What TensorFlow writes at every start, though nothing is wrong: a machine without a GPU is no error."""


@contextlib.contextmanager
def _without_greetings() -> Iterator[None]:
    """Holds what is written to standard error meanwhile, and then writes it without TensorFlow's greetings.

    They come from its C++ code before any setting of its log is read, so the file descriptor is held. With
    TF_CPP_MIN_LOG_LEVEL=0 everything is written.
    """
    try:
        stderr = os.dup(2)
    except OSError:  # the process has no standard error
        yield
        return
    with tempfile.TemporaryFile() as held:
        sys.stderr.flush()
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(stderr, 2)
            os.close(stderr)
            held.seek(0)
            for line in held.read().decode(errors="replace").splitlines():
                if not any(greeting in line for greeting in _GREETINGS):
                    print(line, file=sys.stderr)


_is_asked_for_all = os.environ.get("TF_CPP_MIN_LOG_LEVEL") == "0"
_set_environment()
with contextlib.nullcontext() if _is_asked_for_all else _without_greetings(), without_garbage_collection():
    import keras
    import tensorflow as tf

    tf.config.list_physical_devices()  # looks for a GPU, which is greeted too
    if not gc.get_freeze_count():  # freezing and unfreezing moves the objects to the oldest generation
        gc.freeze()
        gc.unfreeze()

__all__ = ["keras", "tf", "without_garbage_collection"]

"""What the app changes in its own process. Nothing here happens at import: app.py and the pages call it."""

import ctypes
import gc
import sys

from streamlit.runtime.scriptrunner import script_runner

_ARENA_MAX = -8
"""M_ARENA_MAX of glibc's mallopt."""


def use_few_arenas() -> None:
    """Lets all threads take memory from two arenas, which keeps the server 0.2 GB smaller; app.py calls it.

    By default glibc makes up to eight arenas for each core, and each keeps what was freed in it. Every run of a page
    has its own thread.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_ARENA_MAX, 2)


def keep_keras_state() -> None:
    """Keeps Streamlit from resetting Keras after every run of every page; app.py calls it.

    Streamlit calls keras.backend.clear_session() at the end of each run. That deletes TensorFlow's compiled kernels
    (a warm Grad-CAM then takes 0.27 s instead of 0.03 s) and the Keras state of all threads, also while they compute
    for other users. Streamlit has no setting for it, so its function is replaced. The function does nothing else but
    close the figures of pyplot, which vislib never uses.
    """
    script_runner._clean_problem_modules = _keep_everything


def _keep_everything() -> None:
    """In place of Streamlit's function."""


def has_tensorflow() -> bool:
    """Whether TensorFlow is imported."""
    return "vislib.backend" in sys.modules


def import_tensorflow() -> None:
    """Imports TensorFlow; the first call takes seconds, so pages call it only when they need a network.

    The garbage collector then ignores the objects that TensorFlow consists of, because they stay until the server
    ends. Each full collection would need a quarter of a second to examine them.
    """
    if has_tensorflow():
        return
    import vislib.backend  # noqa: F401

    gc.freeze()

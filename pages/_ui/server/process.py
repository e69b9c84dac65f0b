"""What the app changes in its own process. Nothing here happens at import: app.py and the pages call it."""

import gc
import sys

from streamlit.runtime.scriptrunner import script_runner


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

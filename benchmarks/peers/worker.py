"""A separate process for each library, so that no two share settings, threads or memory.

Only one process computes at a time.
"""

import importlib
import multiprocessing
import os
import time
from dataclasses import dataclass
from pathlib import Path

PATIENCE_SECONDS = 300  # with one run, or with getting ready
LIBRARIES = {
    "vislib": "with_vislib",
    "tf-keras-vis": "with_tf_keras_vis",
    "tf-explain": "with_tf_explain",
    "xplique": "with_xplique",
    "plain predict": "with_plain",
    "ONNX Runtime": "with_onnx_runtime",
}


@dataclass(frozen=True)
class Run:
    """One run of a method: its time, the largest memory of the process, or the error."""

    seconds: float = 0.0
    peak_bytes: int = 0
    error: str = ""


class Worker:
    """A library that explains one network.

    Args:
        library: One of `LIBRARIES`.
        network: One of `task.NETWORKS`.
        onednn: TF_ENABLE_ONEDNN_OPTS: "1", "0", or None for TensorFlow's choice on this machine.
    """

    def __init__(self, library: str, network: str, onednn: str | None = None):
        self.library, self.network, self.onednn = library, network, onednn
        context = multiprocessing.get_context("spawn")
        self._connection, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other, library, network, onednn), daemon=True)
        self._process.start()
        other.close()

    def started(self) -> dict:
        """Waits until the process is ready: {"methods": names, "onednn": whether it is on, "error": the error}."""
        return self._answer({"methods": [], "onednn": None, "error": "the process died"})

    def run(self, method: str) -> Run:
        """Runs a method once."""
        try:
            self._connection.send(method)
        except (BrokenPipeError, ConnectionError):
            return Run(error="the process died before")
        return self._answer(Run(error=f"died, or took longer than {PATIENCE_SECONDS} s"))

    def stop(self) -> None:
        self._process.terminate()
        self._process.join()
        self._connection.close()

    def _answer(self, if_dead):
        try:
            if self._connection.poll(PATIENCE_SECONDS):
                return self._connection.recv()
        except (EOFError, ConnectionError):
            pass
        self._process.kill()
        return if_dead


def _serve(connection, library: str, network: str, onednn: str | None) -> None:
    os.environ.update({"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": ""})
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Keras's progress bars
    if onednn is not None:
        os.environ["TF_ENABLE_ONEDNN_OPTS"] = onednn
    try:
        if library != "vislib":  # which sets oneDNN itself: TensorFlow comes first
            importlib.import_module("tensorflow")
        from tensorflow.python.framework.test_util import IsMklEnabled

        is_on = IsMklEnabled() if library != "vislib" else None
        from benchmarks.peers.task import task_of

        task = task_of(network)
        module = importlib.import_module(f"benchmarks.peers.{LIBRARIES[library]}")
        methods, scaled = module.methods(task), getattr(module, "SCALED", {})
        connection.send({"methods": list(methods), "onednn": is_on, "error": ""})
    except Exception as error:  # noqa: BLE001 - a peer that cannot even start is a result too
        connection.send({"methods": [], "onednn": None, "error": _message(error)})
        return
    while True:
        method = connection.recv()
        connection.send(_timed(methods[method], scaled.get(method, 1.0)))


def _timed(function, scale: float) -> Run:
    forget_peak()
    start = time.perf_counter()
    try:
        function()
    except Exception as error:  # noqa: BLE001 - what a peer raises goes into the table
        return Run(error=_message(error))
    return Run((time.perf_counter() - start) * scale, peak())


def _message(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0][:160] if lines else ''}"


def forget_peak() -> None:
    """Resets Linux's record of the largest memory to the current memory."""
    Path("/proc/self/clear_refs").write_text("5")


def peak() -> int:
    status = Path("/proc/self/status").read_text()
    return 1024 * int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])

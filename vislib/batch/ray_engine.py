"""Computes the parts of a batch with Ray Data: on the cores of one machine, or on the cores or GPUs of a cluster.

Ray schedules the parts, applies back-pressure and retries the parts of lost workers. A worker computes and writes a
part exactly as `explain_many` does on one machine. Every machine must see the image files and the result's folder
under the same path.
"""

import logging
import os
import pickle
import socket
from pathlib import Path
from typing import Any

import numpy as np

from vislib.batch.decoding import decoded_ahead
from vislib.batch.masks import fit_of
from vislib.batch.packed import PackedClassifier
from vislib.batch.settings import BatchSettings, Cluster
from vislib.batch.store import BatchFolder
from vislib.batch.writing import part_range, write_part
from vislib.errors import ParameterError, VislibError
from vislib.images.sources import Source, sentence_of
from vislib.language import text
from vislib.progress import Steps, no_progress

_ROOT = str(Path(__file__).resolve().parents[2])
_AHEAD = 64
_TRIES = 5
_ANSWER_SECONDS = 10


class PartWorker:
    """A Ray actor: loads the model once, then computes and writes the parts that Ray passes to it."""

    def __init__(self, packed: PackedClassifier, settings: BatchSettings, folder: BatchFolder, cpus: float):
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        from vislib.backend import tf

        try:
            # Each worker has its share of the cores; by default TensorFlow uses all cores in every worker.
            tf.config.threading.set_intra_op_parallelism_threads(max(1, int(cpus)))
            for device in tf.config.list_physical_devices("GPU"):
                tf.config.experimental.set_memory_growth(device, True)  # else one worker takes all of a shared GPU
        except RuntimeError:
            pass  # TensorFlow has already started in this process, so its settings can no longer change
        self._settings, self._folder = settings, folder
        self._classifier = packed.unpacked()

    def __call__(self, batch: dict[str, np.ndarray]) -> dict[str, list]:
        """Computes the parts in one of Ray Data's batches.

        Returns:
            For each part its number ("part"), its number of images ("size"), and the sentence of the error that
            stopped it, or "" ("refused").
        """
        results: dict[str, list] = {"part": [], "size": [], "refused": []}
        for part, piece in zip(batch["part"], batch["piece"], strict=True):
            source: Source = pickle.loads(piece)
            results["part"].append(int(part))
            results["size"].append(len(source))
            results["refused"].append(pickle.dumps(self._compute(int(part), source)))
        return results

    def _compute(self, part: int, source: Source) -> str:
        if self._folder.finished(part):  # by a worker that was lost before it could report the part
            return ""
        if self._folder.tries(part) >= _TRIES:
            return text(
                "Part {part} has ended its worker {tries} times. An image that takes too much memory can be the cause; "
                "see Ray's log.",
                part=part,
                tries=_TRIES,
            )
        self._folder.try_begins(part)
        first = part * self._settings.part_rows
        numbers = range(first, first + len(source))
        images = decoded_ahead(source, numbers, fit_of(self._classifier, source), _AHEAD, first)
        try:
            write_part(self._classifier, self._settings, images, part, len(source), self._folder, no_progress)
        except VislibError as error:
            return sentence_of(error)
        finally:
            images.close()
        return ""


def compute_with_ray(
    packed: PackedClassifier,
    settings: BatchSettings,
    source: Source,
    folder: BatchFolder,
    missing: list[int],
    cluster: Cluster,
    done: Steps,
) -> None:
    """Computes and writes the missing parts with a pool of workers.

    Raises:
        ParameterError: If Ray is not installed, no cluster answers, or a worker cannot compute or write a part.
    """
    if not missing:
        return
    ray = _ray()
    started = not ray.is_initialized()
    if started:
        _start(ray, cluster)
    try:
        for row in _parts(ray, packed, settings, source, folder, missing, cluster).iter_rows():
            if refused := pickle.loads(row["refused"]):
                raise ParameterError(refused)
            done.finished(row["size"])
    except ray.exceptions.RayError as error:
        raise ParameterError(
            text(
                "The cluster stopped with an error: {reason} The finished parts are kept; repeat the call to "
                "resume the batch.",
                reason=str(error).strip().splitlines()[-1][:200],
            )
        ) from error
    finally:
        if started:
            ray.shutdown()


def _parts(
    ray, packed: PackedClassifier, settings: BatchSettings, source: Source, folder, missing: list[int], cluster
) -> Any:
    ray.data.DataContext.get_current().enable_progress_bars = False
    items = []
    for part in missing:
        numbers = part_range(part, len(source), settings)
        items.append({"part": part, "piece": pickle.dumps(source.piece(numbers.start, numbers.stop))})
    pool = {"size": cluster.workers} if cluster.workers else {"min_size": 1, "max_size": _most_workers(ray, cluster)}
    return ray.data.from_items(items, override_num_blocks=len(items)).map_batches(
        PartWorker,
        fn_constructor_args=(packed, settings, folder, cluster.cpus),
        batch_size=1,
        compute=ray.data.ActorPoolStrategy(**pool),
        num_cpus=cluster.cpus,
        num_gpus=cluster.gpus,
    )  # Ray Data restarts lost actors and gives their parts to other actors, as often as needed


def _most_workers(ray, cluster: Cluster) -> int:
    have = ray.cluster_resources()
    fits = [have.get("CPU", 1) / cluster.cpus if cluster.cpus else 1e9]
    if cluster.gpus:
        fits.append(have.get("GPU", 0) / cluster.gpus)
    return max(1, int(min(fits)))


def _ray():
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # by default Ray sends usage statistics to its maker
    try:
        import ray
        import ray.data
    except ImportError:
        raise ParameterError(
            text("The engine 'ray' needs Ray, which is not installed: pip install -r requirements-cluster.txt.")
        ) from None
    return ray


def _start(ray, cluster: Cluster) -> None:
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    settings: dict[str, Any] = {"address": cluster.address, "log_to_driver": False, "logging_level": "error"}
    if cluster.address is None:
        # Workers on this machine import vislib from where this process did; on a cluster vislib must be installed.
        settings |= {"address": "local", "include_dashboard": False, "num_cpus": _own_cpus(cluster)}
        settings["runtime_env"] = {"env_vars": {"PYTHONPATH": os.pathsep.join([_ROOT, *_python_path()])}}
    try:
        _check_answers(cluster.address)
        ray.init(**settings)
    except (OSError, ValueError, RuntimeError) as error:
        raise ParameterError(
            text(
                "No Ray cluster can be used at '{address}': {reason}",
                address=cluster.address or text("this machine"),
                reason=str(error).strip().splitlines()[0][:200],
            )
        ) from error


def _check_answers(address: str | None) -> None:
    """Fails at once if nothing listens at the address; Ray itself fails only after minutes."""
    host, _, port = (address or "").removeprefix("ray://").rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host, int(port)), _ANSWER_SECONDS).close()


def _own_cpus(cluster: Cluster) -> int:
    """The number of cores to give Ray: those of this machine, or more if the workers need more and so share cores."""
    asked = (cluster.workers or 1) * cluster.cpus
    return max(os.cpu_count() or 1, int(np.ceil(asked)))


def _python_path() -> list[str]:
    return list(filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)))

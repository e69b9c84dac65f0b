"""The same parts over Ray Data: on the cores of one machine, a cluster, or its GPUs.

Ray brings scheduling, back-pressure and the retrying of lost workers. Here is only what a worker does with a part: what
`explain_many` does with it on one machine, down to the writing. The images' files and the result's folder have to be
where every machine sees them under the same path.
"""

import logging
import os
import pickle
import socket
from pathlib import Path
from typing import Any

import numpy as np

from vislib.batch.decoding import decoded_ahead
from vislib.batch.packed import PackedClassifier
from vislib.batch.settings import BatchSettings, Cluster
from vislib.batch.sources import Source
from vislib.batch.store import BatchFolder
from vislib.batch.writing import part_range, write_part
from vislib.errors import ParameterError, VislibError
from vislib.model.classifier import Classifier
from vislib.progress import Steps, no_progress

_ROOT = str(Path(__file__).resolve().parents[2])
_AHEAD = 64
_TRIES = 5
_ANSWER_SECONDS = 10


class PartWorker:
    """An actor: loads the model once, then computes and writes the parts that Ray hands it."""

    def __init__(self, packed: PackedClassifier, settings: BatchSettings, folder: BatchFolder, cpus: float):
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        from vislib.backend import tf

        try:
            # So many workers, so many cores each: TensorFlow would take all of them in every worker.
            tf.config.threading.set_intra_op_parallelism_threads(max(1, int(cpus)))
            for device in tf.config.list_physical_devices("GPU"):
                tf.config.experimental.set_memory_growth(device, True)  # or one worker takes all of a shared GPU
        except RuntimeError:
            pass  # the process has computed before: its settings stay
        self._settings, self._folder = settings, folder
        self._classifier = packed.unpacked()

    def __call__(self, batch: dict[str, np.ndarray]) -> dict[str, list]:
        """Computes the parts of a batch of Ray Data's; tells their numbers, and in a sentence what was refused."""
        told: dict[str, list] = {"part": [], "size": [], "refused": []}
        for part, piece in zip(batch["part"], batch["piece"], strict=True):
            source: Source = pickle.loads(piece)
            told["part"].append(int(part))
            told["size"].append(len(source))
            told["refused"].append(self._compute(int(part), source))
        return told

    def _compute(self, part: int, source: Source) -> str:
        if self._folder.finished(part):  # by a worker that was lost before it could tell
            return ""
        if self._folder.tries(part) >= _TRIES:
            return f"Part {part} has ended its worker {_TRIES} times, as an image can that takes too much memory; see Ray's log."
        self._folder.try_begins(part)
        first = part * self._settings.part_rows
        numbers = range(first, first + len(source))
        images = decoded_ahead(source, numbers, self._classifier.resize, _AHEAD, first)
        try:
            write_part(self._classifier, self._settings, images, part, len(source), self._folder, no_progress)
        except VislibError as error:
            return str(error)
        finally:
            images.close()
        return ""


def compute_with_ray(
    classifier: Classifier,
    settings: BatchSettings,
    source: Source,
    folder: BatchFolder,
    missing: list[int],
    cluster: Cluster,
    done: Steps,
) -> None:
    """Computes and writes the missing parts with a pool of workers.

    Raises:
        ParameterError: If Ray is not installed, no cluster answers, or a worker was refused something.
    """
    if not missing:
        return
    ray = _ray()
    started = not ray.is_initialized()
    if started:
        _start(ray, cluster)
    try:
        for row in _parts(ray, classifier, settings, source, folder, missing, cluster).iter_rows():
            if row["refused"]:
                raise ParameterError(row["refused"])
            done.finished(row["size"])
    except ray.exceptions.RayError as error:
        raise ParameterError(
            f"The cluster gave up: {str(error).strip().splitlines()[-1][:200]} "
            "What is finished is kept; the same call goes on."
        ) from error
    finally:
        if started:
            ray.shutdown()


def _parts(ray, classifier, settings: BatchSettings, source: Source, folder, missing: list[int], cluster) -> Any:
    ray.data.DataContext.get_current().enable_progress_bars = False
    items = []
    for part in missing:
        numbers = part_range(part, len(source), settings)
        items.append({"part": part, "piece": pickle.dumps(source.piece(numbers.start, numbers.stop))})
    pool = {"size": cluster.workers} if cluster.workers else {"min_size": 1, "max_size": _most_workers(ray, cluster)}
    return ray.data.from_items(items, override_num_blocks=len(items)).map_batches(
        PartWorker,
        fn_constructor_args=(PackedClassifier.of(classifier), settings, folder, cluster.cpus),
        batch_size=1,
        compute=ray.data.ActorPoolStrategy(**pool),
        num_cpus=cluster.cpus,
        num_gpus=cluster.gpus,
    )  # Ray Data restarts lost actors and gives their part to another, as often as needed


def _most_workers(ray, cluster: Cluster) -> int:
    have = ray.cluster_resources()
    fits = [have.get("CPU", 1) / cluster.cpus if cluster.cpus else 1e9]
    if cluster.gpus:
        fits.append(have.get("GPU", 0) / cluster.gpus)
    return max(1, int(min(fits)))


def _ray():
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it would report home
    try:
        import ray
        import ray.data
    except ImportError:
        raise ParameterError(
            "The engine 'ray' needs Ray, which is not installed: pip install -r requirements-cluster.txt."
        ) from None
    return ray


def _start(ray, cluster: Cluster) -> None:
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    settings: dict[str, Any] = {"address": cluster.address, "log_to_driver": False, "logging_level": "error"}
    if cluster.address is None:
        # Workers on this machine find vislib where this process found it; on a cluster it is installed.
        settings |= {"address": "local", "include_dashboard": False, "num_cpus": _own_cpus(cluster)}
        settings["runtime_env"] = {"env_vars": {"PYTHONPATH": os.pathsep.join([_ROOT, *_python_path()])}}
    try:
        _check_answers(cluster.address)
        ray.init(**settings)
    except (OSError, ValueError, RuntimeError) as error:
        raise ParameterError(
            f"No Ray cluster can be used at '{cluster.address or 'this machine'}': "
            f"{str(error).strip().splitlines()[0][:200]}"
        ) from error


def _check_answers(address: str | None) -> None:
    """Fails at once where no one listens, for which Ray takes minutes."""
    host, _, port = (address or "").removeprefix("ray://").rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host, int(port)), _ANSWER_SECONDS).close()


def _own_cpus(cluster: Cluster) -> int:
    """The cores of this machine; more where so many workers were asked for, who then share them."""
    asked = (cluster.workers or 1) * cluster.cpus
    return max(os.cpu_count() or 1, int(np.ceil(asked)))


def _python_path() -> list[str]:
    return list(filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)))

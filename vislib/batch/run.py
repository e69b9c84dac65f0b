"""`explain_many`: explains any number of images in parts; an interrupted run can be resumed."""

import dataclasses
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vislib import html
from vislib.attribution.base import Explainer
from vislib.batch.decoding import decoded_ahead
from vislib.batch.manifest import manifest_of
from vislib.batch.masks import fit_of, with_masks
from vislib.batch.packed import PackedClassifier
from vislib.batch.quality import unknown_labels
from vislib.batch.ray_engine import compute_with_ray
from vislib.batch.reading import Batch
from vislib.batch.settings import BatchSettings, Cluster, resolved_methods
from vislib.batch.store import BatchFolder
from vislib.batch.trusted import can_compare
from vislib.batch.writing import n_parts, part_range, write_part
from vislib.errors import ParameterError
from vislib.images.finding import source_of
from vislib.images.sources import Source
from vislib.language import listing, text, tr
from vislib.model.classifier import Classifier
from vislib.progress import Progress, Steps, progress_bar
from vislib.tasks import Task

ENGINES = ("local", "ray")
_AHEAD = 64


@dataclass(frozen=True)
class BatchResult:
    """The result of a run.

    Attributes:
        folder: The folder with the tables and maps; `vislib.batch.open_batch` reads it.
        n_images: Number of images in the batch.
        n_errors: Number of images that could not be read or explained; the column "error" gives the reason.
        n_computed: Number of images that this run computed; the others were finished before.
        seconds: Duration of this run.
        n_unknown_labels: Number of images whose label is no class of the network; they count as images without one.
    """

    folder: Path
    n_images: int
    n_errors: int
    n_computed: int
    seconds: float
    n_unknown_labels: int = 0

    def _repr_html_(self) -> str:
        computed = tr("{n:,} in {seconds:.1f} s", n=self.n_computed, seconds=self.seconds)
        rows = [(tr("images"), f"{self.n_images:,}"), (tr("computed now"), computed)]
        rows += [(tr("not read or explained"), f"{self.n_errors:,}")] if self.n_errors else []
        rows += [(tr("label is no class"), f"{self.n_unknown_labels:,}")] if self.n_unknown_labels else []
        table = html.table([*rows, (tr("folder"), str(self.folder))])
        return html.block(tr("Explained"), table, html.line(tr("vislib.open_batch(folder) reads it.")))


def explain_many(
    classifier: Classifier,
    images: Any,
    methods: str | Explainer | Sequence[str | Explainer] = ("grad-cam",),
    *,
    out: str | os.PathLike[str],
    labels: Sequence[str | int | float | None] | None = None,
    masks: Any = None,
    engine: str = "local",
    cluster: Cluster | None = None,
    progress: Progress = progress_bar,
    **settings: Any,
) -> BatchResult:
    """Explains any number of images and writes a table, the maps and, on request, pictures into a folder.

    Memory does not grow with the number of images, except for their paths. Threads decode images ahead while the
    network computes. Several images go through the network together if the method allows it. To resume an interrupted
    run, repeat the same call: the finished parts are kept. On the same machine the values in the table are then
    bit-identical to those of an uninterrupted run. An image that cannot be read becomes a row with the error.

    Args:
        classifier: The classifier to explain.
        images: A folder (with or without one subfolder per class), a zip file, a .txt file with one path per line
            (and optionally a tab and a label after it), a .parquet file with a column "path" (and optionally
            "label"), a sequence of paths, arrays (n, h, w, 1 or 3) uint8, or an `ImageSet`.
        methods: Names of methods, or explainers with their parameters. A random method gets another seed for each
            image (`vislib.batch.seed_of`).
        out: The folder to write: a new one, or that of an interrupted run.
        labels: (n,) the classes of arrays or paths, by name or number. For a regression the true values, one number
            an image or a text of one number an output, such as "23 15"; labels in lists and names of folders
            are read in the same way.
        masks: For a segmentation, the true masks: a folder of files with the images' names, or (n,) paths or arrays
            (H, W). A mask has its image's size, and a grey level is a class's number.
        engine: "local", or "ray" for Ray Data on this machine or a cluster; see docs/batch.md.
        cluster: Settings of the Ray engine.
        progress: Called as progress(done, total) with numbers of images; an exception that it raises stops the run,
            and the finished parts are kept.
        **settings: The fields of `vislib.batch.BatchSettings`.

    Raises:
        DatasetError: If there are no images, or a list of images cannot be read.
        ArchiveError: If a zip file is refused.
        ParameterError: If a setting is not accepted, or `out` holds something else or cannot be written.

    Example:
        >>> digits = vislib.sample_path("digits")
        >>> done = vislib.explain_many(classifier, digits, ["grad-cam", "saliency"], out="results")
        >>> done.n_images, done.n_errors
        (10, 0)
    """
    begun = time.perf_counter()
    if engine not in ENGINES:
        raise ParameterError(
            text("The engine is one of {engines}; not '{engine}'.", engines=listing(ENGINES, "plain"), engine=engine)
        )
    if cluster is not None and engine != "ray":
        raise ParameterError(text("`cluster` is for the engine 'ray'."))
    _check_task(classifier, settings, masks)
    chosen = _settings(classifier, methods, settings)
    source = source_of(images, labels, without=masks if isinstance(masks, str | os.PathLike) else None)
    source = source if masks is None else with_masks(source, masks)
    _check_apart(images, out)
    packed = PackedClassifier.of(classifier) if engine == "ray" else None
    folder, manifest = BatchFolder(out), manifest_of(classifier, chosen, source)
    folder.check(manifest)
    with folder.locked():
        folder.prepare(manifest)
        missing = [part for part in range(n_parts(len(source), chosen)) if not folder.finished(part)]
        n_missing = sum(len(part_range(part, len(source), chosen)) for part in missing)
        done = Steps(progress, len(source), len(source) - n_missing)
        if packed is not None:
            compute_with_ray(packed, chosen, source, folder, missing, cluster or Cluster(), done)
        else:
            _compute(classifier, chosen, source, folder, missing, done)
    return BatchResult(
        folder.path,
        len(source),
        _n_errors(folder, len(source), chosen),
        n_missing,
        time.perf_counter() - begun,
        sum(n for _, n in unknown_labels(Batch(folder, manifest))),
    )


def _check_task(classifier: Classifier, settings: dict[str, Any], masks: Any) -> None:
    """Checks what the task of the network decides, before anything is written."""
    if not classifier.takes_pictures:
        raise ParameterError(
            text(
                "A batch takes pictures; {model} takes {channels} bands. `vislib.explain` explains one image "
                "of bands after another.",
                model=classifier.name,
                channels=classifier.channels,
            )
        )
    if masks is not None and classifier.task is not Task.SEGMENTATION:
        raise ParameterError(
            text(
                "`masks` is for a segmentation; the task of {model} is {task}. Leave it out.",
                model=classifier.name,
                task=classifier.task.in_words(),
            )
        )
    if settings.get("explain") == "label" and not classifier.task.has_classes:
        raise ParameterError(
            text(
                "explain='label' needs images with a class; the task of {model} is {task}. Leave it out, and "
                "the first output is explained; `target` chooses another.",
                model=classifier.name,
                task=classifier.task.in_words(),
            )
        )
    if settings.get("target") is None:
        classifier.target(0)  # an embedding has no number to explain by default, and says so


def _check_apart(images: Any, out: str | os.PathLike[str]) -> None:
    """Checks that `out` lies outside the folder of images, where its pictures would be read as images of the batch."""
    is_folder = isinstance(images, str | os.PathLike) and Path(images).is_dir()
    if is_folder and Path(out).resolve().is_relative_to(Path(images).resolve()):
        raise ParameterError(
            text("{out} lies in the folder of the images, {images}; name a folder outside it.", out=out, images=images)
        )


def _compute(
    classifier: Classifier,
    settings: BatchSettings,
    source: Source,
    folder: BatchFolder,
    missing: list[int],
    done: Steps,
) -> None:
    numbers = (number for part in missing for number in part_range(part, len(source), settings))
    images = decoded_ahead(source, numbers, fit_of(classifier, source), _AHEAD)
    try:
        for part in missing:
            size = len(part_range(part, len(source), settings))
            write_part(classifier, settings, images, part, size, folder, done.part)
            done.finished(size)
    finally:
        images.close()


def _settings(classifier: Classifier, methods, settings: dict[str, Any]) -> BatchSettings:
    target = settings.get("target")
    if target is not None:
        target = classifier.target(target)
        settings = settings | {"target": target}
    try:
        chosen = BatchSettings(resolved_methods(methods, classifier, target), **settings)
    except TypeError:
        known = [name for name in BatchSettings.__dataclass_fields__ if name != "methods"]
        unknown = sorted(set(settings) - set(known))
        raise ParameterError(
            text(
                "A batch has no setting {settings}; it has {known}.",
                settings=listing(unknown, "plain"),
                known=listing(known, "plain"),
            )
            if unknown
            else text("A batch has no setting of that form; it has {known}.", known=listing(known, "plain"))
        ) from None
    return _checked(classifier, chosen)


def _checked(classifier: Classifier, chosen: BatchSettings) -> BatchSettings:
    """The settings with the layer of the channels.

    Raises:
        ParameterError: If there is no other class for the random logit test.
        LayerError: If there is no such layer.
    """
    target = classifier.target(0) if chosen.target is None else chosen.target
    if chosen.random_logit and not can_compare(classifier, target):
        raise ParameterError(
            text(
                "random_logit=True needs the score of a class, and another class with an output of its own; "
                "the task of {model} is {task} with {n} outputs, and the target is {target}. Leave it out.",
                model=classifier.name,
                task=classifier.task.in_words(),
                n=len(classifier.labels),
                target=target.in_words(),
            )
        )
    if not chosen.channels:
        return dataclasses.replace(chosen, channels_layer=None)
    layer = chosen.channels_layer or classifier.network.last_map_layer_before(target)
    classifier.network.map_node(layer)
    return dataclasses.replace(chosen, channels_layer=layer)


def _n_errors(folder: BatchFolder, n_images: int, settings: BatchSettings) -> int:
    from pyarrow import parquet

    parts = range(n_parts(n_images, settings))
    columns = (parquet.read_table(folder.table_file(part), columns=["error"]).column(0) for part in parts)
    return sum(len(column) - column.null_count for column in columns)

"""The command line's `batch`: python -m vislib batch FOLDER --methods grad-cam,occlusion --out DIR."""

import argparse
import sys
import time
from typing import Any

from vislib.attribution import Explainer, named
from vislib.attribution.fills import FILLS
from vislib.batch.pace import Pace
from vislib.batch.quality import in_words, mask_quality, value_errors
from vislib.batch.reading import open_batch
from vislib.batch.run import ENGINES, BatchResult, explain_many
from vislib.batch.settings import EXPLAINED, Cluster
from vislib.cli.exit_status import DONE, SOME_UNREADABLE
from vislib.cli.method_options import method_parameter
from vislib.cli.model_options import add_model_options, model_settings, note_what_is_unknown
from vislib.cli.model_source import model_source
from vislib.cli.trust import methods_named
from vislib.errors import ParameterError, listed
from vislib.language import Text, text, tr
from vislib.loading.load import load_classifier
from vislib.model.classifier import Classifier
from vislib.progress import Progress

_LINE_EVERY_SECONDS = 30.0


def add_batch_arguments(command: argparse.ArgumentParser) -> None:
    """The arguments of `batch`."""
    command.description = tr(
        "Explains every image and writes a table, the maps and thumbnails into a folder of Parquet "
        "files. To resume an interrupted run, repeat the same command. Exit status 3: some images "
        "could not be read or explained, and the table gives the reason."
    )
    command.add_argument(
        "images",
        help=tr(
            "a folder (with or without one subfolder per class), a .zip, a .txt file with one path per "
            "line (and optionally a tab and a label), or a .csv or .parquet file with a column path (and "
            "optionally label). For a regression a label is the true value"
        ),
    )
    command.add_argument(
        "--masks",
        metavar="FOLDER",
        help=tr("for a segmentation: true masks in files of the images' names; a grey level is a class's number"),
    )
    add_model_options(command)
    command.add_argument("--methods", default="grad-cam", help=tr("one or more, with commas (default grad-cam)"))
    command.add_argument(
        "--param",
        action="append",
        default=[],
        metavar="METHOD.NAME=VALUE",
        help=tr("a parameter of a method, such as occlusion.patch_px=56; may be repeated"),
    )
    command.add_argument("--out", required=True, help=tr("folder to write: a new one, or that of an interrupted run"))
    command.add_argument(
        "--explain",
        choices=EXPLAINED,
        default="predicted",
        help=tr(
            "the class to explain: the most probable one (default; of numbers the first), or the image's "
            "label if it is known"
        ),
    )
    _add_stored(command)
    _add_measured(command)
    _add_cluster(command)


def _add_stored(command: argparse.ArgumentParser) -> None:
    """What the folder holds."""
    command.add_argument(
        "--map-size", type=int, default=56, help=tr("longer side of the stored maps, in pixels (default 56)")
    )
    command.add_argument("--part-size", type=int, default=500, help=tr("images per file of the result (default 500)"))
    command.add_argument(
        "--features", action="store_true", help=tr("store the penultimate layer's numbers too, for `neighbours`")
    )
    command.add_argument(
        "--channels", type=int, default=0, metavar="N", help=tr("store the N channels that contribute most (default 0)")
    )
    command.add_argument("--channels-layer", metavar="LAYER", help=tr("their layer (default: the last before pooling)"))
    command.add_argument("--pictures", action="store_true", help=tr("write a JPEG of each image and its maps too"))


def _add_measured(command: argparse.ArgumentParser) -> None:
    """What is measured of each map."""
    command.add_argument(
        "--curves", action="store_true", help=tr("measure deletion and insertion too (58 passes a map)")
    )
    command.add_argument("--deletion-fill", choices=FILLS, default="grey", help=tr("what covers pixels (default grey)"))
    command.add_argument(
        "--insertion-fill", choices=FILLS, default="blur", help=tr("what is shown first (default blur)")
    )
    command.add_argument(
        "--road", action="store_true", help=tr("measure ROAD too (seconds for a map of 224 × 224 pixels)")
    )
    command.add_argument(
        "--random-logit", action="store_true", help=tr("compare each map with that for a class drawn at random")
    )


def _add_cluster(command: argparse.ArgumentParser) -> None:
    spread = command.add_argument_group(tr("over several processes or machines, with Ray (see docs/batch.md)"))
    spread.add_argument("--engine", choices=ENGINES, default="local", help=tr("default local"))
    spread.add_argument("--address", help=tr("address of a running Ray cluster, or auto (default: this machine)"))
    spread.add_argument(
        "--workers", type=int, help=tr("number of workers; each loads the model (default: as many as fit)")
    )
    spread.add_argument("--cpus", type=float, help=tr("CPU cores per worker (default 1)"))
    spread.add_argument("--gpus", type=float, help=tr("GPUs per worker; may be a fraction (default 0)"))


def run_batch(options: argparse.Namespace) -> int:
    """Runs a batch and answers with a summary.

    Returns:
        The exit status.

    Raises:
        VislibError: If an option is not accepted, or the images, the model or the folder cannot be used.
    """
    methods = _methods(options)
    cluster = _cluster(options)
    if options.custom_objects is not None and cluster is not None:
        raise ParameterError(
            text("--custom-objects is for --engine local: the workers of a cluster do not have that module.")
        )
    classifier = load_classifier(model_source(options), **model_settings(options))
    answer = options.answer
    note_what_is_unknown(classifier, answer)
    result = _computed(classifier, methods, cluster, options)
    answer.say(_rate(result, options.out))
    batch = open_batch(result.folder)
    answer.say(*in_words(batch))
    answer.give(model=classifier.key, methods=batch.methods, n_images=result.n_images, n_computed=result.n_computed)
    answer.give(n_errors=result.n_errors, n_unknown_labels=result.n_unknown_labels, seconds=result.seconds)
    answer.give(value_errors=value_errors(batch), mask_quality=mask_quality(batch))
    answer.wrote(result.folder)
    if result.n_errors:
        answer.say(
            text("{n:,} could not be read or explained; the column “error” gives the reason.", n=result.n_errors)
        )
        return SOME_UNREADABLE
    return DONE


def _computed(
    classifier: Classifier, methods: list[Explainer], cluster: Cluster | None, options: argparse.Namespace
) -> BatchResult:
    answer = options.answer
    try:
        return explain_many(
            classifier,
            options.images,
            methods,
            out=options.out,
            masks=options.masks,
            engine=options.engine,
            cluster=cluster,
            progress=answer.progress if answer.quiet or sys.stderr.isatty() else _log_lines(),
            explain=options.explain,
            map_px=options.map_size,
            part_rows=options.part_size,
            curves=options.curves,
            features=options.features,
            deletion_fill=options.deletion_fill,
            insertion_fill=options.insertion_fill,
            road=options.road,
            random_logit=options.random_logit,
            channels=options.channels,
            channels_layer=options.channels_layer,
            pictures=options.pictures,
        )
    except KeyboardInterrupt:
        raise KeyboardInterrupt(text("stopped; repeat the same command to resume.")) from None


def _rate(result: BatchResult, folder: str) -> Text:
    """How many images were explained, how quickly, and into which folder."""
    n_before = result.n_images - result.n_computed
    rate = result.n_computed / max(result.seconds, 1e-9)
    if n_before:
        return text(
            "{n:,} images ({before:,} of them were finished before), {rate:.1f} a second → {folder}",
            n=result.n_images,
            before=n_before,
            rate=rate,
            folder=folder,
        )
    return text("{n:,} images, {rate:.1f} a second → {folder}", n=result.n_images, rate=rate, folder=folder)


def _methods(options: argparse.Namespace) -> list[Explainer]:
    chosen = methods_named(options.methods, "--methods")
    params: dict[str, dict[str, Any]] = {method.name: {} for method in chosen}
    for given in options.param:
        name, dot, rest = given.partition(".")
        if not dot or name not in params:
            raise ParameterError(
                text(
                    "--param takes METHOD.NAME=VALUE with one of {methods}; not '{given}'.",
                    methods=listed(params),
                    given=given,
                )
            )
        key, value = method_parameter(Explainer.registry[name], rest)
        params[name][key] = value
    return [named(method.name, **params[method.name]) for method in chosen]


def _cluster(options: argparse.Namespace) -> Cluster | None:
    given = {name: getattr(options, name) for name in ("address", "workers", "cpus", "gpus")}
    chosen = {name: value for name, value in given.items() if value is not None}
    if options.engine == "local":
        if chosen:
            raise ParameterError(text("--{option} is for --engine ray.", option=next(iter(chosen))))
        return None
    return Cluster(**chosen)


def _log_lines() -> Progress:
    """A callback for logs: a line with rate and time left to standard error every 30 seconds."""
    pace, written = Pace(), time.monotonic()

    def write(done: int, total: int, partial: Any = None) -> None:
        nonlocal written
        line = pace(done, total)
        if time.monotonic() - written >= _LINE_EVERY_SECONDS:
            written = time.monotonic()
            print(tr(line), file=sys.stderr, flush=True)

    return write

"""The command line's `train`: python -m vislib train digits --epochs 6 --out my.keras."""

import argparse
import dataclasses
import sys
from pathlib import Path

from vislib.errors import DatasetError, ParameterError
from vislib.training.checkpoints import check_model_path, save_model
from vislib.training.dataset import Dataset
from vislib.training.datasets import DATASETS, load_dataset
from vislib.training.image_folder import load_image_folder
from vislib.training.networks import BATCH_NORMS, NETWORKS, NetworkOptions, network_recipe
from vislib.training.options import TrainingOptions
from vislib.training.records import BatchCallback, TrainingProgress


def add_arguments(command: argparse.ArgumentParser) -> None:
    """The arguments of `train`, those of `TrainingOptions` among them."""
    command.add_argument("network", help=f"one of {', '.join(NETWORKS)}")
    command.add_argument("--out", required=True, help="file to write, ends in .keras or .weights.h5")
    command.add_argument(
        "--data",
        help="mnist, cifar10, or a folder with one subfolder of images per class "
        "(default: the data set of the network's source)",
    )
    command.add_argument(
        "--data-dir",
        help="local directory with MNIST or CIFAR-10 (default: $VISLIB_DATA_DIR, else downloaded by Keras)",
    )
    command.add_argument("--size", type=int, help="side in pixels that a folder's images are resized to")
    command.add_argument("--dropout", action=argparse.BooleanOptionalAction, help="default: as published")
    command.add_argument(
        "--batch-norm", choices=BATCH_NORMS, help="before or after each activation (default: as published)"
    )
    for spec in dataclasses.fields(TrainingOptions):
        option, label = f"--{spec.name.replace('_', '-')}", spec.metadata["label"]
        unit = f", {spec.metadata['unit']}" if spec.metadata["unit"] else ""
        default = "" if spec.default is None else f" (default {spec.default})"
        if spec.metadata["kind"] is bool:
            command.add_argument(option, action="store_true", help=label)
        else:
            command.add_argument(
                option, type=spec.metadata["kind"], default=spec.default, help=f"{label}{unit}{default}"
            )


def run(options: argparse.Namespace) -> None:
    """Trains a network and writes it; after an interruption it writes the best network so far.

    Raises:
        VislibError: If an option is not accepted, the data cannot be read, or the file cannot be written.
    """
    recipe = network_recipe(options.network)
    chosen = TrainingOptions(**{spec.name: getattr(options, spec.name) for spec in dataclasses.fields(TrainingOptions)})
    network = NetworkOptions(options.dropout, options.batch_norm, options.seed)
    path = check_model_path(options.out)
    dataset = _dataset(options, recipe.dataset, recipe.input_shape)
    from vislib.training.evaluation import evaluate
    from vislib.training.loop import TrainingRun

    training = TrainingRun(options.network, dataset, chosen, network=network)
    try:
        result = training.start(_ignored if options.answer.quiet else _progress())
    except KeyboardInterrupt:
        result = training.result()
    if not options.answer.quiet:
        print(file=sys.stderr)
    save_model(result.model, path)
    labels = path.with_name(path.name.removesuffix(".keras").removesuffix(".weights.h5") + ".labels.txt")
    labels.write_text("\n".join(dataset.labels) + "\n", encoding="utf-8")
    evaluation = evaluate(result.model, dataset.test_images, dataset.test_labels)
    answer = options.answer
    answer.say(
        f"{recipe.title}, {result.ended} after {len(result.history)} epochs, best {result.best_epoch}: "
        f"{evaluation.accuracy * 100:.2f} % of {len(dataset.test_labels):,} test images classified correctly → {path}"
    )
    answer.give(network=options.network, ended=result.ended, epochs=result.history, best_epoch=result.best_epoch)
    answer.give(accuracy=evaluation.accuracy, n_test_images=len(dataset.test_labels))
    answer.wrote(path, labels)


def _dataset(options: argparse.Namespace, default: str, input_shape: tuple[int, int, int]) -> Dataset:
    name = options.data or default
    if name in DATASETS:
        if options.size is not None:
            raise ParameterError(f"--size is for a folder of your own images; the images of {name} have a fixed size.")
        return load_dataset(name, options.data_dir)
    if not name:
        raise ParameterError(
            f"{options.network} has no default data set; choose --data mnist, cifar10 or a folder with one "
            "subfolder of images per class."
        )
    if not Path(name).exists():
        raise DatasetError(
            f"--data takes {', '.join(DATASETS)} or a folder (or zip) with one subfolder of images per "
            f"class; there is no '{name}'."
        )
    side = options.size
    if side is not None and not 8 <= side <= 1024:
        raise ParameterError(f"--size must be from 8 to 1024 pixels; not {side}.")
    size = input_shape[:2] if side is None else (side, side)
    return load_image_folder(name, size, seed=options.seed, channels=input_shape[2])


def _ignored(step: TrainingProgress) -> None:
    """Reports nothing."""


def _progress() -> BatchCallback:
    """A callback that writes to standard error: in a terminal a line that is rewritten at every batch, in a file one
    line per epoch."""
    is_terminal = sys.stderr.isatty()
    n_reported = 0

    def show(step: TrainingProgress) -> None:
        nonlocal n_reported
        if len(step.history) > n_reported:
            n_reported = len(step.history)
            print(f"{chr(13) if is_terminal else ''}{_epoch_line(step)}", file=sys.stderr, flush=True)
        if is_terminal:
            line = f"\repoch {step.epoch} of {step.n_epochs}, batch {step.batch} of {step.n_batches}: "
            print(f"{line}loss {step.loss:.4f}, accuracy {step.accuracy:.4f}", end="", file=sys.stderr, flush=True)
        elif (step.epoch, step.batch) == (1, 1):
            print(f"{step.n_epochs} epochs of {step.n_batches} batches", file=sys.stderr, flush=True)

    return show


def _epoch_line(step: TrainingProgress) -> str:
    record = step.history[-1]
    line = f"epoch {record.epoch} of {step.n_epochs}: loss {record.loss:.4f}, accuracy {record.accuracy:.4f}"
    if record.validation_accuracy is not None:
        line += f", validation loss {record.validation_loss:.4f}, accuracy {record.validation_accuracy:.4f}"
    return f"{line}, {record.seconds:.0f} s"

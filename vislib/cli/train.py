"""The command line's `train`: python -m vislib train digits --epochs 6 --out my.keras."""

import argparse
import dataclasses
import sys
from pathlib import Path

from vislib.errors import DatasetError, ParameterError
from vislib.language import Text, listing, text, tr
from vislib.training.checkpoints import check_model_path, save_model
from vislib.training.dataset import Dataset
from vislib.training.datasets import DATASETS, load_dataset
from vislib.training.image_folder import load_image_folder
from vislib.training.networks import BATCH_NORMS, NETWORKS, NetworkOptions, network_recipe
from vislib.training.options import TrainingOptions
from vislib.training.records import BatchCallback, TrainingProgress


def add_arguments(command: argparse.ArgumentParser) -> None:
    """The arguments of `train`, those of `TrainingOptions` among them."""
    command.add_argument("network", help=tr("one of {networks}", networks=listing(NETWORKS, "plain")))
    command.add_argument("--out", required=True, help=tr("file to write, ends in .keras or .weights.h5"))
    command.add_argument(
        "--data",
        help=tr(
            "mnist, cifar10, or a folder with one subfolder of images per class (default: the data set "
            "of the network's source)"
        ),
    )
    command.add_argument(
        "--data-dir",
        help=tr("local directory with MNIST or CIFAR-10 (default: $VISLIB_DATA_DIR, else downloaded by Keras)"),
    )
    command.add_argument("--size", type=int, help=tr("side in pixels that a folder's images are resized to"))
    command.add_argument("--dropout", action=argparse.BooleanOptionalAction, help=tr("default: as published"))
    command.add_argument(
        "--batch-norm", choices=BATCH_NORMS, help=tr("before or after each activation (default: as published)")
    )
    for spec in dataclasses.fields(TrainingOptions):
        option = f"--{spec.name.replace('_', '-')}"
        if spec.metadata["kind"] is bool:
            command.add_argument(option, action="store_true", help=tr(spec.metadata["label"]))
        else:
            command.add_argument(option, type=spec.metadata["kind"], default=spec.default, help=tr(_about(spec)))


def _about(spec: dataclasses.Field) -> Text:
    """What an option of the training is, its unit and its default."""
    label, unit = spec.metadata["label"], spec.metadata["unit"]
    what = text("{label}, {unit}", label=label, unit=unit) if unit else label
    return what if spec.default is None else text("{what} (default {default})", what=what, default=spec.default)


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
    answer = options.answer
    evaluation = evaluate(result.model, dataset.test_images, dataset.test_labels, answer.progress)
    answer.say(
        text(
            "{network}, {ended}, best {best}: {percent:.2f} % of {n:,} test images classified correctly → {path}",
            network=recipe.title,
            ended=_ended(result.ended, len(result.history)),
            best=result.best_epoch,
            percent=evaluation.accuracy * 100,
            n=len(dataset.test_labels),
            path=path,
        )
    )
    answer.give(network=options.network, ended=result.ended, epochs=result.history, best_epoch=result.best_epoch)
    answer.give(accuracy=evaluation.accuracy, n_test_images=len(dataset.test_labels))
    answer.wrote(path, labels)


def _dataset(options: argparse.Namespace, default: str, input_shape: tuple[int, int, int]) -> Dataset:
    name = options.data or default
    if name in DATASETS:
        if options.size is not None:
            raise ParameterError(
                text("--size is for a folder of your own images; the images of {name} have a fixed size.", name=name)
            )
        return load_dataset(name, options.data_dir)
    if not name:
        raise ParameterError(
            text(
                "{network} has no default data set; choose --data mnist, cifar10 or a folder with one "
                "subfolder of images per class.",
                network=options.network,
            )
        )
    if not Path(name).exists():
        raise DatasetError(
            text(
                "--data takes {datasets} or a folder (or zip) with one subfolder of images per class; there "
                "is no '{name}'.",
                datasets=listing(DATASETS, "plain"),
                name=name,
            )
        )
    side = options.size
    if side is not None and not 8 <= side <= 1024:
        raise ParameterError(text("--size must be from 8 to 1024 pixels; not {side}.", side=side))
    size = input_shape[:2] if side is None else (side, side)
    return load_image_folder(name, size, seed=options.seed, channels=input_shape[2])


def _ended(how: str, n_epochs: int) -> Text:
    """How a training ended, see `TrainingResult.ended`."""
    if how == "finished":
        return text("finished after {n} epochs", n=n_epochs)
    if how == "stopped early":
        return text("stopped early after {n} epochs", n=n_epochs)
    if how == "stopped":
        return text("stopped after {n} epochs", n=n_epochs)
    return text("cancelled after {n} epochs", n=n_epochs)


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
            line = tr(
                "epoch {epoch} of {n_epochs}, batch {batch} of {n_batches}: loss {loss:.4f}, accuracy {accuracy:.4f}",
                epoch=step.epoch,
                n_epochs=step.n_epochs,
                batch=step.batch,
                n_batches=step.n_batches,
                loss=step.loss,
                accuracy=step.accuracy,
            )
            print(f"\r{line}", end="", file=sys.stderr, flush=True)
        elif (step.epoch, step.batch) == (1, 1):
            line = tr("{n_epochs} epochs of {n_batches} batches", n_epochs=step.n_epochs, n_batches=step.n_batches)
            print(line, file=sys.stderr, flush=True)

    return show


def _epoch_line(step: TrainingProgress) -> str:
    record = step.history[-1]
    said = {"epoch": record.epoch, "n_epochs": step.n_epochs, "loss": record.loss, "accuracy": record.accuracy}
    if record.validation_accuracy is None:
        return tr(
            "epoch {epoch} of {n_epochs}: loss {loss:.4f}, accuracy {accuracy:.4f}, {seconds:.0f} s",
            seconds=record.seconds,
            **said,
        )
    return tr(
        "epoch {epoch} of {n_epochs}: loss {loss:.4f}, accuracy {accuracy:.4f}, validation loss "
        "{validation_loss:.4f}, accuracy {validation_accuracy:.4f}, {seconds:.0f} s",
        validation_loss=record.validation_loss,
        validation_accuracy=record.validation_accuracy,
        seconds=record.seconds,
        **said,
    )

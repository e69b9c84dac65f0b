"""Prints the accuracies that the sources report beside those that this code reaches: docs/training.md.

python scripts/reported_figures.py --data-dir DIR [--rows mnist dense cifar cats]

Nothing is selected on the test images: they are used only for evaluation, after the epochs that the sources name.
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from vislib.training import Dataset, TrainingOptions, TrainingProgress, TrainingRun, load_dataset
from vislib.training.card import machine
from vislib.training.evaluation import evaluate

SEED = 0
_MNIST = TrainingOptions(epochs=6, batch_size=64, learning_rate=1e-4, validation_share=0.0, seed=SEED)
_CIFAR = TrainingOptions(epochs=10, batch_size=32, learning_rate=5e-4, validation_share=0.0, seed=SEED)
_CATS = TrainingOptions(
    epochs=16, batch_size=64, learning_rate=1e-3, schedule="cosine", flip=True, shift_px=3, seed=SEED
)
ROWS = ("mnist", "dense", "cifar", "cats")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", help="local directory with the data sets")
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=ROWS)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    from vislib.backend import tf

    tf.config.threading.set_intra_op_parallelism_threads(options.threads)
    tf.config.threading.set_inter_op_parallelism_threads(options.threads)
    print(f"Date {time.strftime('%Y-%m-%d')}, seed {SEED}, {machine()}.\n")
    print("| network | recipe | after | reported | accuracy on the whole test set | loss | minutes |")
    print("|---|---|---|---|---|---|---|")
    if "mnist" in options.rows:
        wanted = {1: "0.9265", 2: "0.9559", 6: "0.975 (loss 0.076)"}
        _rows("mnist-5x5", load_dataset("mnist", options.data_dir), _MNIST, wanted)
    if {"dense", "cifar", "cats"} & set(options.rows):
        cifar = load_dataset("cifar10", options.data_dir)
    if "dense" in options.rows:
        _rows("cifar-dense", cifar, _CIFAR, {10: "0.510 (JPEG copy: 0.473)"})
    if "cifar" in options.rows:
        _rows("cifar10", cifar, _CIFAR, {10: "0.7379 (JPEG copy: 0.688)"})
    if "cats" in options.rows:
        _rows("resnet18", cifar.only(("cat", "dog")), _CATS, {_CATS.epochs: "0.70 (validation)"})


def _rows(network: str, dataset: Dataset, options: TrainingOptions, wanted: dict[int, str]) -> None:
    """Trains once and prints a row after each of the given epochs."""
    run = TrainingRun(network, dataset, options)
    seen = 0

    def look() -> None:
        nonlocal seen
        seen = len(run.history)
        print(run.history[-1], file=sys.stderr, flush=True)
        if seen not in wanted:
            return
        result = run.result()
        evaluation = evaluate(result.model, dataset.test_images, dataset.test_labels)
        recipe = f"{options.optimizer} {options.learning_rate:g}, {options.schedule}, batch {options.batch_size}"
        if options.flip:
            recipe += f", mirrored, shifted by up to {options.shift_px} px"
        accuracy = f"{evaluation.accuracy:.4f}"
        if options.validation_share:
            best = run.history[result.best_epoch - 1]
            accuracy += f" (validation {best.validation_accuracy:.4f}, epoch {result.best_epoch})"
        minutes = sum(record.seconds for record in run.history) / 60
        print(
            f"| {network} on {dataset.name} | {recipe} | {seen} epochs | {wanted[seen]} | {accuracy} "
            f"| {evaluation.loss:.3f} | {minutes:.1f} |",
            flush=True,
        )

    def progress(step: TrainingProgress) -> None:
        # Without validation images the best network of the run is that of the latest epoch.
        if len(step.history) > seen:
            look()

    run.start(progress)
    look()


if __name__ == "__main__":
    main()

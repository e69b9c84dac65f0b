"""Model cards as Markdown: what a network was trained on, and its accuracy."""

import dataclasses
import os
import platform
from collections.abc import Sequence
from datetime import date

from vislib.training.dataset import Dataset
from vislib.training.evaluation import Evaluation
from vislib.training.networks import NETWORKS
from vislib.training.options import TrainingOptions
from vislib.training.records import TrainingResult


def model_card(
    name: str,
    dataset: Dataset,
    options: TrainingOptions,
    result: TrainingResult,
    evaluation: Evaluation,
    data_note: str = "",
) -> str:
    """A model card as Markdown: data, options with the seed, epochs, test accuracy and confusion matrix.

    Args:
        name: One of `NETWORKS`.
        dataset: The data set of the training and the test.
        options: The options of the training.
        result: The result of the training.
        evaluation: The evaluation on the test images.
        data_note: A sentence on how the data differ from the data set of that name; empty if they do not.
    """
    chosen = ", ".join(f"{key} {value}" for key, value in dataclasses.asdict(options).items() if value is not None)
    best = next((record for record in result.history if record.epoch == result.best_epoch), None)
    share = "none" if best is None or best.validation_accuracy is None else f"{best.validation_accuracy * 100:.2f} %"
    lines = [
        f"# {name}: {NETWORKS[name].title}",
        "",
        f"- **Parameters**: {result.model.count_params():,}; float32.",
        f"- **Data**: {dataset.name}, {len(dataset.train_labels):,} training images "
        f"(a share of {options.validation_share * 100:.0f} % kept for validation), "
        f"{len(dataset.test_labels):,} test images." + (f" {data_note}" if data_note else ""),
        "- **Input**: " + " × ".join(map(str, dataset.image_shape)) + ", values 0..1.",
        f"- **Classes**: {', '.join(dataset.labels)}.",
        f"- **Training**: {chosen}.",
        f"- **Epochs**: {len(result.history)}, the weights are those of epoch {result.best_epoch}, "
        f"the best on the validation images ({share}); {result.seconds / 60:.0f} minutes on {machine()}.",
        f"- **Test**: accuracy {evaluation.accuracy * 100:.2f} %, loss {evaluation.loss:.4f}, on all "
        f"{len(dataset.test_labels):,} test images, used once, after training.",
        f"- **Date**: {date.today().isoformat()}.",
        "",
        "Confusion matrix on the test images (rows: true class, columns: predicted class):",
        "",
        *confusion_table(dataset.labels, evaluation),
        "",
    ]
    return "\n".join(lines)


def confusion_table(labels: Sequence[str], evaluation: Evaluation) -> list[str]:
    """The lines of a Markdown table; rows are true classes, columns are predicted classes."""
    rows = [f"| | {' | '.join(labels)} |", "|---" * (len(labels) + 1) + "|"]
    for label, counts in zip(labels, evaluation.confusion, strict=True):
        rows.append(f"| **{label}** | {' | '.join(str(count) for count in counts)} |")
    return rows


def machine() -> str:
    """The machine and the versions of TensorFlow and Keras, as text."""
    import keras
    import tensorflow as tf

    return f"{os.cpu_count()} cores ({platform.machine()}), TensorFlow {tf.__version__}, Keras {keras.__version__}"

"""Model cards as Markdown: what a network was trained on, and its accuracy."""

import dataclasses
import os
import platform
import re
from collections.abc import Sequence
from datetime import date

from vislib.language import Text, text
from vislib.training.dataset import Dataset
from vislib.training.evaluation import Evaluation
from vislib.training.networks import NETWORKS
from vislib.training.options import TrainingOptions
from vislib.training.records import TrainingResult

_TITLE = text("# {name}: {title}")
_PARAMETERS = text("- **Parameters**: {n}; float32.")
_DATA = text(
    "- **Data**: {data}, {n_train} training images (a share of {share} kept for validation), {n_test} test images."
    "{note}"
)
_INPUT = text("- **Input**: {size}, values 0..1.")
_CLASSES = text("- **Classes**: {classes}.")
_TRAINING = text("- **Training**: {options}.")
_EPOCHS = text(
    "- **Epochs**: {n}, the weights are those of epoch {best}, the best on the validation images ({share}); {minutes} "
    "minutes on {machine}."
)
_TEST = text("- **Test**: accuracy {accuracy}, loss {loss}, on all {n_test} test images, used once, after training.")
_DATE = text("- **Date**: {date}.")
_CONFUSION = text("Confusion matrix on the test images (rows: true class, columns: predicted class):")


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
        _TITLE.format(name=name, title=NETWORKS[name].title),
        "",
        _PARAMETERS.format(n=f"{result.model.count_params():,}"),
        _DATA.format(
            data=dataset.name,
            n_train=f"{len(dataset.train_labels):,}",
            share=f"{options.validation_share * 100:.0f} %",
            n_test=f"{len(dataset.test_labels):,}",
            note=f" {data_note}" if data_note else "",
        ),
        _INPUT.format(size=" × ".join(map(str, dataset.image_shape))),
        _CLASSES.format(classes=", ".join(dataset.labels)),
        _TRAINING.format(options=chosen),
        _EPOCHS.format(
            n=len(result.history),
            best=result.best_epoch,
            share=share,
            minutes=f"{result.seconds / 60:.0f}",
            machine=machine(),
        ),
        _TEST.format(
            accuracy=f"{evaluation.accuracy * 100:.2f} %",
            loss=f"{evaluation.loss:.4f}",
            n_test=f"{len(dataset.test_labels):,}",
        ),
        _DATE.format(date=date.today().isoformat()),
        "",
        _CONFUSION,
        "",
        *confusion_table(dataset.labels, evaluation),
        "",
    ]
    return "\n".join(lines)


def card_lines(card: str) -> list[Text]:
    """The lines of a card in words, which can be translated: all but its title and its confusion matrix.

    Args:
        card: A card of `model_card`.
    """
    return [said for line in card.splitlines() if (said := _line(line)) is not None]


def _line(line: str) -> Text | None:
    """A line of a card as a text with its values; None for another line."""
    for template in (_PARAMETERS, _DATA, _INPUT, _CLASSES, _TRAINING, _EPOCHS, _TEST, _DATE):
        pieces = re.split(r"\{(\w+)\}", template)
        pattern = "".join(f"(?P<{piece}>.*?)" if k % 2 else re.escape(piece) for k, piece in enumerate(pieces))
        if found := re.fullmatch(pattern, line):
            return Text(line, template.template, found.groupdict())
    return None


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

"""Model cards say what is needed to trust a network."""

import numpy as np
import pytest

from vislib.training import Evaluation, TrainingOptions, evaluate, train
from vislib.training.card import card_lines, confusion_table, model_card
from vislib.zoo.trained_here import TRAINED, card


def test_card_tells_data_seed_epochs_and_accuracy(stripes):
    options = TrainingOptions(epochs=1, seed=42)
    result = train("cifar-small", stripes, options)
    evaluation = evaluate(result.model, stripes.test_images, stripes.test_labels)
    card = model_card("cifar-small", stripes, options, result, evaluation, "Made up.")
    assert "seed 42" in card
    assert "240 training images (a share of 10 % kept for validation), 60 test images. Made up." in card
    assert f"accuracy {evaluation.accuracy * 100:.2f} %" in card
    assert "the weights are those of epoch 1" in card


def test_confusion_table_has_true_classes_as_rows():
    table = confusion_table(("a", "b"), Evaluation(0.5, 1.0, np.array([[3, 1], [0, 2]]), ()))
    assert table == ["| | a | b |", "|---|---|---|", "| **a** | 3 | 1 |", "| **b** | 0 | 2 |"]


@pytest.mark.parametrize("name", TRAINED)
def test_every_line_of_a_shipped_card_can_be_translated(name):
    lines = card_lines(card(name))
    assert [str(line) for line in lines] == [line for line in card(name).splitlines() if line.startswith("- ")]
    assert all(line.template.format(**line.values) == line for line in lines)

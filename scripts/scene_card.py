"""The model cards of the networks for scenes of digits, as Markdown."""

import dataclasses
from datetime import date

from scripts.scene_scores import MaskScores, SizeScores
from scripts.scene_training import N_TEST_SCENES, TEST_SEED, SceneRecipe, SceneTraining
from vislib.training.card import machine
from vislib.training.scenes import LABELS, SIDE_PX, SIZES, UNIT


def scene_card(
    name: str, recipe: SceneRecipe, training: SceneTraining, scores: MaskScores | SizeScores, data_note: str = ""
) -> str:
    """A model card as Markdown: data, options with the seed, epochs, and scores on scenes of test digits.

    Args:
        name: The network's name.
        recipe: How it was trained.
        training: The result of the training.
        scores: The scores on `scenes_to_test`.
        data_note: A sentence on how the digits differ from MNIST; empty if they do not.
    """
    options = recipe.options
    chosen = ", ".join(f"{key} {value}" for key, value in dataclasses.asdict(options).items() if value is not None)
    share = options.validation_share * 100
    lines = [
        f"# {name}: {recipe.title}",
        "",
        f"- **Parameters**: {training.model.count_params():,}; float32.",
        f"- **Data**: {recipe.n_scenes:,} scenes composed of MNIST's training digits (a share of {share:.0f} % kept "
        f"for validation), {N_TEST_SCENES:,} test scenes composed of MNIST's test digits (seed {TEST_SEED}). "
        "Scenes are made up, not photographs: one to three digits that do not touch, about 12 to 40 px tall, "
        "lighter or darker than a plain, sloping or noisy background (`vislib.training.scenes`)."
        + (f" {data_note}" if data_note else ""),
        f"- **Input**: {SIDE_PX} × {SIDE_PX} × 1, values 0..1.",
        f"- **Training**: {recipe.loss}; {chosen}.",
        f"- **Epochs**: {len(training.losses)}, the weights are those of epoch {training.best_epoch}, the best on the "
        f"validation scenes (loss {training.losses[training.best_epoch - 1][1]:.4f}); "
        f"{training.seconds / 60:.0f} minutes on {machine()}.",
        *(_masks(scores) if isinstance(scores, MaskScores) else _sizes(scores)),
        "",
    ]
    return "\n".join(lines)


def _masks(scores: MaskScores) -> list[str]:
    return [
        f"- **Classes at each pixel**: {', '.join(LABELS)}.",
        f"- **Test**: mean IoU {scores.mean_iou:.3f}, pixel accuracy {scores.pixel_accuracy * 100:.2f} % (all "
        f"background: {scores.background * 100:.2f} %), on all {N_TEST_SCENES:,} test scenes, after "
        "training.",
        f"- **Date**: {date.today().isoformat()}.",
        "",
        "IoU (intersection over union) of each class, over all pixels of the test scenes:",
        "",
        f"| {' | '.join(LABELS)} |",
        "|---" * len(LABELS) + "|",
        f"| {' | '.join(f'{value:.3f}' for value in scores.iou)} |",
    ]


def _sizes(scores: SizeScores) -> list[str]:
    return [
        f"- **Outputs**: {' and '.join(SIZES)} of the tallest digit in {UNIT}: the rows and columns that its mask "
        "spans.",
        f"- **Test**: on all {N_TEST_SCENES:,} test scenes, after training.",
        f"- **Date**: {date.today().isoformat()}.",
        "",
        f"| output | mean absolute error, {UNIT} | 95 % of the errors below, {UNIT} | the best constant, {UNIT} |",
        "|---|---|---|---|",
        *(
            f"| {size} | {mean:.2f} | {most:.2f} | {constant:.2f} |"
            for size, mean, most, constant in zip(
                SIZES, scores.mean_error, scores.error_95, scores.constant_error, strict=True
            )
        ),
    ]

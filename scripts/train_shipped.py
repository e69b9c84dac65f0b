"""Trains the weights that come with vislib: python scripts/train_shipped.py digits|cifar10 --data-dir DIR --out DIR.

The best epoch is chosen on a validation share of the training images; the test images are used once, at the
end, for the model card, which is written beside the weights.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts.scene_card import scene_card
from scripts.scene_scores import mask_scores, size_scores
from scripts.scene_training import SCENE_RECIPES, scenes_to_test, train_on_scenes
from vislib.training import Dataset, TrainingOptions, TrainingProgress, load_dataset, save_model, train
from vislib.training.card import model_card
from vislib.training.evaluation import evaluate
from vislib.training.networks import NETWORKS

RECIPES = {
    "digits": TrainingOptions(epochs=8, batch_size=128, learning_rate=1e-3, schedule="cosine", shift_px=2, seed=1998),
    "cifar10": TrainingOptions(
        epochs=24,
        batch_size=128,
        learning_rate=2e-3,
        schedule="cosine",
        flip=True,
        shift_px=3,
        validation_share=0.05,
        seed=2009,
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network", choices=[*RECIPES, *SCENE_RECIPES])
    parser.add_argument("--data-dir", help="local directory with the data set")
    parser.add_argument("--out", default=Path(__file__).resolve().parents[1] / "vislib/zoo/weights", type=Path)
    parser.add_argument("--data-note", default="", help="a sentence for the model card, where the data are a copy")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    from vislib.backend import tf

    tf.config.threading.set_intra_op_parallelism_threads(options.threads)
    tf.config.threading.set_inter_op_parallelism_threads(options.threads)
    path = options.out / f"{options.network}.weights.h5"
    if options.network in SCENE_RECIPES:
        dataset = load_dataset("mnist", options.data_dir)
        card, summary = _scene_network(options.network, dataset, path, options.data_note)
    else:
        dataset = load_dataset(NETWORKS[options.network].dataset, options.data_dir)
        card, summary = _classifier(options.network, dataset, path, options.data_note)
    path.with_name(f"{options.network}.md").write_text(card, encoding="utf-8")
    print(f"{options.network}: {summary} → {path}")


def _classifier(name: str, dataset: Dataset, path: Path, data_note: str) -> tuple[str, str]:
    """Trains a classifier, writes its weights, and returns its card and a summary of its test."""
    recipe = RECIPES[name]
    result = train(name, dataset, recipe, _report, checkpoint=path)
    save_model(result.model, path)
    evaluation = evaluate(result.model, dataset.test_images, dataset.test_labels)
    card = model_card(name, dataset, recipe, result, evaluation, data_note)
    return card, f"{evaluation.accuracy * 100:.2f} % of {len(dataset.test_labels):,} test images"


def _scene_network(name: str, dataset: Dataset, path: Path, data_note: str) -> tuple[str, str]:
    """Trains a network on scenes of digits, writes its weights, and returns its card and a summary of its test."""
    recipe = SCENE_RECIPES[name]
    training = train_on_scenes(name, dataset)
    save_model(training.model, path)
    scenes = scenes_to_test(dataset)
    if recipe.truth == "masks":
        masks = mask_scores(training.model, scenes)
        return scene_card(name, recipe, training, masks, data_note), f"mean IoU {masks.mean_iou:.3f}"
    sizes = size_scores(training.model, scenes)
    errors = " and ".join(f"{error:.2f}" for error in sizes.mean_error)
    return scene_card(name, recipe, training, sizes, data_note), f"mean absolute errors {errors} px"


def _report(progress: TrainingProgress) -> None:
    if progress.batch == 1 and progress.history:
        print(progress.history[-1], file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()

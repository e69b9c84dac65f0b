"""Trains the weights that come with vislib: python scripts/train_shipped.py digits|cifar10 --data-dir DIR --out DIR.

The best epoch is chosen on a validation share of the training images; the test images are used once, at the
end, for the model card, which is written beside the weights.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from vislib.training import TrainingOptions, TrainingProgress, load_dataset, save_model, train
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
    parser.add_argument("network", choices=RECIPES)
    parser.add_argument("--data-dir", help="local directory with the data set")
    parser.add_argument("--out", default=Path(__file__).resolve().parents[1] / "vislib/zoo/weights", type=Path)
    parser.add_argument("--data-note", default="", help="a sentence for the model card, where the data are a copy")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    from vislib.backend import tf

    tf.config.threading.set_intra_op_parallelism_threads(options.threads)
    tf.config.threading.set_inter_op_parallelism_threads(options.threads)
    dataset = load_dataset(NETWORKS[options.network].dataset, options.data_dir)
    recipe = RECIPES[options.network]
    path = options.out / f"{options.network}.weights.h5"
    result = train(options.network, dataset, recipe, _report, checkpoint=path)
    save_model(result.model, path)
    evaluation = evaluate(result.model, dataset.test_images, dataset.test_labels)
    path.with_name(f"{options.network}.md").write_text(
        model_card(options.network, dataset, recipe, result, evaluation, options.data_note), encoding="utf-8"
    )
    print(f"{options.network}: {evaluation.accuracy * 100:.2f} % of {len(dataset.test_labels):,} test images → {path}")


def _report(progress: TrainingProgress) -> None:
    if progress.batch == 1 and progress.history:
        print(progress.history[-1], file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()

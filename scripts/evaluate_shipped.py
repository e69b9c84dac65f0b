"""Evaluates the networks that come with vislib on whole test sets: python -m scripts.evaluate_shipped --data-dir DIR.

Prints accuracy, loss and confusion matrix of each classifier, and mean IoU or errors of the networks for scenes of
digits; exits with 1 if one falls short of what is promised.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts.scene_scores import mask_scores, size_scores
from scripts.scene_training import scenes_to_test
from vislib.training import NETWORKS, evaluate, load_dataset
from vislib.training.card import confusion_table
from vislib.training.scenes import SIZES
from vislib.zoo import scene_networks
from vislib.zoo.trained_here import TRAINED, load

PROMISED = {"digits": 0.99, "cifar10": 0.75}
PROMISED_IOU, PROMISED_ERROR_PX = 0.7, 2.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [*TRAINED, *scene_networks.SCENE_NETWORKS]
    parser.add_argument("networks", nargs="*", help=f"some of {', '.join(names)} (default: all)")
    parser.add_argument("--data-dir", help="local directory with the data sets (default: downloaded by Keras)")
    options = parser.parse_args()
    holds = [
        _classifier(name, options.data_dir) if name in TRAINED else _scene_network(name, options.data_dir)
        for name in options.networks or names
    ]
    return int(not all(holds))


def _classifier(name: str, data_dir: str | None) -> bool:
    dataset = load_dataset(NETWORKS[name].dataset, data_dir)
    evaluation = evaluate(load(name), dataset.test_images, dataset.test_labels)
    print(
        f"{name}: accuracy {evaluation.accuracy:.4f}, loss {evaluation.loss:.4f}, on all "
        f"{len(dataset.test_labels):,} test images (promised: {PROMISED[name]:.2f})"
    )
    print("\n".join(confusion_table(dataset.labels, evaluation)))
    return evaluation.accuracy >= PROMISED[name]


def _scene_network(name: str, data_dir: str | None) -> bool:
    scenes = scenes_to_test(load_dataset("mnist", data_dir))
    model = scene_networks.load(name)
    if name == "scene-segmentation":
        masks = mask_scores(model, scenes)
        print(
            f"{name}: mean IoU {masks.mean_iou:.4f}, pixel accuracy {masks.pixel_accuracy:.4f}, on "
            f"{len(scenes.masks):,} scenes of test digits (promised: mean IoU {PROMISED_IOU})"
        )
        return masks.mean_iou >= PROMISED_IOU
    sizes = size_scores(model, scenes)
    errors = ", ".join(f"{size} {error:.2f} px" for size, error in zip(SIZES, sizes.mean_error, strict=True))
    print(
        f"{name}: mean absolute errors {errors}, on {len(scenes.sizes):,} scenes of test digits "
        f"(promised: {PROMISED_ERROR_PX} px)"
    )
    return bool((sizes.mean_error <= PROMISED_ERROR_PX).all())


if __name__ == "__main__":
    sys.exit(main())

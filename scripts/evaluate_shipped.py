"""Evaluates the networks that come with vislib on whole test sets: python scripts/evaluate_shipped.py --data-dir DIR.

Prints accuracy, loss and confusion matrix of each; exits with 1 if an accuracy is below the promised one.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from vislib.training import NETWORKS, evaluate, load_dataset
from vislib.training.card import confusion_table
from vislib.zoo.trained_here import TRAINED, load

PROMISED = {"digits": 0.99, "cifar10": 0.75}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="*", help=f"some of {', '.join(TRAINED)} (default: all)")
    parser.add_argument("--data-dir", help="local directory with the data sets (default: downloaded by Keras)")
    options = parser.parse_args()
    falls_short = False
    for name in options.networks or TRAINED:
        dataset = load_dataset(NETWORKS[name].dataset, options.data_dir)
        evaluation = evaluate(load(name), dataset.test_images, dataset.test_labels)
        falls_short |= evaluation.accuracy < PROMISED[name]
        print(
            f"{name}: accuracy {evaluation.accuracy:.4f}, loss {evaluation.loss:.4f}, on all "
            f"{len(dataset.test_labels):,} test images (promised: {PROMISED[name]:.2f})"
        )
        print("\n".join(confusion_table(dataset.labels, evaluation)))
    return int(falls_short)


if __name__ == "__main__":
    sys.exit(main())

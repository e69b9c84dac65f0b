"""Writes ten digits and ten CIFAR-10 pictures into sample_images/: python scripts/make_samples.py --data-dir DIR.

For each class it takes the first test image that vislib's network classifies correctly with a probability between 0.9
and 0.999, so that a sample is clear but not the easiest one.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from PIL import Image

from vislib.training import NETWORKS, load_dataset
from vislib.zoo.trained_here import TRAINED, load


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="*", help=f"some of {', '.join(TRAINED)} (default: all)")
    parser.add_argument("--data-dir", help="local directory with the data sets (default: downloaded by Keras)")
    options = parser.parse_args()
    for name in options.networks or TRAINED:
        dataset = load_dataset(NETWORKS[name].dataset, options.data_dir)
        probabilities = load(name).predict(dataset.test_images.astype(np.float32) / 255, batch_size=250, verbose=0)
        folder = Path(__file__).resolve().parents[1] / "sample_images" / name
        folder.mkdir(parents=True, exist_ok=True)
        for index, label in enumerate(dataset.labels):
            own = probabilities[:, index]
            clear = (dataset.test_labels == index) & (own > 0.9) & (own < 0.999)
            position = int(np.flatnonzero(clear)[0])
            picture = dataset.test_images[position].squeeze()
            Image.fromarray(picture).save(folder / f"{label}.png", optimize=True)
            print(f"{name}/{label}.png: test image {position}, {own[position] * 100:.1f} %")


if __name__ == "__main__":
    main()

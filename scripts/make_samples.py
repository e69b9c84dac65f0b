"""Writes sample images into sample_images/: python -m scripts.make_samples --data-dir DIR.

Ten digits and ten CIFAR-10 pictures: for each class the first test image that vislib's network classifies correctly
with a probability between 0.9 and 0.999, so that a sample is clear but not the easiest one. Six scenes of MNIST's test
digits with their true masks and sizes; their seed is chosen for variety, not by what a network makes of them. A made-up
landscape of six bands.
"""

import argparse
import csv
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from PIL import Image

from scripts.multiband import BANDS, SPECTRA, landscape
from vislib.training import NETWORKS, load_dataset
from vislib.training.scenes import LABELS, make_scenes
from vislib.zoo.trained_here import TRAINED, load

SAMPLES = Path(__file__).resolve().parents[1] / "sample_images"
N_SCENES, SCENES_SEED = 6, 271


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [*TRAINED, "scenes", "multiband"]
    parser.add_argument("samples", nargs="*", help=f"some of {', '.join(names)} (default: all)")
    parser.add_argument("--data-dir", help="local directory with the data sets (default: downloaded by Keras)")
    parser.add_argument("--out", default=SAMPLES, type=Path, help="folder to write to (default: sample_images)")
    options = parser.parse_args()
    if unknown := set(options.samples) - set(names):
        parser.error(f"there are no samples {', '.join(sorted(unknown))}; there are: {', '.join(names)}")
    for name in options.samples or names:
        folder = options.out / name
        folder.mkdir(parents=True, exist_ok=True)
        if name == "scenes":
            dataset = load_dataset("mnist", options.data_dir)
            write_scenes(folder, dataset.test_images, dataset.test_labels)
        elif name == "multiband":
            write_landscape(folder)
        else:
            _write_one_of_each_class(name, folder, options.data_dir)


def _write_one_of_each_class(name: str, folder: Path, data_dir: str | None) -> None:
    dataset = load_dataset(NETWORKS[name].dataset, data_dir)
    probabilities = load(name).predict(dataset.test_images.astype(np.float32) / 255, batch_size=250, verbose=0)
    for index, label in enumerate(dataset.labels):
        own = probabilities[:, index]
        clear = (dataset.test_labels == index) & (own > 0.9) & (own < 0.999)
        position = int(np.flatnonzero(clear)[0])
        picture = dataset.test_images[position].squeeze()
        Image.fromarray(picture).save(folder / f"{label}.png", optimize=True)
        print(f"{name}/{label}.png: test image {position}, {own[position] * 100:.1f} %")


def write_scenes(folder: Path, digits: np.ndarray, labels: np.ndarray) -> None:
    """scene-1.png to scene-6.png, their masks (grey levels are class indices) and truth.csv."""
    scenes = make_scenes(digits, labels, N_SCENES, SCENES_SEED)
    (folder / "masks").mkdir(exist_ok=True)
    rows = []
    for number, (image, mask, size) in enumerate(zip(scenes.images, scenes.masks, scenes.sizes, strict=True), 1):
        file = f"scene-{number}.png"
        Image.fromarray(image[..., 0]).save(folder / file, optimize=True)
        Image.fromarray(mask).save(folder / "masks" / file, optimize=True)
        rows.append((file, " ".join(LABELS[index] for index in np.unique(mask)[1:]), *map(int, size)))
        print("scenes/{}: digits {}, tallest {} × {} px".format(*rows[-1]))
    with (folder / "truth.csv").open("w", newline="", encoding="utf-8") as table:
        csv.writer(table, lineterminator="\n").writerows([("file", "digits", "height_px", "width_px"), *rows])


def write_landscape(folder: Path) -> None:
    """landscape.npy, reflectance (96, 96, 6) float32, and landscape.json, which says what each band is."""
    reflectance, _ = landscape()
    np.save(folder / "landscape.npy", reflectance)
    about = {
        "origin": "made up by scripts/multiband.py; no sensor took it",
        "values": "reflectance 0..1",
        "bands": [{"name": name, "wavelength_nm": wavelength} for name, wavelength in BANDS.items()],
        "surfaces": list(SPECTRA),
    }
    (folder / "landscape.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    print(f"multiband/landscape.npy: {reflectance.shape} {reflectance.dtype}, {reflectance.nbytes:,} bytes")


if __name__ == "__main__":
    main()

"""Writes the icons that come with the built-in networks: python -m scripts.make_icons [digits cifar10 …]

For each network that comes with its weights, one pass over a few images finds the place where each channel of each
layer is most active. The images are stored with the places, at the size of the network's input: the samples, and for
photographs also some that come with scikit-image and scikit-learn (vislib/activations/shipped/LICENSES.md).
"""

import argparse
import importlib.util
from pathlib import Path

import vislib
from vislib.activations.places import strongest_places
from vislib.activations.shipped_places import FOLDER, places_bytes
from vislib.images.sets import ArrayImages

SAMPLES = Path(__file__).resolve().parents[1] / "sample_images"
_PHOTOGRAPHS = ("cat.jpg", "coffee.jpg", "rocket.jpg", "astronaut.jpg")
_FURTHER = {
    "skimage.data": ("brick.png", "grass.png", "gravel.png", "hubble_deep_field.jpg", "retina.jpg"),
    "sklearn.datasets": ("images/china.jpg", "images/flower.jpg"),
}
_SCENES = tuple(f"scenes/scene-{number}.png" for number in range(1, 7))
IMAGES = {
    "efficientnet-lite0": ("11 photographs", _PHOTOGRAPHS),
    "digits": ("10 sample digits", tuple(f"digits/{digit}.png" for digit in range(10))),
    "cifar10": (
        "10 sample pictures",
        tuple(sorted(f"cifar10/{path.name}" for path in (SAMPLES / "cifar10").iterdir())),
    ),
    "digit-size": ("6 sample scenes", _SCENES),
    "scene-segmentation": ("6 sample scenes", _SCENES),
}
"""For each network the images in words, and their files. The collage of two of the photographs is left out."""


def sample_set(name: str) -> ArrayImages:
    """The images of a network's icons."""
    source, files = IMAGES[name]
    found = [(file, SAMPLES / file) for file in files]
    if files == _PHOTOGRAPHS:
        found += [(Path(file).name, _folder(package) / file) for package in _FURTHER for file in _FURTHER[package]]
    return ArrayImages([vislib.load_image(path) for _, path in found], source, [title for title, _ in found])


def _folder(package: str) -> Path:
    return Path(importlib.util.find_spec(package).origin).parent


def main() -> None:
    """Writes the files and prints their sizes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="*", help=f"some of {', '.join(IMAGES)} (default: all)")
    options = parser.parse_args()
    if unknown := set(options.networks) - set(IMAGES):
        parser.error(f"there are no icons of {', '.join(sorted(unknown))}; there are of {', '.join(IMAGES)}")
    FOLDER.mkdir(exist_ok=True)
    for name in options.networks or IMAGES:
        found = strongest_places(vislib.load_classifier(name), sample_set(name))
        content = places_bytes(found)
        (FOLDER / f"{name}.npz").write_bytes(content)
        print(f"{name}: {len(found.values):,} channels of {len(found.layers)} layers, {len(content):,} bytes")


if __name__ == "__main__":
    main()

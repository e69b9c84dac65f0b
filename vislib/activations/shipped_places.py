"""The strongest places of the built-in networks, which come with vislib; made by scripts/make_icons.py.

A file holds the places of all channels and the few images themselves, at the network's input size: a few hundred bytes
a layer in place of a picture a channel.
"""

import io
import json
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from vislib.activations.places import StrongestPlaces
from vislib.language import Text, text

if TYPE_CHECKING:
    from vislib.model.classifier import Classifier

FOLDER = Path(__file__).with_name("shipped")
_ARRAYS = ("values", "numbers", "rows", "columns")
_JPEG_FROM_PX, _QUALITY = 100, 92
_KINDS: dict[str, Callable[[int], Text]] = {
    "photographs": lambda n: text("{n} photographs", n=n),
    "sample digits": lambda n: text("{n} sample digits", n=n),
    "sample pictures": lambda n: text("{n} sample pictures", n=n),
    "sample scenes": lambda n: text("{n} sample scenes", n=n),
}


def shipped_places(classifier: "Classifier") -> StrongestPlaces | None:
    """The strongest places of a built-in network; None for any other, or if the file cannot be read."""
    path = FOLDER / f"{classifier.key}.npz"
    if path.parent != FOLDER or not path.is_file():
        return None
    try:
        found = read_places(path.read_bytes())
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, zlib.error):
        return None
    return found if found.suits(classifier) else None


def places_bytes(places: StrongestPlaces) -> bytes:
    """Strongest places as a compressed .npz file; large images are JPEGs in it, small ones PNGs."""
    arrays = {name: getattr(places, name) for name in _ARRAYS}
    arrays["values"] = arrays["values"].astype(np.float16)
    for name in ("rows", "columns"):
        if arrays[name].size and arrays[name].max() < 256:
            arrays[name] = arrays[name].astype(np.uint8)
    for number, image in enumerate(places.images):
        arrays[f"image {number}"] = np.frombuffer(_picture_bytes(image), np.uint8)
    about = {"layers": places.layers, "titles": places.titles, "source": places.source}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, about=np.array(json.dumps(about)), **arrays)
    return buffer.getvalue()


def read_places(content: bytes) -> StrongestPlaces:
    """Strongest places from a file of `places_bytes`; values have the precision of float16.

    Raises:
        ValueError, KeyError, OSError or zipfile.BadZipFile: If it is no such file.
    """
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        about = json.loads(str(file["about"]))
        pictures = [
            np.asarray(Image.open(io.BytesIO(file[f"image {number}"].tobytes())).convert("RGB"))
            for number in range(len(about["titles"]))
        ]
        return StrongestPlaces(
            about["layers"],
            file["values"].astype(np.float32),
            file["numbers"],
            file["rows"].astype(np.uint16),
            file["columns"].astype(np.uint16),
            np.stack(pictures),
            tuple(about["titles"]),
            _source(about["source"]),
        )


def _source(written: str) -> str:
    """The name of a set of images, such as "11 photographs"; of a known kind, so that it can be translated."""
    n, _, kind = written.partition(" ")
    return _KINDS[kind](int(n)) if n.isdecimal() and kind in _KINDS else written


def _picture_bytes(image: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    if max(image.shape) >= _JPEG_FROM_PX:
        Image.fromarray(image).save(buffer, "JPEG", quality=_QUALITY)
    else:
        Image.fromarray(image).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()

"""Optional pictures of a batch: each image and its maps side by side."""

from pathlib import Path

import numpy as np
from PIL import Image

from vislib.attribution.base import Explainer
from vislib.batch.parts import Explained
from vislib.batch.settings import BatchSettings
from vislib.output import render

_GAP = 4
_LEAST_SIDE = 112


def write_pictures(images: list[Explained], settings: BatchSettings, folder: Path) -> None:
    """Writes one JPEG per image, named by its number: the resized image, then each method's map over it."""
    folder.mkdir()
    for one in images:
        if one.resized is not None:
            sheet = side_by_side(one.resized, one.maps)
            sheet.save(folder / f"{one.row['number']:09d}.jpg", quality=90)


def side_by_side(resized: np.ndarray, maps: dict[str, np.ndarray]) -> Image.Image:
    """The image (h, w, 3) and its maps over it, in the order of `maps`."""
    times = max(1, -(-_LEAST_SIDE // max(resized.shape[:2])))
    picture = Image.fromarray(resized).resize(
        (resized.shape[1] * times, resized.shape[0] * times), Image.Resampling.NEAREST if times > 1 else None
    )
    tiles = [
        picture,
        *(render.laid_over(picture, values, Explainer.registry[name].signed) for name, values in maps.items()),
    ]
    sheet = Image.new("RGB", (len(tiles) * (picture.width + _GAP) - _GAP, picture.height), "white")
    for place, tile in enumerate(tiles):
        sheet.paste(tile, (place * (picture.width + _GAP), 0))
    return sheet

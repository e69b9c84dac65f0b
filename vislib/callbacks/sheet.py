"""The maps of several images in one picture."""

from collections.abc import Mapping

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from vislib.language import tr, whole_percent
from vislib.model.classifier import Prediction
from vislib.output import fonts, render
from vislib.output.heatmap import Heatmap

_SIDE, _GAP, _LINE = 224, 8, 22
_INK, _PAPER = (30, 30, 30), (255, 255, 255)


def sheet(
    images: Mapping[str, np.ndarray], answers: Mapping[str, Prediction], heatmaps: Mapping[str, tuple[Heatmap, ...]]
) -> np.ndarray:
    """A row an image: what the network sees of it, then each of its maps over it; (H, W, 3) uint8.

    Above each picture stand the answer and the method. Each map has its own scale, so the colours of two maps cannot be
    compared.
    """
    n_columns = 1 + max(len(maps) for maps in heatmaps.values())
    size = (n_columns * (_SIDE + _GAP) + _GAP, len(images) * (_SIDE + _LINE + _GAP) + _GAP)
    picture = Image.new("RGB", size, _PAPER)
    pen = ImageDraw.Draw(picture)
    for row, (name, image) in enumerate(images.items()):
        top, answer = _GAP + row * (_SIDE + _LINE + _GAP), answers[name]
        number = whole_percent(answer.value) if answer.is_share else f"{answer.value:.4g}"
        cells = [(f"{name}: {answer.label}, {number}", _fitted(render.seen(image, heatmaps[name][0].box)))]
        cells += [
            (tr(heatmap.title), _fitted(render.overlay(image, heatmap, size=_SIDE))) for heatmap in heatmaps[name]
        ]
        for column, (title, drawn) in enumerate(cells):
            left = _GAP + column * (_SIDE + _GAP)
            font = ImageFont.truetype(fonts.file_for(title), 14)
            pen.text((left, top), _cut(title, pen, font), _INK, font)
            picture.paste(drawn, (left, top + _LINE))
    return np.asarray(picture)


def _fitted(picture: Image.Image) -> Image.Image:
    """The picture within a square of the sheet's cells; the pixels of a small one stay sharp."""
    scale = _SIDE / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.NEAREST if scale > 2 else Image.Resampling.BICUBIC)


def _cut(text: str, pen: ImageDraw.ImageDraw, font) -> str:
    """The text as far as it fits over a cell."""
    while pen.textlength(text, font) > _SIDE:
        text = f"{text[:-2]}…"
    return text

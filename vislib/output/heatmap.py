"""The result of an explanation: raw numbers, how they were computed, and ways to look at them."""

import dataclasses
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from vislib import html
from vislib.images.fitting import Box
from vislib.language import short_number, tr
from vislib.output import export, figures, render, showing
from vislib.output.raw_heatmap import RawHeatmap

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_CLIP = 0.01
"""The share of the pixels beyond the ends of the colours, in a notebook: a few extreme pixels would hide the rest."""
_SIDE = 320
"""Longer side of the picture in a notebook, in pixels; its file is some 20 kB."""


@dataclass(frozen=True, eq=False)
class Heatmap(RawHeatmap):
    """How much each place of the network's input contributes to a target, such as the score of a class.

    The attributes are those of `RawHeatmap`: `values`, `signed`, `score`, `layer`, `params`, `notes` and more. In a
    notebook, the map shows itself over the image as the network saw it. `vislib.render` draws it in other ways.

    Example:
        >>> heatmap = vislib.explain("grad-cam", classifier, image)
        >>> heatmap.values.shape, heatmap.label, heatmap.layer, heatmap.signed
        ((28, 28), '3', 'conv2_activation', False)
    """

    def figure(self, image: np.ndarray | None = None, **look: Any) -> "Figure":
        """A figure for print, with a title and a colour bar.

        Args:
            image: The explained image (H, W, 3), for a sharp picture; by default the image as the network saw it, with
                its few pixels.
            **look: As in `vislib.figures.figure`: `title`, `opacity`, `colormap`, `clip`, `scale`, `blend`, `on`.

        Raises:
            ParameterError: If a value is not accepted, or the image has another size than the explained one.

        Example:
            >>> import vislib
            >>> classifier = vislib.load_classifier("digits")
            >>> image = vislib.load_image(vislib.sample_path("digits/3.png"))
            >>> vislib.explain("saliency", classifier, image).figure(title="A three").axes[0].get_title()
            'A three'
        """
        return figures.figure(*self._over(image), **look)

    def save(self, path: str | os.PathLike[str], image: np.ndarray | None = None, **look: Any) -> Path:
        """Writes the map to a .png, .svg, .pdf or .npz file; see `vislib.save`.

        Args:
            path: The file.
            image: As for `figure`.
            **look: As in `vislib.save`: `opacity`, `colormap`, `blend`, `plain`.

        Raises:
            ParameterError: If the suffix is not one of these, or the file cannot be written.

        Example:
            >>> import vislib
            >>> classifier = vislib.load_classifier("digits")
            >>> image = vislib.load_image(vislib.sample_path("digits/3.png"))
            >>> vislib.explain("saliency", classifier, image).save("three.svg", image, opacity=0.6)
            PosixPath('three.svg')
        """
        path = export.check_path(path)
        if path.suffix.lower() == ".npz":
            return export.save(self, path)
        drawn, below = self._over(image)
        return export.save(drawn, path, below, **look)

    def show(self, image: np.ndarray | None = None, **look: Any) -> None:
        """Displays the map in a notebook; elsewhere in a window, if the program has imported matplotlib.pyplot.

        Without both nothing opens, and a `VislibWarning` says so. The arguments are those of `figure`, and with any of
        them a notebook displays that figure.

        Raises:
            ParameterError: As `figure`.

        Example:
            >>> import vislib
            >>> classifier = vislib.load_classifier("digits")
            >>> image = vislib.load_image(vislib.sample_path("digits/3.png"))
            >>> vislib.explain("saliency", classifier, image).show()
        """
        as_figure = image is not None or bool(look)
        showing.show(self, lambda on: self.figure(image, **look, on=on), as_figure)

    def _over(self, image: np.ndarray | None) -> tuple[RawHeatmap, np.ndarray | None]:
        """The map and the image to draw it over: the one given, or the one that was seen, which its box fills."""
        if image is not None or self.seen is None:
            return self, image
        height, width = self.seen.shape[:2]
        return dataclasses.replace(self, box=Box(0, 0, height, width), image_size=(height, width)), self.seen

    def _picture(self, side: int) -> Image.Image:
        drawn, image = self._over(None)
        scale = render.Scale.of_heatmap(self, _CLIP)
        if image is not None:
            return render.overlay(image, drawn, size=side, scale=scale)
        height, width = (round(side * length / max(self.values.shape)) for length in self.values.shape)
        colormap = render.usual_colormap(self.signed, True)
        return render.map_image(self.values, signed=self.signed, colormap=colormap, scale=scale, size=(height, width))

    def _repr_png_(self) -> bytes:
        return export.png_bytes(self._picture(min(max(self.values.shape), _SIDE)))

    def _repr_html_(self) -> str:
        scale = render.Scale.of_heatmap(self, _CLIP)
        title, drawn = self.title or self.method, self._picture(_SIDE)
        parts = [
            html.picture(
                export.jpeg_bytes(drawn),
                "jpeg",
                tr("{title}, {explained}", title=title, explained=self.explained),
                drawn.width,
            )
        ]
        if not scale.constant:
            colours = render.table(render.usual_colormap(self.signed, True), self.signed)[:: 255 // 8]
            low = f"{'≤ ' if scale.clipped and self.signed else ''}{short_number(scale.low)}"
            high = f"{'≥ ' if scale.clipped else ''}{short_number(scale.high)}"
            high = tr("{value} ({unit})", value=high, unit=self.unit)
            parts.append(html.scale(colours.tolist(), low, high, _SIDE))
        about = {"model": self.model, "seconds": self.seconds}
        parts.append(
            html.line(
                tr("{model} · layer {layer} · {seconds:.2f} s", layer=self.layer, **about)
                if self.layer
                else tr("{model} · {seconds:.2f} s", **about)
            )
        )
        head = tr("{title} · {explained}: {score:.4g}", title=title, explained=self.explained, score=self.score)
        return html.block(head, *parts, *(html.line(tr(note)) for note in self.notes))

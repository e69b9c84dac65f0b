"""Figures for papers, by matplotlib without pyplot, because pyplot keeps every figure in memory."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from vislib.errors import ParameterError
from vislib.language import score_number, shown_text, text, tr
from vislib.output import fonts
from vislib.output.raw_heatmap import RawHeatmap
from vislib.output.render import (
    BLENDS,
    OPACITY,
    Scale,
    is_signed,
    kernel_image,
    overlay,
    table,
    usual_colormap,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEAST_SIDE = 1024
"""A saved picture has at least this number of pixels on its longer side."""


def figure(
    result: RawHeatmap | np.ndarray,
    image: np.ndarray | None = None,
    *,
    title: str | None = None,
    opacity: float = OPACITY,
    colormap: str | None = None,
    clip: float = 0.0,
    scale: Scale | None = None,
    blend: str = BLENDS[0],
    most: int = 64,
    depthwise: bool = False,
    on: "Figure | None" = None,
) -> "Figure":
    """A figure for print: a heatmap with its colour bar, or a grid of feature maps or kernels.

    Args:
        result: A Heatmap; feature maps (h, w, c), with one cell for each channel; or kernels (k_h, k_w, c_in, c_out),
            drawn as RGB if c_in is 3, else averaged over the input channels.
        image: For a heatmap: the image (H, W, 3) below the map.
        title: The title; for a heatmap by default method, class and score.
        opacity: For a heatmap over an image, as in `overlay`.
        colormap: A matplotlib name.
        clip: For a heatmap, as in `overlay`.
        scale: For a heatmap, as in `overlay`.
        blend: For a heatmap, as in `overlay`.
        most: Largest number of channels in a grid, strongest first.
        depthwise: For kernels: whether they are (k_h, k_w, channels, multiplier), with one cell for each channel and
            multiple, as those of a depthwise convolution; `vislib.activations.maps.is_depthwise` says it.
        on: For a heatmap: the figure to draw on, such as one of pyplot; by default a new one that pyplot does not know.

    Raises:
        ParameterError: If a value is not accepted, or the array has another shape.

    Example:
        >>> drawn = vislib.figures.figure(vislib.explain("saliency", classifier, image), image)
        >>> drawn.axes[0].get_title().split(":")[0]
        'Saliency (vanilla gradient) · logit of “3”'
    """
    table(colormap, signed=False)  # raises if there is no such colormap
    if isinstance(result, RawHeatmap):
        if not 0 <= opacity <= 1:
            raise ParameterError(text("`opacity` must be from 0 to 1; not {opacity}.", opacity=opacity))
        return _heatmap_figure(result, image, title, opacity, colormap, clip, scale, blend, on)
    values = np.asarray(result)
    if values.ndim == 4 and depthwise:
        values = values.reshape(*values.shape[:2], -1)
    if values.ndim == 4 and values.shape[2] == 3:
        order = np.argsort(-np.linalg.norm(values.reshape(-1, values.shape[3]), axis=0), kind="stable")[:most]
        return _grid([np.asarray(kernel_image(values[..., k])) for k in order], order, None, False, None, title)
    if values.ndim == 4:
        values = values.mean(axis=2)
    if values.ndim != 3:
        raise ParameterError(
            text(
                "A figure shows a Heatmap, feature maps (h, w, c) or kernels (k_h, k_w, c_in, c_out); not an "
                "array of shape {given}.",
                given=values.shape,
            )
        )
    order = np.argsort(-np.abs(values).mean(axis=(0, 1)), kind="stable")[:most]
    signed = is_signed(values)
    scale = Scale.of(values[..., order], signed)
    return _grid([values[..., k] for k in order], order, scale, signed, colormap, title)


def comparison(heatmaps: Sequence[RawHeatmap], image: np.ndarray, *, opacity: float = OPACITY) -> "Figure":
    """Several maps of one image (H, W, 3) in one figure, three in a row.

    Each has its own colour bar, as the values of different methods have different units.

    Example:
        >>> maps = [vislib.explain(name, classifier, image) for name in ("grad-cam", "saliency")]
        >>> len(vislib.figures.comparison(maps, image).axes)  # each map and its colour bar
        4
    """
    from matplotlib.figure import Figure

    columns = min(3, len(heatmaps))
    rows = int(np.ceil(len(heatmaps) / columns))
    drawn = Figure(figsize=(4.2 * columns, 3.8 * rows), layout="constrained")
    every = _places(drawn, rows, columns)
    for axes, heatmap in zip(every, heatmaps, strict=False):
        _draw_heatmap(drawn, axes, heatmap, image, _title(heatmap), opacity, None, 0.0)
    of = tr("{explained}: {score}", explained=heatmaps[0].explained, score=score_number(heatmaps[0].score))
    drawn.suptitle(of, fontsize=10, parse_math=False)
    return fonts.suit(drawn)


def pictures(
    images: Sequence[np.ndarray], titles: Sequence[str], columns: int | None = None, on: "Figure | None" = None
) -> "Figure":
    """Pictures (h, w, 3) uint8 in rows, each with its title above; ten pictures make two rows. `on` is as for
    `figure`.

    Example:
        >>> len(vislib.figures.pictures([image, image], ["one", "two"]).axes)
        2
    """
    from matplotlib.figure import Figure

    columns = columns or (5 if len(images) == 10 else min(len(images), int(np.ceil(np.sqrt(len(images))))))
    rows = int(np.ceil(len(images) / columns))
    drawn = on if on is not None else Figure(figsize=(1.9 * columns, 2.1 * rows), layout="constrained")
    for axes, image, title in zip(_places(drawn, rows, columns), images, titles, strict=False):
        axes.imshow(image, interpolation="nearest")
        axes.set_title(shown_text(title), fontsize=8, parse_math=False)
    return fonts.suit(drawn)


def _places(drawn: "Figure", rows: int, columns: int) -> list:
    """Axes for pictures, row by row: without ticks, which matplotlib measures even where it does not draw them."""
    every = drawn.subplots(rows, columns, squeeze=False, subplot_kw={"xticks": [], "yticks": []})
    for axes in every.flat:
        axes.set_axis_off()
    return list(every.flat)


def _heatmap_figure(heatmap: RawHeatmap, image, title, opacity, colormap, clip, scale, blend, on) -> "Figure":
    from matplotlib.figure import Figure  # imported late, as this takes half a second

    drawn = on if on is not None else Figure(figsize=(5.2, 4.4), layout="constrained")
    (axes,) = _places(drawn, 1, 1)
    title = title or tr(
        "{title} · {explained}: {score}",
        title=_title(heatmap),
        explained=heatmap.explained,
        score=score_number(heatmap.score),
    )
    _draw_heatmap(drawn, axes, heatmap, image, title, opacity, colormap, clip, scale, blend)
    return fonts.suit(drawn)


def _title(heatmap: RawHeatmap) -> str:
    return heatmap.title or heatmap.method


def _draw_heatmap(
    drawn, axes, heatmap: RawHeatmap, image, title, opacity, colormap, clip, scale=None, blend=BLENDS[0]
) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    scale = scale if scale is not None else Scale.of_heatmap(heatmap, clip)
    name = colormap or usual_colormap(heatmap.signed, True)
    if image is not None:
        axes.imshow(overlay(image, heatmap, opacity, name, LEAST_SIDE, scale=scale, blend=blend))
    if scale.constant:
        said = tr("hardly any value") if heatmap.negligible else tr("constant: {value:.4g} everywhere", value=scale.low)
        axes.text(0.5, 0.02, said, transform=axes.transAxes, ha="center", parse_math=False)
    else:
        if image is None:
            axes.imshow(heatmap.values, cmap=name, vmin=scale.low, vmax=scale.high, interpolation="nearest")
        # The bar shows the colours as they are without a photograph below.
        colours = ScalarMappable(Normalize(scale.low, scale.high), name)
        extend = "neither" if not scale.clipped else "both" if heatmap.signed else "max"
        drawn.colorbar(colours, ax=axes, extend=extend).set_label(shown_text(heatmap.unit), parse_math=False)
    axes.set_title(shown_text(title), fontsize=10, parse_math=False)


def _grid(pictures, order, scale, signed, colormap, title) -> "Figure":
    from matplotlib.figure import Figure

    columns = int(np.ceil(np.sqrt(len(pictures))))
    rows = int(np.ceil(len(pictures) / columns))
    drawn = Figure(figsize=(1.1 * columns + 0.6, 1.2 * rows + 0.4), layout="constrained")
    name = colormap or usual_colormap(signed)
    shown = None
    every = _places(drawn, rows, columns)
    for axes, picture, channel in zip(every, pictures, order, strict=False):
        if picture.ndim == 3:
            axes.imshow(picture)
        else:
            shown = axes.imshow(picture, cmap=name, vmin=scale.low, vmax=scale.high)
        axes.set_title(str(channel), fontsize=7, pad=2, parse_math=False)
    if shown is not None:
        drawn.colorbar(shown, ax=every, shrink=0.6)
    if title:
        drawn.suptitle(shown_text(title), fontsize=10, parse_math=False)
    return fonts.suit(drawn)

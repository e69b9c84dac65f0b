"""A layer's feature maps: all channels as tiles, one channel over the image, and a unit's receptive field."""

from collections.abc import Callable

import numpy as np
import streamlit as st
from PIL import Image, ImageDraw

import vislib
from pages._ui.results import picture
from pages._ui.results.look import colour_bar
from pages._ui.server import work
from pages._ui.shell import images
from pages._ui.shell.chosen import as_given
from pages._ui.shell.context import Context, sample_names
from pages._ui.widgets.inline_image import show_image
from pages._ui.widgets.point_picker import point_picker
from pages._ui.widgets.tiles import Group, map_tile, tiles
from vislib.activations.maps import most_varied_channels
from vislib.images.fitting import Box
from vislib.images.reading import image_digest
from vislib.language import Text, sentences, short_number, text, tr, whole_percent
from vislib.layers import receptive_fields
from vislib.layers.receptive_field import ReceptiveField
from vislib.output import export, figures, render
from vislib.output.render import Scale, is_signed


def maps_of(context: Context, image: np.ndarray, layer: str) -> np.ndarray:
    """The layer's maps (h, w, c) for an image; cached."""
    key = (context.classifier.key, image_digest(image), "maps", layer)
    return work.stored(key, lambda: vislib.feature_maps(context.classifier, image, layer))


def of_first_sample(context: Context, layer: str) -> tuple[np.ndarray, str]:
    """The layer's maps for the network's first sample, and its name.

    A page about units starts with the channel that varies most there, whatever the image: what a channel wants is then
    computed once and not for each image.
    """
    name = sample_names(context.model_name)[0]
    return maps_of(context, images.image_named(name), layer), name


def channel_control(maps: np.ndarray, over: str | None = None) -> int:
    """The chosen channel; by default the one that varies most over an image.

    Args:
        maps: The layer's maps for that image.
        over: The name of the image; None for the one that the page shows.
    """
    n_channels = maps.shape[2]
    if not 0 <= (st.session_state.get("channel") or 0) < n_channels:
        st.session_state.pop("channel", None)
    first = int(most_varied_channels(maps)[0])
    chosen = st.number_input(
        tr("Channel"),
        0,
        n_channels - 1,
        None,
        key="channel",
        bind="query-params",
        placeholder=str(first),
        width=130,
        help=tr("Empty: the one that varies most over {image}.", image=over)
        if over
        else tr("Empty: the one that varies most over this image."),
    )
    return first if chosen is None else int(chosen)


def summary(context: Context, layer: str, maps: np.ndarray) -> None:
    """The layer in numbers."""
    node = context.classifier.network.map_node(layer)
    field = _fields(context)[layer]
    height, width, n_channels = maps.shape
    layers, graph = context.classifier.network.map_layers, context.classifier.network.graph
    low, high = short_number(maps.min()), short_number(maps.max())
    is_logits = graph.activation_removed and node.output is graph.logits
    picture.facts(
        {
            tr("Layer"): tr("{layer}, {k} of {n}", layer=layer, k=layers.index(layer) + 1, n=len(layers)),
            tr("Kind"): type(node.operation).__name__,
            tr("Maps"): tr("{n} of {width} × {height}", n=n_channels, width=width, height=height),
            tr("Receptive field"): f"{field.size[1]} × {field.size[0]} px",
            tr("Stride"): f"{field.stride[0]:g} px" if field.stride[0] else tr("whole image"),
            tr("Values"): tr("logits, {low} to {high}", low=low, high=high)
            if is_logits
            else tr("{low} to {high}", low=low, high=high),
            tr("Zeros (sparsity)"): whole_percent((maps == 0).mean()),
        }
    )


def enlarged(context: Context, layer: str, maps: np.ndarray, channel: int, opacity: float) -> None:
    """One channel over the image; a click chooses a unit and shows its value and receptive field."""
    values, signed = maps[..., channel], is_signed(maps)
    height, width = values.shape
    size, fields = context.classifier.input_size, _fields(context)[layer]
    row, column = unit_at(context, layer, maps, channel)
    box = context.classifier.box(context.image)
    drawn = render.overlay_map(context.shown, box, values, opacity, size=picture.SIDE, signed=signed)
    field = fields.box(row, column, size)
    _mark(drawn, field, size)
    is_cut = field.height < fields.size[0] or field.width < fields.size[1]
    point_picker(
        drawn,
        "unit_point",
        tr(
            "Channel {channel} of {layer} over {image}; choose a point to see its unit",
            channel=channel,
            layer=layer,
            image=context.image_name,
        ),
        ((column + 0.5) / width, (row + 0.5) / height),
        (1 / width, 1 / height),
        lambda x, y: st.session_state.update(unit=(x, y)),
    )
    colour_bar(Scale.of(values, signed), signed, None, tr("activation"))
    picture.caption(
        tr("Channel {channel} over the image", channel=channel),
        tr(
            sentences(
                text(
                    "Unit at row {row}, column {column}: {value:.3g}.",
                    row=row,
                    column=column,
                    value=values[row, column],
                ),
                _seen(field, fields.size if is_cut else None),
                text("Click another place, or use the arrow keys."),
            )
        ),
    )


def _seen(field: Box, whole: tuple[int, int] | None) -> Text:
    """What a unit sees; `whole` is its receptive field (height, width) if the border cuts it."""
    framed = {"width": field.width, "height": field.height}
    if whole is None:
        return text("It sees the framed {width:.0f} × {height:.0f} pixels (its receptive field).", **framed)
    return text(
        "It sees the framed {width:.0f} × {height:.0f} pixels of its {whole_width} × {whole_height}, which the border "
        "cuts (its receptive field).",
        **framed,
        whole_width=whole[1],
        whole_height=whole[0],
    )


def unit_at(context: Context, layer: str, maps: np.ndarray, channel: int) -> tuple[int, int]:
    """Row and column of the chosen unit; before one is chosen, of the strongest whose receptive field is whole."""
    height, width = maps.shape[:2]
    if chosen := st.session_state.get("unit"):
        return int(chosen[1] * height), int(chosen[0] * width)
    return _usual_unit(maps[..., channel], _fields(context)[layer], context.classifier.input_size)


def _usual_unit(values: np.ndarray, fields: ReceptiveField, size: tuple[int, int]) -> tuple[int, int]:
    """The strongest unit whose receptive field the border does not cut; if there is none, the strongest."""
    height, width = values.shape
    rows = [fields.box(row, 0, size).height for row in range(height)]
    columns = [fields.box(0, column, size).width for column in range(width)]
    whole = np.outer(np.isclose(rows, max(rows)), np.isclose(columns, max(columns)))
    row, column = np.unravel_index(np.where(whole, np.abs(values), -1.0).argmax(), values.shape)
    return int(row), int(column)


def enlarged_other(
    context: Context, name: str, image: np.ndarray, layer: str, maps: np.ndarray, channel: int, opacity: float
) -> None:
    """The same channel over another image, on one scale for both."""
    others = maps_of(context, image, layer)
    values, signed = others[..., channel], is_signed(np.stack([others, maps]))
    scale = Scale.of(np.stack([values, maps[..., channel]]), signed)
    shown, box = as_given(context.classifier, image), context.classifier.box(image)
    drawn = render.overlay_map(shown, box, values, opacity, size=picture.SIDE, scale=scale, signed=signed)
    show_image(
        drawn,
        width="stretch",
        alt=tr(
            "Channel {channel} of {layer} over {image}",
            channel=channel,
            layer=layer,
            image=name,
        ),
    )
    colour_bar(scale, signed, None, tr("activation, scale of both images"))
    picture.caption(
        tr("The same channel over {image}", image=name),
        tr("Values {low:.3g} to {high:.3g}.", low=values.min(), high=values.max()),
    )


def raw(context: Context, layer: str, maps: np.ndarray, channel: int) -> None:
    """One channel without the image; each unit is a square, and a click chooses one."""
    values, signed = maps[..., channel], is_signed(maps)
    height, width = values.shape
    row, column = unit_at(context, layer, maps, channel)
    drawn = render.map_image(values, signed=signed, size=(picture.SIDE, picture.SIDE))
    across, down = drawn.width / width, drawn.height / height
    _mark(drawn, Box(row * down, column * across, down, across), (drawn.height, drawn.width))
    point_picker(
        drawn,
        "unit_point_raw",
        tr("Channel {channel} of {layer}; choose a unit", channel=channel, layer=layer),
        ((column + 0.5) / width, (row + 0.5) / height),
        (1 / width, 1 / height),
        lambda x, y: st.session_state.update(unit=(x, y)),
    )
    colour_bar(Scale.of(values, signed), signed, None, tr("activation"))
    picture.caption(
        tr("Channel {channel} alone", channel=channel),
        tr("{width} × {height} units, as computed.", width=values.shape[1], height=values.shape[0]),
    )


def grid(layer: str, maps: np.ndarray, channel: int, most: int, own_scale: bool) -> None:
    """The channels that vary most over the image, as clickable tiles."""
    order = most_varied_channels(maps)[:most]
    signed = is_signed(maps)
    scale = None if own_scale else Scale.of(maps, signed, clip=0.001)

    def choose(tile: str) -> None:
        st.session_state["channel"] = int(tile)

    def one(k: int):
        values = maps[..., k]
        alt = tr(
            "Channel {channel}: {low:.3g} to {high:.3g}, mean {mean:.3g}",
            channel=k,
            low=values.min(),
            high=values.max(),
            mean=values.mean(),
        )
        return map_tile(str(k), values, scale, signed, str(k), alt)

    shown = [one(int(k)) for k in order]
    tiles(
        [Group("", "", shown)],
        "channels",
        selected=str(channel),
        on_click=choose,
        name=tr(
            "Channels of {layer}",
            layer=layer,
        ),
    )
    if scale is not None:
        colour_bar(scale, signed, None, tr("activation, one scale for the layer"))
    picture.caption(
        tr("{n} of {total} channels", n=len(order), total=maps.shape[2]),
        tr("By standard deviation over the positions, largest first."),
    )


def files(
    context: Context, layer: str, maps: np.ndarray, channel: int, opacity: float, most: int
) -> dict[str, Callable[[], bytes]]:
    """The files of a layer's maps: suffix → function that makes the file."""
    box = context.classifier.box(context.image)

    def figure():
        return figures.figure(maps, title=f"{layer} · {context.image_name}", most=most)

    return {
        "png": lambda: export.png_bytes(
            render.overlay_map(
                context.shown,
                box,
                maps[..., channel],
                opacity,
                size=figures.LEAST_SIDE,
                signed=is_signed(maps),
            )
        ),
        "figure.png": lambda: export.figure_bytes(figure(), "png"),
        "svg": lambda: export.figure_bytes(figure(), "svg"),
        "pdf": lambda: export.figure_bytes(figure(), "pdf"),
        "npz": lambda: export.npz_bytes(maps, layer=layer, model=context.classifier.key, image=context.image_name),
    }


def _fields(context: Context):
    key = (context.classifier.key, "receptive fields")
    return work.stored(key, lambda: receptive_fields(context.classifier.network.graph))


def _mark(drawn: Image.Image, field: Box, input_size: tuple[int, int]) -> None:
    across, down = drawn.width / input_size[1], drawn.height / input_size[0]
    left, top = field.left * across, field.top * down
    # On a long, narrow image a field may be less than a pixel wide.
    right, bottom = max(left, left + field.width * across - 1), max(top, top + field.height * down - 1)
    ImageDraw.Draw(drawn).rectangle((left, top, right, bottom), outline="white", width=3)

"""Kernels as images: RGB if there are three input channels, otherwise one input channel at a time."""

import numpy as np
import streamlit as st
from PIL import Image

from pages._ui.results import picture
from pages._ui.results.charts import bar_chart
from pages._ui.results.look import colour_bar
from pages._ui.widgets.inline_image import show_image
from pages._ui.widgets.tiles import Group, Tile, data_uri, map_tile, tiles
from vislib.activations.maps import dead_filters, filter_norms
from vislib.language import text, tr
from vislib.output import render
from vislib.output.render import Scale


def statistics(kernels: np.ndarray, depthwise: bool) -> None:
    """The kernels in numbers."""
    norms = filter_norms(kernels, depthwise=depthwise)
    height, width, n_in, multiplier = kernels.shape
    if not depthwise:
        filters = f"{len(norms)}"
    elif multiplier == 1:
        filters = tr("{n} (one per channel)", n=len(norms))
    else:
        filters = tr("{n} ({multiplier} per channel)", n=len(norms), multiplier=multiplier)
    picture.facts(
        {
            tr("Kernel"): f"{height} × {width}",
            tr("Input channels"): f"{n_in}",
            tr("Filters"): filters,
            tr("Weights"): tr(
                "{n:,}, mean {mean:.3g}, standard deviation {deviation:.3g}",
                n=kernels.size,
                mean=kernels.mean(),
                deviation=kernels.std(),
            ),
            tr("Norms"): tr(
                "{low:.3g} to {high:.3g}, median {median:.3g}",
                low=norms.min(),
                high=norms.max(),
                median=np.median(norms),
            ),
            tr("Dead"): f"{int(dead_filters(kernels, depthwise=depthwise).sum())}",
        }
    )


def grid(kernels: np.ndarray, layer: str, by_norm: bool, most: int, of_image: bool, depthwise: bool) -> None:
    """The filters as clickable tiles; below them all input channels of the chosen one.

    Args:
        kernels: As from `vislib.filters(…, rgb=True)`.
        layer: The convolution's name.
        by_norm: Whether the largest come first.
        most: Number of filters shown at most.
        of_image: Whether their input channels are those of the image.
        depthwise: Whether there is one filter for each channel and multiple.
    """
    height, width, n_in, multiplier = kernels.shape
    if height * width == 1 and not depthwise:
        _matrix(kernels[0, 0], by_norm)
        return
    order = _order(kernels, by_norm, depthwise)[:most]
    key = f"filter of {layer}"
    selected = str(chosen_filter(kernels, layer, by_norm, depthwise))

    def choose(tile: str) -> None:
        st.session_state[key] = int(tile)

    pictures = [_tile(kernels, int(k), depthwise) for k in order]
    tiles([Group("", "", pictures)], key=f"tiles {layer}", selected=selected, on_click=choose)
    shown = tr("{n} of {total} filters", n=len(order), total=len(filter_norms(kernels, depthwise=depthwise)))
    if n_in == 3 and not depthwise:
        picture.caption(
            shown,
            tr("Red, green and blue weights as a colour; zero is mid-grey. Each filter has its own scale.")
            if of_image
            else tr(
                "The weights of input channels 0, 1 and 2 as red, green and blue; zero is mid-grey. Each filter has "
                "its own scale."
            ),
        )
    elif depthwise:
        scale = Scale.of(kernels, signed=True)
        colour_bar(scale, True, None, tr("weight"))
        picture.caption(
            shown,
            tr("One kernel per channel; all on one scale.")
            if multiplier == 1
            else tr("{n} kernels per channel; all on one scale.", n=multiplier),
        )
    else:
        _input_channels(kernels, int(selected), shown)


def chosen_filter(kernels: np.ndarray, layer: str, by_norm: bool, depthwise: bool) -> int:
    """The filter clicked last; by default the first one."""
    return int(st.session_state.get(f"filter of {layer}", _order(kernels, by_norm, depthwise)[0]))


def sheet(kernels: np.ndarray, by_norm: bool, most: int, depthwise: bool = False) -> Image.Image:
    """All filters in one image, for saving."""
    order = _order(kernels, by_norm, depthwise)[:most]
    if kernels.shape[0] * kernels.shape[1] == 1 and not depthwise:
        return render.map_image(kernels[0, 0].T, signed=True)
    pictures = [_image(kernels, int(k), depthwise).resize((48, 48), Image.Resampling.NEAREST) for k in order]
    columns = int(np.ceil(np.sqrt(len(pictures))))
    page = Image.new("RGBA", (columns * 52 + 4, -(-len(pictures) // columns) * 52 + 4))  # the page shows through
    for place, one in enumerate(pictures):
        page.paste(one, (4 + place % columns * 52, 4 + place // columns * 52))
    return page


def norms(kernels: np.ndarray, depthwise: bool) -> None:
    """The norms of all filters, largest first."""
    st.header(tr("Norms, largest first"), anchor=False)
    values = filter_norms(kernels, depthwise=depthwise)
    order = np.argsort(-values, kind="stable")
    bar_chart([str(k) for k in order], values[order].tolist(), tr("filter"), tr("L2 norm"), 200)
    picture.caption(
        tr("How strong each filter is"),
        tr("A filter whose norm is below a thousandth of the median counts as dead: it responds to nothing."),
    )


def _order(kernels: np.ndarray, by_norm: bool, depthwise: bool = False) -> np.ndarray:
    values = filter_norms(kernels, depthwise=depthwise)
    return np.argsort(-values, kind="stable") if by_norm else np.arange(len(values))


def _image(kernels: np.ndarray, k: int, depthwise: bool) -> Image.Image:
    if depthwise:
        channel, multiple = divmod(k, kernels.shape[3])
        return render.map_image(kernels[:, :, channel, multiple], signed=True, scale=Scale.of(kernels, signed=True))
    if kernels.shape[2] == 3:
        return render.kernel_image(kernels[..., k])
    strongest = np.linalg.norm(kernels[..., k], axis=(0, 1)).argmax()
    return render.map_image(kernels[:, :, strongest, k], signed=True)


def _tile(kernels: np.ndarray, k: int, depthwise: bool) -> Tile:
    norm = float(filter_norms(kernels, depthwise=depthwise)[k])
    dead = bool(dead_filters(kernels, depthwise=depthwise)[k])
    label = tr("{k} dead", k=k) if dead else f"{k}"
    about = (
        text("Filter {k}, norm {norm:.3g}, dead", k=k, norm=norm)
        if dead
        else text("Filter {k}, norm {norm:.3g}", k=k, norm=norm)
    )
    return Tile(str(k), data_uri(_image(kernels, k, depthwise)), label, tr(about))


def _input_channels(kernels: np.ndarray, k: int, shown: str) -> None:
    picture.caption(
        shown,
        tr(
            "Each tile shows the input channel with the largest weights, on its own scale. Click one to see all "
            "channels."
        ),
    )
    one = kernels[..., k]
    order = np.argsort(-np.linalg.norm(one, axis=(0, 1)), kind="stable")[:64]
    scale = Scale.of(one, signed=True)
    st.header(tr("Filter {k}, input channel by input channel", k=k), anchor=False)
    tiles(
        [
            Group(
                "",
                "",
                [map_tile(f"in{c}", one[..., c], scale, True, f"{c}", tr("Input channel {k}", k=c)) for c in order],
            )
        ],
        key="input channels",
    )
    colour_bar(scale, True, None, tr("weight"))


def _matrix(weights: np.ndarray, by_norm: bool) -> None:
    """A 1 × 1 convolution as a matrix: one row per filter, one column per input channel."""
    order = _order(weights[None, None], by_norm)
    scale = Scale.of(weights, signed=True, clip=0.001)
    drawn = render.map_image(weights.T[order], signed=True, scale=scale)
    zoom = max(1, 700 // max(drawn.size))
    show_image(
        drawn.resize((drawn.width * zoom, drawn.height * zoom), Image.Resampling.NEAREST),
        width="stretch" if drawn.width * zoom > 500 else "content",
        alt=tr(
            "{n} filters of 1 × 1 over {n_in} input channels, as a matrix", n=weights.shape[1], n_in=weights.shape[0]
        ),
    )
    colour_bar(scale, True, None, tr("weight"))
    picture.caption(
        tr("1 × 1 kernels"),
        tr("One row per filter, one column per input channel: such a convolution only mixes channels."),
    )

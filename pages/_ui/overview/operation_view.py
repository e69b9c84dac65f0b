"""One number of the network: the operation that computed it, with all its numbers, and the inputs of the operation."""

import html
import re

import numpy as np
import streamlit as st
from PIL import Image

from pages._ui.results import icons, picture
from pages._ui.results.look import colour_bar
from pages._ui.server import work
from pages._ui.shell import address
from pages._ui.shell.context import Context
from pages._ui.widgets.point_picker import point_picker
from vislib.arithmetic import notation
from vislib.arithmetic.convolution import Step
from vislib.errors import LayerError
from vislib.graph.layer_kinds import Role, nearest_kind
from vislib.layers import Operation, operation_of, softmax_cell
from vislib.layers.cell import Cell
from vislib.output import render
from vislib.output.render import Scale

_CHOSEN, _AT = "number of", "number at"


def chosen() -> tuple[str, int] | None:
    """The layer and the channel that were chosen last."""
    return st.session_state.get(_CHOSEN)


def place(shape: tuple[int, int]) -> tuple[int, int]:
    """Row and column of the cursor in a map of this (height, width)."""
    x, y = st.session_state.get(_AT) or (0.5, 0.5)
    return min(int(y * shape[0]), shape[0] - 1), min(int(x * shape[1]), shape[1] - 1)


def choose(layer: str, channel: int, at: tuple[float, float] | None = None) -> None:
    """Chooses a channel of a layer; the cursor stays, or moves to `at` (x, y), fractions of width and height."""
    st.session_state[_CHOSEN] = (layer, channel)
    if at is not None:
        st.session_state[_AT] = at


def show(context: Context) -> None:
    """The number under the cursor; at first the last step to what is explained."""
    network = context.classifier.network
    layer, channel = st.session_state.get(_CHOSEN) or ("", 0)
    if network.graph.node(layer) is None:
        _last_step(context)
        return
    operation = _operation(context, layer)
    channel = min(channel, operation.output.shape[-1] - 1)
    row, column = 0, 0
    if operation.output.ndim == 3:
        row, column = _cursor(operation, channel)
    else:
        st.metric(f"{layer}, unit {channel}", notation.number(operation.output[channel]))
    kind = nearest_kind(operation.node.operation)
    if kind.role is Role.RESHAPE and operation.output.ndim == 1:
        _flattened(operation, channel)
        return
    try:
        cell = operation.at(row, column, channel)
    except LayerError as error:
        picture.caption(f"{layer}: {operation.kind}", str(error))
        cell = None
    if cell is not None:
        _lines(f"{layer}: {kind.title or operation.kind}", cell)
        if isinstance(cell.step, Step):
            _window(cell.step)
    _sources(context, operation, cell, channel)


def _last_step(context: Context) -> None:
    """From the last layer to what is explained."""
    network = context.classifier.network
    index, last = context.class_index, network.graph.nodes[-1].name
    if context.reference is not None:
        cell = Cell(0.0, ("a · r / (|a| |r|), with a the vector of this image and r that of the other",))
        title = f"{context.answer_in_words} The last step, from two vectors to a number"
    elif len(network.output_shape) == 1 and context.classifier.task.has_classes:
        cell = _probability(context, index)
        title = f"{context.label}, {context.answer}: the last step, from scores to probabilities"
    elif context.classifier.task.has_classes:
        cell = Cell(0.0, ("Each pixel gets the class with the highest score there",))
        title = f"{context.label}, {context.answer} of the pixels: the last step, from scores to classes"
    else:
        cell = Cell(0.0, (f"the output “{context.label}” as it is",))
        title = f"{context.label}: {context.answer}"
    _lines(title, cell)
    with st.container(horizontal=True):
        st.button(
            f"Where {context.subject} comes from: {last}",
            icon=":material/arrow_back:",
            key="source score",
            on_click=choose,
            args=(last, index if network.n_units > 1 else 0),
        )


def _probability(context: Context, index: int) -> Cell:
    """The last step of a class: softmax, sigmoid, or the exponential of a logarithm."""
    activation, logits = context.classifier.network.activation, context.logits
    if activation == "softmax":
        return softmax_cell(logits, index)
    value = notation.factor(logits[index])
    step = f"e^{value}" if activation == "exp" else f"1 / (1 + e^−{value})"
    return Cell(0.0, (f"{step} = {notation.number(context.values[index])}",))


def _operation(context: Context, layer: str) -> Operation:
    return work.stored(context.key("operation", layer), lambda: operation_of(context.classifier, context.image, layer))


def _cursor(operation: Operation, channel: int) -> tuple[int, int]:
    """Draws the map with the cursor; returns the cursor's row and column."""
    values = operation.output[..., channel]
    height, width = values.shape
    row, column = place((height, width))
    signed = render.is_signed(values)
    times = max(1, picture.SIDE // max(height, width))
    drawn = np.array(
        render.map_image(values, signed=signed).resize((width * times, height * times), Image.Resampling.NEAREST)
    )
    top, left, edge = row * times, column * times, max(2, times // 6)
    for part in (
        np.s_[top : top + times, left : left + edge],
        np.s_[top : top + times, left + times - edge : left + times],
        np.s_[top : top + edge, left : left + times],
        np.s_[top + times - edge : top + times, left : left + times],
    ):
        drawn[part] = (232, 89, 12)
    point_picker(
        Image.fromarray(drawn),
        "number_point",
        f"Channel {channel} of {operation.name}; choose a number of it",
        ((column + 0.5) / width, (row + 0.5) / height),
        (1 / width, 1 / height),
        lambda x, y: st.session_state.update({_AT: (x, y)}),
    )
    colour_bar(Scale.of(values, signed), signed, None, "activation")
    picture.caption(
        f"Channel {channel} of {operation.name}",
        f"Row {row}, column {column}: {notation.number(values[row, column])}. Click another number, or use the arrow "
        "keys.",
    )
    return row, column


def _lines(title: str, cell: Cell) -> None:
    lines = "".join(f"<br><span>{_typeset(line)}</span>" for line in cell.lines)
    st.html(f"<p class='v-caption' style='overflow-wrap:anywhere'><b>{html.escape(title)}</b>{lines}</p>")


def _typeset(line: str) -> str:
    """A line as HTML, with exponents above the line."""
    return re.sub(r"\^(-?−?[\w.]+)", r"<sup>\1</sup>", html.escape(line))


def _window(step: Step) -> None:
    """The products of the window, summed over the channels; with the bias they sum to the number."""
    sums = step.products.sum(axis=2)
    rows = "".join("<tr>" + "".join(f"<td>{notation.number(value)}</td>" for value in row) + "</tr>" for row in sums)
    n_channels = step.window.shape[2]
    over = f", each summed over {n_channels} channels" if n_channels > 1 else ""
    bias = f" and the bias {notation.number(step.bias)}" if step.bias else ""
    st.html(
        f"<p class='v-caption'><span>Products of the {sums.shape[0]} × {sums.shape[1]} window{over}; their sum{bias}: "
        f"{notation.number(step.value)}</span></p>"
        f"<div style='overflow-x:auto'><table class='v-numbers'>{rows}</table></div>"
    )


def _flattened(operation: Operation, index: int) -> None:
    """The place of a number of the flattened vector in the maps."""
    shape = operation.inputs[0].shape
    row, column, channel = (int(place) for place in np.unravel_index(index, shape))
    picture.caption(
        f"{operation.name}: all maps as one vector",
        f"Number {index} of {operation.output.size:,} is row {row}, column {column} of channel {channel}.",
    )
    at = ((column + 0.5) / shape[1], (row + 0.5) / shape[0])
    st.button(
        f"From {operation.sources[0]}",
        icon=":material/arrow_back:",
        key="source 0",
        on_click=choose,
        args=(operation.sources[0], channel, at),
    )


def _sources(context: Context, operation: Operation, cell: Cell | None, channel: int) -> None:
    """Buttons to the inputs of the operation, and to the page that shows more."""
    strongest = {place: _strongest_channel(cell, place) for place in range(len(operation.sources))} if cell else {}
    with st.container(horizontal=True):
        for place, name in enumerate(operation.sources):
            if name:
                st.button(
                    f"From {name}",
                    icon=":material/arrow_back:",
                    key=f"source {place}",
                    on_click=choose,
                    args=(name, strongest.get(place, channel)),
                )
            else:
                st.caption("From the network's input.")
        if operation.name in context.classifier.network.map_layers and st.button(
            "Open in Feature maps", icon=":material/arrow_forward:"
        ):
            address.open_page("pages/feature_maps.py", layer=operation.name, channel=channel)
        if operation.name in context.classifier.network.map_layers and context.classifier.takes_pictures:
            icons.card_button(operation.name, channel)
        st.button("The network's answer", key="source probability", on_click=_show_probability)


def _strongest_channel(cell: Cell | None, place: int) -> int:
    """The channel of an input that contributes most to a cell."""
    if cell is None:
        return 0
    for source, _, _, channels in cell.sources:
        if source == place and len(channels):
            if isinstance(cell.step, Step) and len(channels) > 1:
                return int(channels[np.abs(cell.step.products.sum(axis=(0, 1))).argmax()])
            return int(channels[0])
    return 0


def _show_probability() -> None:
    st.session_state.pop(_CHOSEN, None)

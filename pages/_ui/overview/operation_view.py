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
from vislib.language import Text, sentences, text, tr
from vislib.layers import Operation, operation_of, softmax_cell
from vislib.layers.cell import Cell
from vislib.output import render
from vislib.output.render import Scale

_CHOSEN, _AT = "number of", "number at"
INPUT = ""
"""In place of a layer's name: the network's input."""


def chosen(context: Context) -> tuple[str, int] | None:
    """The layer, or `INPUT`, and the channel that were chosen last; None if this network has no such layer."""
    now = st.session_state.get(_CHOSEN)
    if now is None or (now[0] != INPUT and context.classifier.network.graph.node(now[0]) is None):
        return None
    return now


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
    if (now := chosen(context)) is None:
        _last_step(context)
        return
    layer, channel = now
    if layer == INPUT:
        _input_number(context, channel)
        return
    operation = _operation(context, layer)
    channel = min(channel, operation.output.shape[-1] - 1)
    row, column = 0, 0
    if operation.output.ndim == 3:
        values, signed = operation.output[..., channel], render.is_signed(operation.output)
        row, column = _cursor(values, channel, layer, Scale.of(values, signed), signed)
    else:
        st.metric(tr("{layer}, unit {unit}", layer=layer, unit=channel), notation.number(operation.output[channel]))
    kind = nearest_kind(operation.node.operation)
    if kind.role is Role.RESHAPE and operation.output.ndim == 1:
        _flattened(operation, channel)
        return
    try:
        cell = operation.at(row, column, channel)
    except LayerError as error:
        picture.caption(f"{layer}: {operation.kind}", tr(error))
        cell = None
    if cell is not None:
        _lines(text("{layer}: {operation}", layer=layer, operation=kind.title or operation.kind), cell)
        if isinstance(cell.step, Step):
            _window(cell.step)
    _sources(context, operation, cell, channel)


def _last_step(context: Context) -> None:
    """From the last layer to what is explained."""
    network = context.classifier.network
    index, last = context.class_index, network.graph.nodes[-1].name
    of = {"label": context.label, "value": context.answer}
    if context.reference is not None:
        cell = Cell(0.0, (text("a · r / (|a| |r|), with a the vector of this image and r that of the other"),))
        title = sentences(context.answer_in_words, text("The last step, from two vectors to a number"))
    elif len(network.output_shape) == 1 and context.classifier.task.has_classes:
        cell = _probability(context, index)
        title = text("{label}, {value}: the last step, from scores to probabilities", **of)
    elif context.classifier.task.has_classes:
        cell = Cell(0.0, (text("Each pixel gets the class with the highest score there"),))
        title = text("{label}, {value} of the pixels: the last step, from scores to classes", **of)
    else:
        cell = Cell(0.0, (text("the output “{label}” as it is", **of),))
        title = text("{label}: {value}", **of)
    _lines(title, cell)
    with st.container(horizontal=True):
        st.button(
            tr("Where {subject} comes from: {layer}", subject=context.subject, layer=last),
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


def _cursor(
    values: np.ndarray, channel: int, layer: str, scale: Scale, signed: bool, colormap: str | None = None
) -> tuple[int, int]:
    """Draws the map (h, w) of a channel with the cursor; returns the cursor's row and column."""
    height, width = values.shape
    row, column = place((height, width))
    times = max(1, picture.SIDE // max(height, width))
    drawn = np.array(
        render.map_image(values, signed=signed, scale=scale, colormap=colormap).resize(
            (width * times, height * times), Image.Resampling.NEAREST
        )
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
        tr("Channel {channel} of {layer}; choose a number of it", channel=channel, layer=layer),
        ((column + 0.5) / width, (row + 0.5) / height),
        (1 / width, 1 / height),
        lambda x, y: st.session_state.update({_AT: (x, y)}),
    )
    colour_bar(scale, signed, colormap, text("activation") if colormap is None else text("value"))
    picture.caption(
        tr("Channel {channel} of {layer}", channel=channel, layer=layer),
        tr(
            "Row {row}, column {column}: {value}. Click another number, or use the arrow keys.",
            row=row,
            column=column,
            value=notation.number(values[row, column]),
        ),
    )
    return row, column


def _input_number(context: Context, channel: int) -> None:
    """A number of the network's input, and the pixel that it was made of."""
    classifier = context.classifier
    prepared = classifier.preprocess_input(classifier.resize(context.image)[None])[0]
    channel = min(channel, prepared.shape[-1] - 1)
    values = prepared[..., channel]
    row, column = _cursor(values, channel, tr("the input"), Scale.of(prepared, signed=False), False, "gray")
    how = classifier.preprocess
    of_rgb = prepared.shape[-1] - 1 - channel if how.bgr else channel
    mean, scale = (float(each[min(of_rgb, len(each) - 1)]) for each in (how.mean, how.scale))
    value = float(values[row, column])
    pixel, mean_shown, scale_shown = (notation.factor(each) for each in (value * scale + mean, mean, scale))
    line = f"({pixel} − {mean_shown}) / {scale_shown} = {notation.number(value)}"
    _lines(text("Preprocessing {name}: (pixel − mean) / scale", name=how.name), Cell(value, (line,)))
    st.button(tr("The network's answer"), key="source probability", on_click=_show_probability)


def _lines(title: Text, cell: Cell) -> None:
    lines = "".join(f"<br><span>{_typeset(tr(line))}</span>" for line in cell.lines)
    st.html(f"<p class='v-caption' style='overflow-wrap:anywhere'><b>{html.escape(tr(title))}</b>{lines}</p>")


def _typeset(line: str) -> str:
    """A line as HTML, with exponents above the line."""
    return re.sub(r"\^(-?−?[\w.]+)", r"<sup>\1</sup>", html.escape(line))


def _window(step: Step) -> None:
    """The products of the window, summed over the channels; with the bias they sum to the number."""
    sums = step.products.sum(axis=2)
    rows = "".join("<tr>" + "".join(f"<td>{notation.number(value)}</td>" for value in row) + "</tr>" for row in sums)
    st.html(
        f"<p class='v-caption'><span>{html.escape(tr(_sum_of(step)))}</span></p>"
        f"<div style='overflow-x:auto'><table class='v-numbers'>{rows}</table></div>"
    )


def _sum_of(step: Step) -> Text:
    (height, width), n = step.products.shape[:2], step.window.shape[2]
    window = {"height": height, "width": width, "value": notation.number(step.value)}
    if step.bias:
        bias = notation.number(step.bias)
        if n > 1:
            return text(
                "Products of the {height} × {width} window, each summed over {n} channels; their sum and the bias "
                "{bias}: {value}",
                n=n,
                bias=bias,
                **window,
            )
        return text(
            "Products of the {height} × {width} window; their sum and the bias {bias}: {value}", bias=bias, **window
        )
    if n > 1:
        return text(
            "Products of the {height} × {width} window, each summed over {n} channels; their sum: {value}",
            n=n,
            **window,
        )
    return text("Products of the {height} × {width} window; their sum: {value}", **window)


def _flattened(operation: Operation, index: int) -> None:
    """The place of a number of the flattened vector in the maps."""
    shape = operation.inputs[0].shape
    row, column, channel = (int(place) for place in np.unravel_index(index, shape))
    picture.caption(
        tr("{layer}: all maps as one vector", layer=operation.name),
        tr(
            "Number {n} of {total:,} is row {row}, column {column} of channel {channel}.",
            n=index,
            total=operation.output.size,
            row=row,
            column=column,
            channel=channel,
        ),
    )
    at = ((column + 0.5) / shape[1], (row + 0.5) / shape[0])
    st.button(
        tr("From {layer}", layer=operation.sources[0]),
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
            st.button(
                tr("From {layer}", layer=tr("the input") if name == INPUT else name),
                icon=":material/arrow_back:",
                key=f"source {place}",
                on_click=choose,
                args=(name, strongest.get(place, channel)),
            )
        if operation.name in context.classifier.network.map_layers and st.button(
            tr("Open in {page}", page=text("Feature maps")), icon=":material/arrow_forward:"
        ):
            address.open_page("pages/feature_maps.py", layer=operation.name, channel=channel)
        if operation.name in context.classifier.network.map_layers and context.classifier.takes_pictures:
            icons.card_button(operation.name, channel)
        st.button(tr("The network's answer"), key="source probability", on_click=_show_probability)


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

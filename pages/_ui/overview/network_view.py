"""The whole network on one screen: input channels, one column per stage with its strongest channels, classes."""

import numpy as np
import streamlit as st

from pages._ui.overview import operation_view
from pages._ui.overview.lines import lines
from pages._ui.results import picture
from pages._ui.server import work
from pages._ui.shell import answers, style
from pages._ui.shell.context import Context
from pages._ui.widgets.text import cut_in_the_middle, without_common_start
from pages._ui.widgets.tiles import Group, Tile, data_uri, map_tile, tiles
from vislib.activations.maps import feature_maps_of, most_varied_channels, stages
from vislib.language import Text, current, listing, text, tr
from vislib.output import render
from vislib.output.render import Scale, is_signed
from vislib.tasks import Task

_CHANNELS = 6
_NUMBER = "glance_number"
_A_LAYER, _THE_NETWORK, _A_MAP = text("a layer"), text("the network"), text("a map")
_SCALES = (_A_LAYER, _THE_NETWORK, _A_MAP)


def show(context: Context) -> None:
    """Draws the network, and beside it one number of the map that was clicked last and the operation behind it."""
    left, right = style.two_columns(3, 1)
    with left:
        about = _columns(context)
    with right, st.container(key=_NUMBER, gap="small"):
        operation_view.show(context)
    if about is not None:  # below both, so that the number has the same place with it and without
        picture.caption(tr("What the number is made of"), tr(about))


def _columns(context: Context) -> Text | None:
    """Draws the tiles and the lines between them; returns what the lines show."""
    shared = st.segmented_control(
        tr("Colours shared within"), _SCALES, default=_A_LAYER, key="glance_scale", format_func=tr
    )
    layers, chosen = stages(context.classifier), operation_view.chosen(context)
    maps = work.stored(context.key("stages"), lambda: feature_maps_of(context.classifier, context.image, layers))
    # Stored with their words, as a change of the class changes none of them.
    images_key = context.key("glance", shared, current())
    shown, images = work.stored(images_key, lambda: _images(context, maps, shared))
    classes, answer = _classes(context)
    between, about = lines(context, shown, answer) if shown else ([], None)
    tiles(
        [*images, classes],
        key="glance",
        layout="columns",
        selected="|".join(map(str, chosen)) if chosen else "",
        on_click=_choose,
        lines=between,
        shown_in=_NUMBER,
    )
    return about


def _images(
    context: Context, maps: dict[str, np.ndarray], shared: str | None
) -> tuple[dict[str, list[int]], list[Group]]:
    """The channels of each layer that have a tile, and the tiles of the input and of these channels."""
    shown = {layer: [int(k) for k in most_varied_channels(values)[:_CHANNELS]] for layer, values in maps.items()}
    return shown, [_input(context), *_stages(context, maps, shown, shared)]


def _choose(chosen: str) -> None:
    if "|" in chosen:
        layer, channel = chosen.rsplit("|", 1)
        operation_view.choose(layer, int(channel))


def _input(context: Context) -> Group:
    channels = context.classifier.preprocess_input(context.classifier.resize(context.image)[None])[0]
    colours = (tr("Red"), tr("Green"), tr("Blue"))
    every = {1: (tr("Grey"),), 3: colours[::-1] if context.classifier.preprocess.bgr else colours}
    names = every.get(channels.shape[-1]) or tuple(tr("Band {n}", n=band) for band in range(channels.shape[-1]))
    scale = Scale.of(channels, signed=False)
    height, width = context.classifier.input_size
    return Group(
        tr("Input"),
        f"{width} × {height} × {len(names)}",
        [
            Tile(
                f"{operation_view.INPUT}|{k}",
                data_uri(render.map_image(channels[..., k], colormap="gray", scale=scale)),
                name,
                tr("{colour} channel of the network's input. Click it to see its numbers.", colour=name),
            )
            for k, name in enumerate(names)
        ],
    )


def _stages(
    context: Context, maps: dict[str, np.ndarray], shown: dict[str, list[int]], shared: str | None
) -> list[Group]:
    graph = context.classifier.network.graph
    names = {id(graph.input): tr("the input"), **{id(node.output): node.name for node in graph.nodes}}
    short = without_common_start(list(maps))
    every = np.concatenate([values.ravel() for values in maps.values()])
    groups = []
    for layer, values in maps.items():
        height, width, n_channels = values.shape
        signed = is_signed(values)
        if shared == _A_MAP:
            scale = None
        elif shared == _THE_NETWORK:
            scale = Scale.of(every, signed)
        else:
            scale = Scale.of(values, signed, clip=0.001)
        node = context.classifier.network.map_node(layer)
        before = listing([names.get(id(tensor), "?") for tensor in node.inputs])
        groups.append(
            Group(
                f"{width} × {height} × {n_channels}",
                cut_in_the_middle(short[layer], 13),
                [
                    map_tile(
                        f"{layer}|{channel}",
                        values[..., channel],
                        scale,
                        signed,
                        f"{channel}",
                        tr(
                            "Channel {channel} of {layer}: {low:.2f} to {high:.2f}. Made from {inputs} by {operation}. "
                            "Click it to see its numbers.",
                            channel=channel,
                            layer=layer,
                            low=values[..., channel].min(),
                            high=values[..., channel].max(),
                            inputs=before,
                            operation=type(node.operation).__name__,
                        ),
                    )
                    for channel in shown[layer]
                ],
            )
        )
    return groups


def _classes(context: Context) -> tuple[Group, str]:
    """The network's answer, bars for shares and numbers for outputs; and the id of the bar of what is explained."""
    classifier, values = context.classifier, context.values
    n_shown = 8
    shares: list[float | None]
    if classifier.task.has_classes:
        top = [int(index) for index in np.argsort(-values, kind="stable")[:n_shown]]
        if classifier.task is Task.SEGMENTATION:
            top = [index for index in top if values[index] > 0]
        if context.class_index not in top:
            top = [*top[: n_shown - 1], context.class_index]
        shares = [float(values[index]) for index in top]
        note = (
            tr("{n:,}, by their share of the pixels", n=len(values))
            if classifier.task is Task.SEGMENTATION
            else tr("{n:,}, most probable first", n=len(values))
        )
    else:
        top = answers.shown_outputs(values, n_shown)
        shares = [None] * len(top)
        note = f"{len(values):,}"
    bars = [
        (classifier.labels[index], share, answers.value_text(classifier, float(values[index])))
        for index, share in zip(top, shares, strict=True)
    ]
    is_shown = context.reference is None and context.class_index in top
    return Group(answers.many(classifier), note, [], bars), f"bar {top.index(context.class_index)}" if is_shown else ""

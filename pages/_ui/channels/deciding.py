"""The channels that raise and that lower the score most, each with its place on the image and its icon."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from PIL import Image, ImageOps

import vislib
from pages._ui.results import downloads, icons, picture, snippets
from pages._ui.results.look import Look, colour_bar
from pages._ui.server import work
from pages._ui.shell.context import Context
from pages._ui.widgets.text import plain
from pages._ui.widgets.tiles import Group, Tile, data_uri, tiles
from vislib.attribution.channels import Channels, MaskingCheck, heatmaps, masking_check, rows
from vislib.language import Text, sentences, short_number, signed_number, text, tr
from vislib.output import export, render
from vislib.output.render import Scale

BY = {"gradient": text("Gradient × activation"), "relevance": text("Relevance (LRP)")}
_SIDE, _ICON, _MASKED = 288, 96, 5


@dataclass(frozen=True, eq=False)
class _Deciding:
    """What the page shows: the contributions, the shown channels with a map (h, w) for each, and the check."""

    found: Channels
    shown: tuple[int, ...]
    maps: np.ndarray
    check: MaskingCheck


def show(context: Context, layer: str, by: str, composite: str, most: int, look: Look) -> None:
    """Draws the channels; a click on one opens its card."""
    icons.open_asked_card()
    try:
        deciding = work.run(
            context.key("deciding", layer, by, composite, most, context.target_key),
            tr("Channels that decided"),
            lambda progress: _computed(context, layer, by, composite, most),
        )
    except vislib.VislibError as error:
        st.info(plain(str(error)))
        return
    if deciding is None:
        return
    found = deciding.found
    words = found.target.in_words()
    scale = Scale.of(deciding.maps, True, look.clip)
    groups = [
        (tr("Raise the {score}", score=words), [one for one in deciding.shown if found.values[one] > 0]),
        (tr("Lower the {score}", score=words), [one for one in deciding.shown if found.values[one] < 0]),
    ]
    tiles(
        [
            Group(title, "", [_tile(context, deciding, one, look, scale) for one in numbers])
            for title, numbers in groups
            if numbers
        ],
        key="deciding",
        layout="large",
        on_click=icons.ask_for_card,
        name=tr("Channels that decided"),
    )
    colour_bar(
        scale, True, look.suited(True).colormap, tr("contribution to the {score}, one scale for all", score=words)
    )
    with st.container(horizontal=True, wrap=False, vertical_alignment="top", gap="xsmall"):
        picture.caption(tr("Channels of {layer}", layer=layer), tr(_in_words(deciding)))
        downloads.show(
            "deciding",
            downloads.file_stem(context.image_name, "channels", layer),
            {
                "csv": lambda: export.table_bytes(rows(found), ".csv"),
                "json": lambda: export.table_bytes(rows(found), ".json"),
            },
            snippets.channels(context, found, deciding.shown),
        )
    icons.show_progress(icons.places(context))


def _computed(context: Context, layer: str, by: str, composite: str, most: int) -> _Deciding:
    classifier, image = context.classifier, context.image
    found = vislib.channels(classifier, image, layer, context.target, by, composite)
    order = found.order
    shown = [int(one) for one in order[:most] if found.values[one] > 0]
    shown += [int(one) for one in order[::-1][:most] if found.values[one] < 0]
    maps = heatmaps(classifier, image, found, shown) if shown else np.zeros((1, *classifier.input_size), np.float32)
    return _Deciding(found, tuple(shown), maps, masking_check(classifier, image, found, _MASKED))


def _tile(context: Context, deciding: _Deciding, channel: int, look: Look, scale: Scale) -> Tile:
    """The channel's part of the explanation over the image, with its icon in a corner."""
    drawn = render.overlay_map(
        context.shown,
        context.classifier.box(context.image),
        deciding.maps[deciding.shown.index(channel)],
        look.opacity,
        look.suited(True).colormap_of(True),
        _SIDE,
        scale,
        True,
        look.blend,
    ).convert("RGB")
    icon = icons.icon(context, deciding.found.layer, channel)
    kind = None
    if icon is not None:
        corner = ImageOps.expand(Image.fromarray(icon[0]).resize((_ICON, _ICON)), 3, "white")
        drawn.paste(corner, (0, drawn.height - corner.height))
        kind = icon[1]
    value = signed_number(float(deciding.found.values[channel]))
    layer = deciding.found.layer
    return Tile(
        f"{layer}|{channel}",
        data_uri(drawn, _SIDE),
        f"{channel}: {value}",
        _alt(channel, layer, value, kind),
    )


def _alt(channel: int, layer: str, value: str, icon: str | None) -> str:
    said = {"channel": channel, "layer": layer, "value": value}
    if icon is None:
        return tr("Channel {channel} of {layer}: {value}. Opens its card.", **said)
    return tr("Channel {channel} of {layer}: {value}; icon: {icon}. Opens its card.", **said, icon=icon)


def _in_words(deciding: _Deciding) -> Text:
    found, check = deciding.found, deciding.check
    positive = np.sort(found.values[found.values > 0])[::-1]
    half = int(np.searchsorted(np.cumsum(positive), positive.sum() / 2) + 1) if len(positive) else 0
    n, words = len(found.values), found.target.in_words()
    return sentences(
        text(
            "The {n:,} channels add up to {sum} of the {score}, {value}; {rest} is not the layer's (biases, other "
            "paths, what is not linear behind it).",
            n=n,
            sum=short_number(float(found.values.sum())),
            score=words,
            value=short_number(found.score),
            rest=short_number(found.rest),
        ),
        text("{half} of {n:,} channels make half of all that raises it.", half=half, n=n) if half else "",
        text(
            "Check: with the {n} channels that raise it most set to 0, it is {without}; with as many at random "
            "{at_random} (mean of {n_random}).",
            n=len(check.masked),
            without=short_number(check.without),
            at_random=short_number(check.at_random),
            n_random=check.n_random,
        ),
        text("In a corner: the real patch that excites the channel most. Click a channel to see its card."),
    )

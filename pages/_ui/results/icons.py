"""Channels as icons, each a link to the channel's card."""

import html
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from PIL import Image

import vislib
from pages._ui.results import picture
from pages._ui.results.feature_maps import maps_of
from pages._ui.server import icon_store
from pages._ui.server.icon_store import Filling
from pages._ui.shell import address, images
from pages._ui.shell.chosen import as_given
from pages._ui.shell.context import Context
from pages._ui.widgets.inline_image import jpeg_uri, show_image
from pages._ui.widgets.text import plain
from pages._ui.widgets.tiles import Group, Tile, data_uri, tiles
from vislib.activations.places import StrongestPlaces
from vislib.language import sentences, text, tr
from vislib.output import render
from vislib.output.render import Scale, is_signed

CARD = "pages/unit_card.py"
SIDE = 96
_CLICKED = "card to open"
_SECONDS_BETWEEN_LOOKS = 1.5


@dataclass(frozen=True)
class Shown:
    """A channel to show: its number, the label under its icon, and a description."""

    channel: int
    label: str
    about: str


def row(context: Context, layer: str, shown: Sequence[Shown], key: str, name: str, on_card: bool = False) -> None:
    """Icons of channels of one layer; a click opens the channel's card.

    Until the icons are found, each channel's map over the current image stands in for its icon.

    Args:
        context: The network and the image.
        layer: The layer.
        shown: Its channels.
        key: Key of the widget.
        name: What the icons are, for people who cannot see them.
        on_card: Whether the page is a card, which then shows the other channel.
    """
    open_asked_card()
    found = places(context)
    channels = [one.channel for one in shown]
    if isinstance(found, StrongestPlaces):
        made = vislib.icons(context.classifier, layer, found, channels, SIDE)
        sources = [jpeg_uri(Image.fromarray(as_given(context.classifier, pixels))) for pixels in made.pictures]
        origins = list(made.origins)
    else:
        maps = maps_of(context, context.image, layer)
        signed = is_signed(maps)
        scale = Scale.of(maps, signed, clip=0.001)
        sources = [data_uri(render.map_image(maps[..., one], signed=signed, scale=scale)) for one in channels]
        origins = [text("its map over this image, as its icon is still being found")] * len(channels)
    tiles(
        [
            Group(
                "",
                "",
                [
                    Tile(
                        f"{layer}|{one.channel}",
                        source,
                        one.label,
                        tr(
                            "{channel}; icon: {origin}. Opens its card.",
                            channel=one.about,
                            origin=origin,
                        ),
                    )
                    for one, source, origin in zip(shown, sources, origins, strict=True)
                ],
            )
        ],
        key=key,
        layout="icons",
        on_click=_turn_card if on_card else ask_for_card,
        name=name,
    )
    show_progress(found)


def places(context: Context) -> StrongestPlaces | Filling:
    """The strongest places of the network's channels, or how far the search for them is."""
    if not context.classifier.takes_pictures:
        return Filling(failed=text("Icons are cut from pictures, and this network takes images of bands."))
    classifier, name = context.classifier, context.model_name
    return icon_store.places(classifier, lambda: images.sample_set(name, classifier))


def show(context: Context, layer: str, channel: int, about: str) -> None:
    """A channel's icon as a large picture, with what is said about it; nothing if it is not found yet."""
    if (drawn := icon(context, layer, channel, picture.SIDE)) is None:
        return
    pixels, origin, source = drawn
    show_image(
        Image.fromarray(pixels),
        width="stretch",
        alt=tr(
            "Icon of channel {channel}, from {origin}",
            channel=channel,
            origin=origin,
        ),
    )
    picture.caption(
        tr("Where channel {channel} is most active", channel=channel),
        tr(sentences(text("In {images}: {origin}.", images=source, origin=origin), about)),
    )


def icon(context: Context, layer: str, channel: int, side: int = SIDE) -> tuple[np.ndarray, str, str] | None:
    """A channel's icon (side, side, 3), where it is from, and which images were searched; None if it is not found
    yet."""
    found = places(context)
    if not isinstance(found, StrongestPlaces):
        return None
    made = vislib.icons(context.classifier, layer, found, [channel], side)
    return as_given(context.classifier, made.pictures[0]), made.origins[0], made.source


def show_progress(found: StrongestPlaces | Filling) -> None:
    """While icons are being found, how far that is; the page draws them when they are there."""
    if isinstance(found, StrongestPlaces):
        return
    if found.failed:
        st.caption(tr("No icons: {reason}", reason=plain(tr(found.failed))))
        return
    _wait(found)


@st.fragment(run_every=_SECONDS_BETWEEN_LOOKS)
def _wait(filling: Filling) -> None:
    st.caption(
        tr(
            "The icons of this network are being found in the background: {done} of {total} steps. Until then each "
            "channel's map over this image stands in.",
            done=filling.done,
            total=filling.total,
        )
    )
    if filling.done == filling.total or filling.failed:
        st.rerun()


def card_button(layer: str, channel: int, key: str = "card") -> None:
    """A button that opens a channel's card."""
    if st.button(tr("Card of channel {channel}", channel=channel), icon=":material/badge:", key=f"open {key}"):
        open_card(layer, channel)


def open_card(layer: str, channel: int) -> None:
    """Opens a channel's card."""
    address.open_page(CARD, layer=layer, channel=channel)


def ask_for_card(tile: str) -> None:
    """A click on a tile: the next run of the page opens the channel's card."""
    layer, channel = tile.rsplit("|", 1)
    st.session_state[_CLICKED] = (layer, int(channel))


def open_asked_card() -> None:
    """Opens the card of the channel that was clicked, if one was."""
    if (clicked := st.session_state.pop(_CLICKED, None)) is not None:
        open_card(*clicked)


def _turn_card(tile: str) -> None:
    layer, channel = tile.rsplit("|", 1)
    st.session_state.update(layer=layer, channel=int(channel))


def inline(pixels: np.ndarray, alt: str, px: int) -> str:
    """HTML of an icon."""
    return (
        f"<img src='{jpeg_uri(Image.fromarray(pixels))}' width='{px}' height='{px}' "
        f"alt='{html.escape(alt, quote=True)}' style='border-radius:8px;display:block'>"
    )

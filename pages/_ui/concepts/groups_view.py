"""The groups of the image: coloured regions on the photograph, and what each of them is."""

import html

import streamlit as st

import vislib
from pages._ui.results import downloads, icons, picture, snippets
from pages._ui.server import work
from pages._ui.shell.context import Context
from pages._ui.widgets.inline_image import jpeg_uri, show_image
from pages._ui.widgets.text import plain
from vislib.concepts import Groups, group_picture, regions_picture
from vislib.concepts.pictures import colour
from vislib.concepts.stored import groups_bytes
from vislib.language import Text, listing, score_number, sentences, text, tr
from vislib.output import export, figures

MOST_GROUPS = 8
_TILE_PX = 220
_CHANNELS = 3


def most_groups(context: Context, layer: str) -> int:
    """How many groups a layer can have on this page."""
    height, width, n_channels = context.classifier.network.map_node(layer).output.shape[1:]
    return min(MOST_GROUPS, height * width, n_channels)


def show(context: Context, layer: str, n_groups: int, opacity: float) -> None:
    """Computes the groups, and draws the picture with its legend beside it."""
    try:
        groups = work.run(
            context.key("groups", layer, n_groups, context.target_key),
            text("Groups of channels"),
            lambda progress: vislib.concepts.groups(
                context.classifier, context.image, layer, n_groups, target=context.target
            ),
        )
    except vislib.VislibError as error:
        st.error(plain(str(error)))
        return
    if groups is None:
        return
    large, beside = st.columns([4, 5], gap="medium")
    with large:
        drawn = regions_picture(context.shown, groups, opacity, picture.SIDE)
        alt = tr("{n} groups of channels of {layer} over {image}", n=len(groups), layer=layer, image=context.image_name)
        show_image(drawn, alt=alt)
        with st.container(horizontal=True, wrap=False, vertical_alignment="top", gap="xsmall"):
            picture.caption(
                tr(
                    "{n} groups of the {channels:,} channels of {layer}",
                    n=len(groups),
                    channels=groups.channels.shape[1],
                    layer=layer,
                ),
                tr(_said(groups)),
            )
            _menu(context, groups, opacity)
    with beside:
        st.html(_legend(context, groups))
        _icons(context, groups)


def _said(groups: Groups) -> Text:
    about = text(
        "A colour shows where channels are active together. The groups give the layer's activations with a relative "
        "error of {error:.2f}; what they leave out adds {rest} to the {explained}.",
        error=groups.error,
        rest=score_number(groups.rest, sign=True),
        explained=groups.explained,
    )
    return sentences(about, *groups.notes)


def _legend(context: Context, groups: Groups) -> str:
    """The groups' regions with their effects and strongest channels, as HTML."""
    reach = float(abs(groups.contributions).max()) or 1.0
    cells = []
    for k, value in enumerate(groups.contributions):
        drawn = group_picture(context.shown, groups, k, _TILE_PX)
        rgb = "rgb({}, {}, {})".format(*colour(k))
        channels = listing((channel for channel, _ in groups.strongest_channels(k, _CHANNELS)), "plain")
        effect = (
            tr("<b>Group {number}</b> raises it by {value}", number=k + 1, value=score_number(abs(value)))
            if value >= 0
            else tr("<b>Group {number}</b> lowers it by {value}", number=k + 1, value=score_number(abs(value)))
        )
        alt = tr("Region of group {number}: bright where it is strong", number=k + 1)
        bar = f"width:{abs(value) / reach * 100:.0f}%;background:{rgb}" + (";opacity:.45" if value < 0 else "")
        cells.append(
            "<figure style='max-width:none'>"
            f"<img src='{jpeg_uri(drawn)}' alt='{html.escape(alt)}'>"
            f"<figcaption><span class='v-key' style='background:{rgb}'></span>{effect}"
            f"<span class='v-top' style='display:block'><span class='v-bar' style='display:block;margin:.25rem 0'>"
            f"<span style='{bar}'></span></span></span>"
            f"{tr('channels {channels}', channels=channels)}</figcaption></figure>"
        )
    title = tr(
        "What each group adds to the {explained}, which is {score}",
        explained=groups.explained,
        score=score_number(groups.score),
    )
    return (
        f"<p class='v-caption' style='margin:0 0 .5rem'><b>{html.escape(title)}</b></p>"
        f"<div style='display:grid;gap:.9rem .8rem;grid-template-columns:repeat(auto-fill,minmax(max(130px,30%),1fr))' "
        f"class='v-strip'>{''.join(cells)}</div>"
    )


def _icons(context: Context, groups: Groups) -> None:
    """The strongest channel of each group as an icon that opens its card, if that is wanted: a network of a user's own
    is first searched for them."""
    if not context.classifier.takes_pictures:
        return
    if st.toggle(tr("The strongest channel of each group, as an icon"), key="group_icons", bind="query-params"):
        strongest = [groups.strongest_channels(k, 1) for k in range(len(groups))]
        shown = [
            icons.Shown(
                found[0][0],
                f"{k + 1}: {found[0][0]}",
                tr("Channel {channel}, the strongest of group {number}", channel=found[0][0], number=k + 1),
            )
            for k, found in enumerate(strongest)
            if found
        ]
        icons.row(context, groups.layer, shown, "group icons", tr("Strongest channel of each group"))


def _menu(context: Context, groups: Groups, opacity: float) -> None:
    def enlarged():
        return regions_picture(context.shown, groups, opacity, figures.LEAST_SIDE)

    downloads.show(
        f"groups {groups.layer}",
        downloads.file_stem(context.image_name, groups.layer, "groups"),
        {
            "png": lambda: export.png_bytes(enlarged()),
            "npz": lambda: groups_bytes(groups),
            "csv": lambda: export.table_bytes(_rows(groups), ".csv"),
        },
        snippets.groups(context, groups),
        enlarged,
    )


def _rows(groups: Groups) -> list[dict]:
    return [
        {
            "group": k + 1,
            "contribution": float(value),
            "strongest_channels": " ".join(str(channel) for channel, _ in groups.strongest_channels(k, 10)),
        }
        for k, value in enumerate(groups.contributions)
    ]

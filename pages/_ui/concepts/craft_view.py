"""The concepts of a class over a set of images (CRAFT): found on a click, then shown on any image."""

import html

import numpy as np
import streamlit as st
from PIL import Image

import vislib
from pages._ui.concepts.chosen_set import Chosen
from pages._ui.results import downloads, picture, snippets
from pages._ui.server import work
from pages._ui.shell.chosen import as_given
from pages._ui.shell.context import Context
from pages._ui.widgets.choice import choose
from pages._ui.widgets.inline_image import jpeg_uri
from pages._ui.widgets.text import plain
from vislib.concepts import Concepts
from vislib.concepts.layers import concept_layers, default_layer
from vislib.concepts.pictures import crops_picture
from vislib.concepts.stored import concepts_bytes
from vislib.language import sentences, text, tr, written
from vislib.output import export, render

_TILE_PX = 260


def layer_control(context: Context) -> str:
    """The layer of the concepts: by default the last hidden one, or the last one with feature maps."""
    network = context.classifier.network
    options = list(concept_layers(network))
    default = default_layer(network, context.target)
    return choose(tr("Layer of the concepts"), options, "craft_layer", default, width=260)


def settings_controls() -> dict[str, int | float]:
    """Widgets for the settings of CRAFT, behind one button."""
    with st.popover(tr("Parameters"), icon=":material/tune:"):
        return {
            "n_concepts": st.slider(tr("Concepts"), 3, 20, 6, key="n_concepts", bind="query-params"),
            "crop_share": st.slider(
                tr("Crop, as a share of the input's side"), 0.1, 0.9, 0.33, 0.01, key="crop_share", bind="query-params"
            ),
            "most_images": st.slider(
                tr("Largest number of images"), 10, 500, 100, 10, key="most_images", bind="query-params"
            ),
        }


def show(context: Context, layer: str, chosen: Chosen | None, settings: dict[str, int | float]) -> None:
    """A button that finds the concepts; once they are found, their crops, importance and place in the image."""
    if chosen is None:
        st.caption(tr("Choose a zip of pictures above."))
        return
    asked: set[tuple] = st.session_state.setdefault("concepts asked", set())
    try:
        what = (layer, chosen.images.identity, chosen.only_predicted, tuple(settings.items()))
        key = (context.classifier.key, "concepts", context.target_key, *what)
        if work.found(key) is None and key not in asked:
            st.button(
                tr("Find concepts in {set}", set=chosen.images.name),
                key="find concepts",
                icon=":material/play_arrow:",
                on_click=asked.add,
                args=(key,),
            )
            return
        concepts = work.run(
            key,
            text("Finding concepts"),
            lambda progress: vislib.concepts.craft(
                context.classifier,
                chosen.images.images(context),
                context.target,
                layer,
                only_predicted=chosen.only_predicted,
                progress=progress,
                **settings,
            ),
        )
    except vislib.VislibError as error:
        st.error(plain(str(error)))
        return
    if concepts is not None:
        _cards(context, concepts)
        _below(context, concepts, chosen, layer, settings)


def _cards(context: Context, concepts: Concepts) -> None:
    """For each concept the crops that show it most, where it is in the image, and both measures of its importance."""
    key = context.key("concept maps", concepts.layer, concepts.digest)
    heatmaps = work.stored(key, lambda: concepts.heatmaps(context.classifier, context.image))
    reach, scale = float(concepts.importance.max()) or 1.0, render.Scale(0.0, max(map(_largest, heatmaps)) or 1.0)
    cells, image = [], context.image_name
    for k, heatmap in enumerate(heatmaps):
        crops = as_given(context.classifier, np.asarray(crops_picture(concepts.crops[k])))
        place = render.overlay(context.shown, heatmap, size=_TILE_PX, scale=scale)
        width = concepts.importance[k] / reach * 100
        crops_alt = tr("The crops that show concept {number} most", number=k + 1)
        place_alt = tr("Where concept {number} is in {image}", number=k + 1, image=image)
        title = tr(
            "<b>Concept {number}</b>, importance {importance:.2f}", number=k + 1, importance=concepts.importance[k]
        )
        cells.append(
            "<figure style='max-width:none'>"
            f"<img src='{jpeg_uri(Image.fromarray(crops))}' alt='{html.escape(crops_alt)}'>"
            f"<figcaption>{title}"
            "<span class='v-top' style='display:block'><span class='v-bar' style='display:block;margin:.25rem 0'>"
            f"<span style='width:{width:.0f}%'></span></span></span>"
            f"{tr('adds {value} by the gradient', value=signed(concepts.contributions[k]))}</figcaption>"
            f"<img src='{jpeg_uri(place)}' alt='{html.escape(place_alt)}' style='margin-top:.4rem'>"
            f"<figcaption>{html.escape(_strength(heatmap, scale, image))}</figcaption></figure>"
        )
    st.html(
        "<div style='display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(max(150px,15%),1fr))' "
        f"class='v-strip'>{''.join(cells)}</div>"
    )


def signed(value: float) -> str:
    """A number with its sign, the typographic minus."""
    return written(value, "+.2f")


def _largest(heatmap: vislib.Heatmap) -> float:
    return float(heatmap.values.max())


def _strength(heatmap: vislib.Heatmap, scale: render.Scale, image: str) -> str:
    """How strong a concept is in the image, in words, against the strongest one there."""
    if _largest(heatmap) < 0.1 * scale.high:
        return tr("hardly there in {image}", image=image)
    return tr("up to {value:.2g} in {image}", value=_largest(heatmap), image=image)


def _below(context: Context, concepts: Concepts, chosen: Chosen, layer: str, settings: dict) -> None:
    about = text(
        "From {n:,} images of {set}, relative error {error:.2f}. Importance: the share of the score's variation that "
        "the concept takes part in (total Sobol index) while all are weakened at random, over {measured} images.",
        n=concepts.n_images,
        set=concepts.set_name,
        error=concepts.error,
        measured=concepts.n_measured,
    )
    picture.caption(
        tr("What matters for the {explained} at {layer}", explained=concepts.explained, layer=concepts.layer),
        tr(sentences(about, *concepts.notes)),
    )
    downloads.show(
        f"concepts {layer}",
        downloads.file_stem(context.model_name, context.label, "concepts"),
        {
            "npz": lambda: concepts_bytes(concepts),
            "csv": lambda: export.table_bytes(_rows(concepts), ".csv"),
        },
        snippets.concepts(context, chosen.images.code(context), layer, chosen.only_predicted, **settings),
    )


def _rows(concepts: Concepts) -> list[dict]:
    measured = zip(concepts.importance, concepts.contributions, strict=True)
    return [
        {"concept": k + 1, "total_sobol": float(sobol), "gradient_x_activation": float(contribution)}
        for k, (sobol, contribution) in enumerate(measured)
    ]

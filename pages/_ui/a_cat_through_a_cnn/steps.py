"""The steps of an image through a network: maps with sizes, formulas and explanations."""

import html
from collections.abc import Sequence

import numpy as np
import streamlit as st
from PIL import Image

from pages._ui.results import downloads, picture, snippets
from pages._ui.results.look import colour_bar
from pages._ui.server import work
from pages._ui.shell import style
from pages._ui.shell.context import Context
from pages._ui.widgets.inline_image import show_image
from pages._ui.widgets.tiles import data_uri
from vislib.activations.maps import most_varied_channels
from vislib.language import Text, plural, sentences, text, tr
from vislib.lessons.story import StoryStep, story, trained_story
from vislib.output import export, figures, render
from vislib.output.render import Scale

_SMALL = 220
_MOST = 8


def story_steps(context: Context, seed: int) -> dict[str, StoryStep]:
    """The steps with random weights: key → step."""
    steps = work.stored((context.digest, "story", seed), lambda: story(context.image, seed))
    return {step.key: step for step in steps}


def next_seed() -> None:
    """Adds 1 to the seed."""
    st.session_state["seed"] = (st.session_state["seed"] + 1) % 10_000


def side_by_side(context: Context, steps: dict[str, StoryStep], *keys: str) -> None:
    """Several steps side by side."""
    places = style.grid(keys[0])
    for key in keys:
        with places.container(gap="xsmall"):
            _step(context, steps[key])


def strips(context: Context, steps: Sequence[StoryStep], seed: int) -> None:
    """Steps with many maps; each step is one row of maps on one scale."""
    for step in steps:
        _strip(step, range(step.maps.shape[2]))
        _downloads(context, step, _snippet(context, step, seed))


def trained(context: Context) -> None:
    """The first steps of the chosen network, with their strongest maps."""
    steps = work.stored(context.key("trained story"), lambda: trained_story(context.classifier, context.image))
    for step in steps[1:]:
        _strip(step, most_varied_channels(step.maps)[:_MOST])
        _downloads(context, step, snippets.feature_maps(context, step.key))


def _step(context: Context, step: StoryStep) -> None:
    maps = step.maps
    together = maps.shape[2] == 3
    shown = render.rgb_image(maps) if together else render.map_image(maps[..., 0], signed=_signed(maps))
    show_image(_enlarged(shown), width="stretch", alt=tr(_heading(step)))
    if not together:
        colour_bar(Scale.of(maps, _signed(maps)), _signed(maps), None, tr("{step}: output", step=step.title))
    picture.caption(tr(_heading(step)), tr(step.notice))
    if step.formulas:
        height, width = (html.escape(formula) for formula in step.formulas)
        lines = tr("Width: {formula}", formula=width), tr("Height: {formula}", formula=height)
        st.html(f"<p class='v-caption'><span>{'<br>'.join(lines)}</span></p>")
    if step.kernels is not None:
        _kernels(step.kernels)
    if together and step.key.startswith("three"):
        _strip(step, range(3), tr("The three maps separately, on one scale"))
    if step.key != "image":
        _downloads(context, step, _snippet(context, step, st.session_state["seed"]))


def _kernels(kernels: np.ndarray) -> None:
    pictures = "".join(
        f"<img src='{data_uri(render.kernel_image(kernels[..., k], 64))}' alt='{tr('Kernel {k}', k=k)}' width='64' "
        "style='image-rendering:pixelated;margin-right:.5rem;border-radius:3px'>"
        for k in range(kernels.shape[3])
    )
    size = f"{kernels.shape[1]} × {kernels.shape[0]} × {kernels.shape[2]}"
    said = plural(
        "The kernel, {size}: the weights for red, green and blue; grey is zero.",
        "The kernels, {size}: the weights for red, green and blue; grey is zero.",
        kernels.shape[3],
        size=size,
    )
    st.html(f"<div>{pictures}</div><p class='v-caption'><span>{tr(said)}</span></p>")


def _strip(step: StoryStep, channels: Sequence[int] | np.ndarray, title: str = "") -> None:
    scale, signed = Scale.of(step.maps[..., list(channels)], _signed(step.maps)), _signed(step.maps)
    name = tr(step.title)
    images = {k: render.map_image(step.maps[..., k], signed=signed, scale=scale) for k in channels}
    cells = "".join(
        f"<figure><img src='{data_uri(_enlarged(image), _SMALL)}' "
        f"alt='{html.escape(tr('{step}, map {k}', step=name, k=k), quote=True)}'>"
        f"<figcaption>{html.escape(tr('map {k}', k=k))}</figcaption></figure>"
        for k, image in images.items()
    )
    below = [] if title else _below(step, len(channels))
    st.html(
        f"<p class='v-caption'><b>{html.escape(title or tr(_heading(step)))}</b>"
        f"{''.join(f'<br><span>{html.escape(tr(line))}</span>' for line in below)}</p>"
        "<div class='v-strip' tabindex='0' role='group' "
        f"aria-label='{html.escape(tr('{step}, map by map', step=name), quote=True)}'>{cells}</div>"
    )
    if not title:
        colour_bar(scale, signed, None, tr("{step}: output, one scale for the row", step=step.title))


def _below(step: StoryStep, n_shown: int) -> list[Text]:
    """The lines below the heading of a strip: what to look at, and the formulas of the size."""
    n = step.maps.shape[2]
    most = text("The {n_shown} of {n} that vary most.", n_shown=n_shown, n=n) if n_shown < n else ""
    lines = [sentences(step.notice, most)]
    if step.formulas:
        height, width = step.formulas
        lines.append(text("Width: {width}. Height: {height}.", width=width, height=height))
    return lines


def _downloads(context: Context, step: StoryStep, snippet: str) -> None:
    def figure():
        return figures.figure(step.maps, title=_heading(step))

    downloads.show(
        f"story {step.key}",
        downloads.file_stem(context.image_name, step.key),
        {
            "png": lambda: export.figure_bytes(figure(), "png"),
            "svg": lambda: export.figure_bytes(figure(), "svg"),
            "pdf": lambda: export.figure_bytes(figure(), "pdf"),
            "npz": lambda: export.npz_bytes(step.maps, step=step.key, image=context.image_name),
        },
        snippet,
    )


def _snippet(context: Context, step: StoryStep, seed: int) -> str:
    return (
        f"import vislib\nfrom vislib.lessons.story import story\n\nimage = vislib.load_image({context.source})\n"
        f"steps = {{step.key: step for step in story(image, seed={seed})}}\n"
        f"maps = steps[{step.key!r}].maps  # {step.maps.shape}\n"
        f"vislib.figures.figure(maps).savefig({step.key + '.png'!r})\n"
    )


def _heading(step: StoryStep) -> Text:
    """Such as "ReLU: 398 × 318, 3 channels"."""
    height, width, n_maps = step.maps.shape
    return plural(
        "{step}: {width} × {height}, {n} channel",
        "{step}: {width} × {height}, {n} channels",
        n_maps,
        step=step.title,
        width=width,
        height=height,
    )


def _signed(maps: np.ndarray) -> bool:
    return render.is_signed(maps)


def _enlarged(shown: Image.Image) -> Image.Image:
    """Enlarged by a whole factor, so that the cells of a small map stay visible as squares."""
    times = max(1, picture.SIDE // max(shown.size))
    return shown.resize((shown.width * times, shown.height * times), Image.Resampling.NEAREST)

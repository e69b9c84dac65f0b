"""Activation maximization on a page: pictures that are drawn while they are computed, can be stopped and continued."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

import vislib
from pages._ui.results import downloads, picture, snippets
from pages._ui.server import work
from pages._ui.shell.context import Context
from pages._ui.widgets.inline_image import show_image
from pages._ui.widgets.text import plain
from pages._ui.widgets.tiles import data_uri
from vislib import activation_maximization as am
from vislib.errors import VislibError
from vislib.language import text, tr
from vislib.output import export
from vislib.progress import Progress, scaled

IMPORT = "from vislib import activation_maximization as am"
SAVE = "result.save('wanted.png')\n"
_BLOCK = 32
_AGAIN = text("Start again")
USUAL_STEPS = 64
"""A picture shows its pattern by then: further steps only make it stronger."""


@dataclass(frozen=True)
class Settings:
    """Settings of the optimisation."""

    steps: int = USUAL_STEPS
    seed: int = 0
    n_pictures: int = 1
    octaves: int = 3
    parametrization: str = "fourier"

    @property
    def code(self) -> str:
        """Further arguments of `am.maximize` in a script."""
        return "" if self.parametrization == "fourier" else f", **am.PARAMETRIZATIONS[{self.parametrization!r}]"


@dataclass(frozen=True)
class Goal:
    """An objective to maximize, its name on the page, its Python code, and its key in the store."""

    objective: vislib.targets.Target
    name: str
    code: str
    key: tuple


def maximize(
    context: Context,
    goals: Sequence[Goal],
    what: str,
    settings: Settings,
    slot,
    draw_first: Callable[[], None] | None = None,
) -> am.Maximization | None:
    """The pictures after all steps, drawn into `slot` while they are computed; None if the user stopped.

    Each block of steps is stored. So Stop loses little, and a later run with more steps continues from the last block.
    `draw_first` draws what stands in `slot` until the first picture is there.
    """
    result = None
    if draw_first is not None and work.found(_key(context, goals, settings, min(_BLOCK, settings.steps))) is None:
        with slot.container():
            draw_first()
    for done in range(0, settings.steps, _BLOCK):
        steps, before = min(_BLOCK, settings.steps - done), result

        def compute(progress: Progress, done=done, steps=steps, before=before):
            return am.maximize(
                context.classifier,
                [goal.objective for goal in goals],
                before,
                scaled(progress, done, steps, settings.steps),
                steps=steps,
                seed=settings.seed,
                **am.PARAMETRIZATIONS[settings.parametrization],
            )

        key = _key(context, goals, settings, done + steps)
        result = run(key, what, compute, slot, text("Picture in progress: {what}", what=what), text("Go on"))
        if result is None:
            return None
    assert result is not None
    if settings.parametrization == "maco":
        result = result.faded
    with slot.container():
        show_picture(result.picture, text("What {unit} wants", unit=what) if len(goals) == 1 else what)
    return result


def _key(context: Context, goals: Sequence[Goal], settings: Settings, done: int) -> tuple:
    """The key in the store of the pictures after so many steps."""
    goals_key = tuple(goal.key for goal in goals)
    way = () if settings.parametrization == "fourier" else (settings.parametrization,)
    return (context.classifier.key, "maximize", goals_key, settings.seed, done, *way)


def run(
    key: tuple, what: str, compute, slot, alt: str, resume_label: str = text("Start again")
) -> am.Maximization | None:
    """The result, whose picture is drawn into `slot` while it is computed; None if it was stopped or refused."""

    def draw(partial: np.ndarray, done: int, total: int) -> None:
        # As a data URI: Streamlit could delete a file before a slow browser loads it.
        slot.image(data_uri(export.as_image(partial, picture.SIDE), picture.SIDE), width="stretch", alt=tr(alt))

    try:
        return work.run(key, what, compute, draw, resume_label, kind="activation maximization")
    except VislibError as error:
        st.error(plain(tr(error)))
        return None


def show_picture(pixels: np.ndarray, alt: str) -> None:
    show_image(export.as_image(pixels, picture.SIDE), width="stretch", alt=tr(alt))


def show_downloads(
    context: Context, result: am.Maximization, goals: Sequence[Goal], settings: Settings, with_image: bool = False
) -> None:
    show_files(context, result, repr([goal.key for goal in goals]), snippet(context, goals, settings, with_image))


def snippet(
    context: Context, goals: Sequence[Goal], settings: Settings, with_image: bool = False, more: str = ""
) -> str:
    start = f"{snippets.preamble(context, IMPORT)}\n" if with_image else snippets.classifier_lines(context, IMPORT)
    faded = "result = result.faded  # white where the objective hardly depends on the pixels\n"
    faded = faded if settings.parametrization == "maco" else ""
    listed = f"[{', '.join(goal.code for goal in goals)}]" if len(goals) > 1 else goals[0].code
    return (
        f"{start}result = am.maximize(classifier, {listed}, steps={settings.steps}, seed={settings.seed}"
        f"{settings.code})\n{faded}"
        f"result.pictures  # ({len(goals)}, {context.classifier.input_size[0]}, {context.classifier.input_size[1]}, 3) "
        f"uint8{more}\n{SAVE}"
    )


def show_files(context: Context, result: am.Maximization, key: str, snippet: str) -> None:
    downloads.show(
        f"wanted {key}",
        downloads.file_stem(context.model_name, *result.titles[:1]),
        {
            "png": lambda: export.maximization_bytes(result, "png"),
            "svg": lambda: export.maximization_bytes(result, "svg"),
            "pdf": lambda: export.maximization_bytes(result, "pdf"),
            "npz": lambda: export.maximization_bytes(result, "npz"),
        },
        snippet,
    )

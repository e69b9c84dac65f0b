"""The canvas with its tools, the same by numbers for the keyboard, and Undo and Reset."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from pages._ui.shell import style
from pages._ui.shell.context import Context
from pages._ui.what_if import edited, fills, history, sliders
from pages._ui.what_if.history import History
from pages._ui.widgets.choice import choose
from pages._ui.widgets.edit_canvas import Action, Tool, edit_canvas
from vislib.edits import FILLS, Copy, Cover, Edit, Erase, Move, Paint
from vislib.edits.cover import box_of
from vislib.language import Text, plural, text, tr

ERASE, PAINT, MOVE, COPY = text("Erase"), text("Paint"), text("Move"), text("Copy")
CIRCLE, RECTANGLE = text("Circle"), text("Rectangle")
_SIDE = 640
_PREVIEWS = {"grey": "#7f7f7f", "inpaint": "#b0a080"}
_FILL_HELP = text(
    "What replaces the part: mid-grey, the image's mean colour, the image blurred, noise, or what surrounds the part "
    "(inpainting)."
)


def tools() -> tuple[str, str, str, float]:
    """Widgets for the tool; the tool, the fill, the colour and the brush's radius as a share of the longer side."""
    with style.settings_row("_tools"):
        tool = st.segmented_control(
            tr("Tool"),
            (ERASE, PAINT, MOVE, COPY),
            default=ERASE,
            required=True,
            key="what_if.tool",
            bind="query-params",
            format_func=tr,
        )
        fill: str = FILLS[0]
        colour, radius = "#000000", 0.06
        if tool in (ERASE, MOVE):
            fill = choose(tr("Fill"), FILLS, "what_if.fill", width=110, help=tr(_FILL_HELP), format_func=fills.title)
        if tool == PAINT:
            colour = st.color_picker(tr("Colour"), "#d9480f", key="what_if.colour", bind="query-params")
        if tool in (ERASE, PAINT):
            radius = st.slider(
                tr("Brush radius (%)"),
                0.5,
                30.0,
                6.0,
                0.5,
                key="what_if.radius",
                bind="query-params",
                width=130,
                help=tr("Of the image's longer side."),
            )
            radius /= 100
    return tool or ERASE, fill, colour, radius


def show(context: Context, past: History, image: np.ndarray) -> None:
    """Draws the tools and the canvas with the image after the steps.

    Args:
        context: The page's context.
        past: What was done.
        image: The image after the steps.
    """
    tool, fill, colour, radius = tools()

    def act(actions: list[Action]) -> None:
        history.add(past, [edit for one in actions if (edit := _edit_of(one, tool, fill, colour, radius)) is not None])

    brush = tool in (ERASE, PAINT)
    hint = (
        tr(
            "{tool}: draw on the image. With the keyboard: arrow keys (with Shift: small steps) and Enter.",
            tool=tr(tool),
        )
        if brush
        else tr(
            "{tool}: draw a rectangle, then drag it to another place. With the keyboard: arrow keys (with Shift: small "
            "steps) and Enter.",
            tool=tr(tool),
        )
    )
    preview = colour if tool == PAINT else _PREVIEWS.get(fill, "#9a9a9a")
    edit_canvas(
        edited.as_shown(context, image, _SIDE),
        "edit_canvas",
        tr(plural("{image} after {n} step", "{image} after {n} steps", len(past.steps), image=context.image_name)),
        Tool(tr("{tool} on {image}", tool=tr(tool), image=context.image_name), hint, brush, radius, preview),
        box_of(context.classifier.box(image), (image.shape[0], image.shape[1])),
        context.digest,
        act,
        pixels=max(image.shape[:2]) < 128,
    )
    with st.container(horizontal=True, gap="small"):
        st.button(
            tr("Undo"),
            icon=":material/undo:",
            key="what_if_undo",
            disabled=not past.before,
            on_click=history.undo,
            args=(past,),
        )
        st.button(
            tr("Reset"),
            icon=":material/restart_alt:",
            key="what_if_reset",
            disabled=not past.steps and past.settings in ({}, sliders.NEUTRAL),
            on_click=history.reset,
            args=(past, sliders.NEUTRAL),
        )
        with st.popover(tr("By numbers"), icon=":material/pin:"):
            _by_numbers(tool, fill, colour, lambda edit: history.add(past, [edit]))
    fits = history.to_address(past)
    if past.steps:
        st.caption(tr(_kept(len(past.steps), fits)))


def _kept(n: int, fits: bool) -> Text:
    """How many steps there are, and where they are kept."""
    if fits:
        return plural(
            "{n} step, in the address too. Save, Python has all edits.",
            "{n} steps, in the address too. Save, Python has all edits.",
            n,
        )
    return plural(
        "{n} step, too long for the address, which has the sliders alone. Save, Python has all edits.",
        "{n} steps, too long for the address, which has the sliders alone. Save, Python has all edits.",
        n,
    )


def _edit_of(action: Action, tool: str, fill: str, colour: str, radius: float) -> Edit | None:
    """The edit of what was done with a tool; None if it does not suit the tool, as after a late change of the tool."""
    if tool == ERASE and action.points:
        return Erase(action.points, radius, fill)
    if tool == PAINT and action.points:
        return Paint(action.points, radius, colour)
    if tool in (MOVE, COPY) and action.box:
        return _taken(tool, action.box, action.to, fill)
    return None


def _taken(tool: str, box: tuple, to: tuple, fill: str) -> Edit:
    return Move(box, to, fill) if tool == MOVE else Copy(box, to)


def _by_numbers(tool: str, fill: str, colour: str, add: Callable[[Edit], None]) -> None:
    """The tool by numbers: a circle, or a rectangle and its new place, in percent of the width and height."""
    st.caption(tr("In percent of the image's width and height, from its left top corner."))
    circle = tool == PAINT
    if tool == ERASE:
        circle = (
            st.segmented_control(
                tr("Shape"),
                (CIRCLE, RECTANGLE),
                default=CIRCLE,
                required=True,
                key="what_if_shape",
                format_func=tr,
            )
            == CIRCLE
        )
    if circle:
        x, y, radius = _numbers(
            (text("Centre, from the left"), 50),
            (text("Centre, from the top"), 50),
            (text("Radius (% of the longer side)"), 15),
        )
        points = ((x, y),)
        edit: Edit | None = Erase(points, radius, fill) if tool == ERASE else Paint(points, radius, colour)
    else:
        left, top, right, bottom = _numbers(
            (text("Left edge"), 30), (text("Top edge"), 30), (text("Right edge"), 60), (text("Bottom edge"), 60)
        )
        edit = None
        if tool in (MOVE, COPY):
            to = _numbers((text("New left"), 5), (text("New top"), 5))
        if left < right and top < bottom:
            box = (left, top, right, bottom)
            edit = Cover(box, fill) if tool == ERASE else _taken(tool, box, to, fill)
        else:
            st.caption(tr("The left edge must be less than the right one, and the top one less than the bottom one."))
    st.button(tr(tool), key="what_if_apply", disabled=edit is None, on_click=add, args=(edit,), type="primary")


def _numbers(*fields: tuple[Text, int]) -> tuple[float, ...]:
    """Number fields in percent, two in a row; their values as shares."""
    found = []
    for column, (label, usual) in zip(st.columns(2) * 2, fields, strict=False):
        found.append(column.number_input(tr(label), 0.0, 100.0, float(usual), 1.0, key=f"what_if {label}") / 100)
    return tuple(found)

"""The convolution lab: the result of a kernel on the image, its single steps, and its cost."""

from collections.abc import Callable

import numpy as np
import streamlit as st
from PIL import Image

from pages._ui.convolution_lab.lab_layer import (
    DEPTHWISE,
    GREY,
    GREY_WEIGHTS,
    ONE_FILTER,
    Layer,
    result_of,
    size_text,
    small_image,
)
from pages._ui.results import downloads, picture
from pages._ui.results.look import colour_bar
from pages._ui.shell.context import Context
from pages._ui.widgets.photo_window import photo_window
from pages._ui.widgets.sliding_window import convolution_lesson, pooling_lesson, window
from pages._ui.widgets.text import plain
from vislib.arithmetic import Pooling, axes
from vislib.errors import ParameterError
from vislib.language import Text, sentences, text, tr, whole_percent
from vislib.layers.cost import Cost, convolution, depthwise
from vislib.output import export, figures, render
from vislib.output.render import Scale

_HALVES, _FROM_IMAGE, _DIGITS = text("Half 10, half 0"), text("From the image"), text("Nine numbers")
_PATCH = 8


def show(context: Context, layer: Layer) -> None:
    """The image, beside it the result with sizes, formula and cost."""
    image = small_image(context)
    try:
        convolved, result = result_of(context, layer)
    except ParameterError as error:
        st.error(plain(tr(error)))
        st.stop()
    shown = image if layer.channels != GREY else np.repeat((image @ GREY_WEIGHTS)[..., None], 3, 2).astype(np.uint8)
    _sliding(context, layer, shown, convolved, result)
    left, right = st.columns(2)
    with left:
        picture.caption(
            tr("{image}: {size}", image=context.image_name, size=f"{shown.shape[1]} × {shown.shape[0]}"),
            tr("Drag the window, or use the arrow keys; Play paints the result. The framed 8 × 8 pixels stand below."),
        )
    with right:
        if result.shape[2] == 1:
            signed = render.is_signed(result)
            colour_bar(Scale.of(result, signed), signed, None if signed else "gray", tr("value of a cell"))
        picture.caption(tr("The result: {size}", size=size_text(result)), tr(_about(layer, convolved, result)))
        _downloads(context, layer, result)
    _formula(image, layer, convolved)


def steps(context: Context, layer: Layer) -> None:
    """The window over a small patch of numbers, step by step."""
    st.header(tr("The window, step by step"), anchor=False)
    chosen = st.segmented_control(
        tr("Patch"),
        (_FROM_IMAGE, _HALVES, _DIGITS),
        default=_FROM_IMAGE,
        key="lab.patch",
        bind="query-params",
        required=True,
        format_func=tr,
        help=tr("A click on the image above chooses the place of the patch."),
    )
    patch = {
        _FROM_IMAGE: _patch_of(context),
        _HALVES: np.repeat([[10.0] * 3 + [0.0] * 3], 6, axis=0),
        _DIGITS: np.array([[3.0, 0, 1], [1, 5, 8], [2, 7, 2]]),
    }[chosen]
    try:
        window(convolution_lesson(patch, layer.kernel, layer.bias, **layer.window), "window")
    except ParameterError as error:
        st.info(plain(tr("On this patch: {error}", error=error.args[0])))
        return
    note = text("This is cross-correlation, which networks call convolution.")
    picture.caption(
        tr("Each number of the result is a sum of products"),
        tr(
            sentences(
                text("The kernel lies on the framed window, and each number is multiplied by its weight."),
                "" if layer.window["flip"] else note,
                text("Numbers in italics are padding."),
            )
        ),
    )
    st.header(tr("Pooling and its gradient"), anchor=False)
    pooling = layer.pooling or Pooling("max", 2)
    if min(patch.shape) < pooling.size:
        st.info(tr("The patch is smaller than the pooling window."))
        return
    window(pooling_lesson(patch, pooling), "pooling window")
    picture.caption(
        tr("Max pooling of the patch") if pooling.kind == "max" else tr("Average pooling of the patch"),
        tr(
            "Max pooling passes the gradient only to the largest value (to the first one of equal values). Average "
            "pooling passes an equal share to all values. The sum of the gradient stays the same."
        ),
    )


def _sliding(context: Context, layer: Layer, shown: np.ndarray, convolved: np.ndarray, result: np.ndarray) -> None:
    """The window over the image, with the patch of the steps framed, and the result that it paints."""
    settings = {name: layer.window[name] for name in ("stride", "padding", "dilation")}
    along = axes(shown.shape[:2], layer.kernel.shape, *settings.values())
    if layer.pooling:
        pooled = layer.pooling.axes(convolved.shape[:2])
        rows, columns = (axis.spans_after(pool) for axis, pool in zip(along, pooled, strict=True))
    else:
        rows, columns = (axis.spans() for axis in along)
    photo_window(
        Image.fromarray(_with_patch(shown)),
        _drawn(result),
        rows,
        columns,
        "lab_point",
        tr("{image} with the window", image=context.image_name),
        tr("The result of the kernel"),
        lambda x, y: st.session_state.update({"lab.at": (x, y)}),
    )


def _with_patch(shown: np.ndarray) -> np.ndarray:
    """The image with an orange frame around the patch."""
    height, width = shown.shape[:2]
    top, left = _patch_place(height, width)
    frame = shown.copy()
    bottom, right = min(top + _PATCH, height) - 1, min(left + _PATCH, width) - 1
    for edge in (
        np.s_[top, left : right + 1],
        np.s_[bottom, left : right + 1],
        np.s_[top : bottom + 1, left],
        np.s_[top : bottom + 1, right],
    ):
        frame[edge] = (232, 89, 12)
    return frame


def _patch_place(height: int, width: int) -> tuple[int, int]:
    x, y = st.session_state.get("lab.at") or (0.5, 0.5)
    return (
        int(np.clip(y * height - _PATCH / 2, 0, max(0, height - _PATCH))),
        int(np.clip(x * width - _PATCH / 2, 0, max(0, width - _PATCH))),
    )


def _patch_of(context: Context) -> np.ndarray:
    image = small_image(context)
    top, left = _patch_place(*image.shape[:2])
    return np.rint(image[top : top + _PATCH, left : left + _PATCH] @ GREY_WEIGHTS)


def _drawn(maps: np.ndarray) -> Image.Image:
    """The maps as a picture with one pixel for each cell."""
    if maps.shape[2] == 3:
        return render.rgb_image(maps)
    return render.map_image(maps[..., 0], signed=render.is_signed(maps), colormap=None if maps.min() < 0 else "gray")


def _about(layer: Layer, convolved: np.ndarray, result: np.ndarray) -> Text:
    said = [text("Values {low:.4g} to {high:.4g}.", low=result.min(), high=result.max())]
    if layer.relu:
        said.append(text("ReLU set {share} of them to 0.", share=whole_percent((convolved < 0).mean())))
    if layer.pooling:
        said.append(text("Pooled from {size}.", size=size_text(convolved)))
    if result.shape[2] == 3:
        said.append(text("Drawn as red, green and blue: the smallest value is black, the largest is full colour."))
    return sentences(*said)


def _formula(image: np.ndarray, layer: Layer, convolved: np.ndarray) -> None:
    settings = {name: layer.window[name] for name in ("stride", "padding", "dilation")}
    rows, columns = axes(image.shape[:2], layer.kernel.shape, *settings.values())
    cells = convolved.shape[:2]
    costs: dict[str, Callable[[], Cost]] = {
        GREY: lambda: convolution(layer.kernel.shape, 1, 1, cells),
        DEPTHWISE: lambda: depthwise(layer.kernel.shape, 3, 1, cells),
        ONE_FILTER: lambda: convolution(layer.kernel.shape, 3, 1, cells),
    }
    cost = costs[layer.channels]()
    picture.facts(
        {
            tr("Width"): f"{columns.symbols} = {columns.formula}",
            tr("Height"): rows.formula,
            tr("Parameters"): cost.parameters_formula,
            tr("Multiply-adds"): cost.macs_formula,
            tr("FLOPs"): f"{cost.flops:,}",
        }
    )


def _downloads(context: Context, layer: Layer, result: np.ndarray) -> None:
    def figure():
        return figures.figure(result, title=text("{image}: {size}", image=context.image_name, size=size_text(result)))

    given = ", ".join(f"{name}={value!r}" for name, value in layer.window.items())
    height, width = small_image(context).shape[:2]
    lines = [
        "import numpy as np",
        "import vislib",
        "from vislib import arithmetic",
        "from vislib.images.fitting import Box, resize_box",
        "",
        f"image = vislib.load_image({context.source})",
        f"image = resize_box(image, Box(0, 0, *image.shape[:2]), ({height}, {width})).astype(float)",
        f"kernel = np.array({layer.kernel.tolist()})",
    ]
    if layer.channels == ONE_FILTER:
        lines += [
            "kernels = np.repeat(kernel[:, :, None, None], 3, axis=2)",
            f"maps = arithmetic.convolve(image, kernels, {layer.bias}, {given})",
        ]
    else:
        grey = "(image @ [0.299, 0.587, 0.114])[..., None]" if layer.channels == GREY else "image"
        lines += [f"maps = arithmetic.convolve_depthwise({grey}, kernel, {layer.bias}, {given})"]
    lines += ["maps = np.maximum(maps, 0)"] * layer.relu
    if layer.pooling:
        lines.append(f"maps = arithmetic.{layer.pooling!r}.forward(maps)")
    lines.append("vislib.figures.figure(maps).savefig('convolution.png')")
    downloads.show(
        "lab",
        downloads.file_stem(context.image_name, "convolution"),
        {
            "png": lambda: export.figure_bytes(figure(), "png"),
            "svg": lambda: export.figure_bytes(figure(), "svg"),
            "pdf": lambda: export.figure_bytes(figure(), "pdf"),
            "npz": lambda: export.npz_bytes(result, image=context.image_name),
        },
        "\n".join(lines) + "\n",
    )

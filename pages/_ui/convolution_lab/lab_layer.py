"""The layer of the convolution lab: kernel and settings, and the maps that it computes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from pages._ui.server import work
from pages._ui.shell import style
from pages._ui.shell.context import Context
from pages._ui.widgets.text import plain
from vislib.arithmetic import PRESETS, Pooling, convolve, convolve_depthwise, parse_kernel, random_kernels
from vislib.arithmetic.convolution import BORDERS
from vislib.arithmetic.kernels import kernel_text
from vislib.errors import ParameterError
from vislib.images.fitting import Box, resize_box
from vislib.language import sentences, text, tr

_LONGER_SIDE = 256
_RANDOM, _TYPED = "random", "typed"
GREY_WEIGHTS = np.array([0.299, 0.587, 0.114])
GREY, DEPTHWISE, ONE_FILTER = (
    text("Grey"),
    text("Each colour apart (depthwise)"),
    text("Colours together (one filter)"),
)
_PADDINGS = {"none": text("none"), "same": text("same")}
_BORDERS = {
    "zeros": text("zeros"),
    "repeated": text("repeated"),
    "mirrored": text("mirrored"),
    "wrapped": text("wrapped"),
}
_POOLINGS = {"none": text("none"), "max": text("max"), "average": text("average")}


@dataclass(frozen=True, eq=False)
class Layer:
    """A convolution, then optionally a ReLU and pooling.

    Attributes:
        kernel: (k_h, k_w).
        channels: GREY, DEPTHWISE or ONE_FILTER.
        window: stride, padding, dilation, flip, border, as `vislib.arithmetic.convolve` takes them.
        bias: Added to every cell.
        relu: Whether negative values become 0.
        pooling: The pooling at the end, or None.
    """

    kernel: np.ndarray
    channels: str
    window: dict[str, Any]
    bias: float
    relu: bool
    pooling: Pooling | None

    @property
    def key(self) -> tuple:
        return (
            self.kernel.tobytes(),
            self.kernel.shape,
            self.channels,
            tuple(self.window.items()),
            self.bias,
            self.relu,
            self.pooling,
        )


def small_image(context: Context) -> np.ndarray:
    """The image (h, w, 3) in 0..255, reduced so that its longer side has at most 256 pixels."""
    height, width = context.image.shape[:2]
    scale = min(1.0, _LONGER_SIDE / max(height, width))
    size = (max(1, round(height * scale)), max(1, round(width * scale)))
    return resize_box(context.image, Box(0, 0, height, width), size)


def controls() -> Layer:
    """Widgets for the kernel and the settings. After a typing error an error stands here, and the last kernel stays."""
    with style.settings_row():
        kernel = _kernel_control()
        channels = st.selectbox(
            tr("Channels"),
            (GREY, DEPTHWISE, ONE_FILTER),
            key="lab.channels",
            bind="query-params",
            width=210,
            format_func=tr,
        )
        stride = st.slider(tr("Stride"), 1, 8, 1, key="lab.stride", bind="query-params", width=110)
        padding = st.selectbox(
            tr("Padding"),
            ("none", "same", "1", "2", "4", "8"),
            key="lab.padding",
            bind="query-params",
            width=110,
            format_func=lambda name: tr(_PADDINGS.get(name, name)),
            help=tr("“Same” keeps the size at stride 1."),
        )
        border = next(iter(BORDERS))
        if padding != "none":
            border = st.selectbox(
                tr("Padding is"),
                list(BORDERS),
                key="lab.border",
                bind="query-params",
                width=120,
                format_func=lambda name: tr(_BORDERS[name]),
            )
        relu = st.toggle(tr("ReLU"), key="lab.relu", bind="query-params", help=tr("Negative values become 0."))
        pool = st.selectbox(
            tr("Pooling"),
            list(_POOLINGS),
            key="lab.pool",
            bind="query-params",
            width=110,
            format_func=lambda name: tr(_POOLINGS[name]),
        )
        with st.popover(tr("More"), icon=":material/tune:"):
            dilation = st.slider(tr("Dilation"), 1, 8, 1, key="lab.dilation", bind="query-params")
            bias = st.slider(tr("Bias"), -255, 255, 0, key="lab.bias", bind="query-params")
            size = st.slider(tr("Pooling size"), 2, 8, 2, key="lab.pool_size", bind="query-params")
            flip = st.toggle(
                tr("True convolution"),
                key="lab.flip",
                bind="query-params",
                help=tr("Flips the kernel both ways; networks do not flip it (cross-correlation)."),
            )
    pooling = None if pool == "none" else Pooling(pool, size)
    where: Any = {"none": "valid", "same": "same"}.get(padding) or int(padding)
    knobs = {"stride": stride, "padding": where, "dilation": dilation, "flip": flip, "border": border}
    return Layer(kernel, channels, knobs, float(bias), relu, pooling)


def result_of(context: Context, layer: Layer) -> tuple[np.ndarray, np.ndarray]:
    """The convolved maps, and those after ReLU and pooling, (h, w, c)."""
    return work.stored((context.digest, "lab", *layer.key), lambda: compute(small_image(context), layer))


def compute(image: np.ndarray, layer: Layer) -> tuple[np.ndarray, np.ndarray]:
    """The convolved maps of an image (h, w, 3), and those after ReLU and pooling, (h, w, c)."""
    values = image.astype(np.float64)
    if layer.channels == ONE_FILTER:
        kernels = np.repeat(layer.kernel[:, :, None, None], 3, axis=2)
        convolved = convolve(values, kernels, layer.bias, **layer.window)
    else:
        maps = (values @ GREY_WEIGHTS)[..., None] if layer.channels == GREY else values
        convolved = convolve_depthwise(maps, layer.kernel, layer.bias, **layer.window)
    result = np.maximum(convolved, 0) if layer.relu else convolved
    return convolved, layer.pooling.forward(result) if layer.pooling else result


def size_text(maps: np.ndarray) -> str:
    """The size of maps (h, w, c) as text, width first."""
    return f"{maps.shape[1]} × {maps.shape[0]}" + (f" × {maps.shape[2]}" if maps.shape[2] > 1 else "")


def _kernel_control() -> np.ndarray:
    titles = {name: preset.title for name, preset in PRESETS.items()} | {
        _RANDOM: text("Random"),
        _TYPED: text("Typed by hand"),
    }
    name = st.selectbox(
        tr("Kernel"),
        list(titles),
        1,
        key="lab.kernel",
        format_func=lambda name: tr(titles[name]),
        bind="query-params",
        width=190,
        help=tr("Its weights and their products stand below, at “The window, step by step”."),
    )
    if name == _RANDOM:
        size = st.slider(tr("Size"), 1, 15, 3, key="lab.size", bind="query-params", width=110)
        seed = int(st.number_input(tr("Seed"), 0, 9999, 0, key="seed", bind="query-params", width=110))
        kernel = random_kernels((size, size), seed=seed)[..., 0, 0]
    elif name == _TYPED:
        before = st.session_state.get("lab.before", PRESETS["sobel x"].kernel)
        typed = st.text_area(
            tr("Weights"),
            kernel_text(before),
            key="lab.typed",
            bind="query-params",
            height=120,
            width=190,
            help=tr("One line per row, with spaces between the numbers; fractions such as 1/9 are allowed."),
        )
        try:
            kernel = st.session_state["lab.good"] = parse_kernel(typed)
        except ParameterError as error:
            st.error(plain(tr(sentences(error.args[0], text("The last kernel is still in use.")))))
            kernel = st.session_state.get("lab.good", before)
    else:
        kernel = PRESETS[name].kernel
    if name != _TYPED:
        st.session_state["lab.before"] = kernel
    return kernel

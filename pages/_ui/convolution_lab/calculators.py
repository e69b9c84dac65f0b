"""Calculators for planning a network: size and cost of a layer, stacked receptive fields, activation functions."""

import numpy as np
import pandas as pd
import streamlit as st

from pages._ui.results import charts, picture
from pages._ui.widgets.text import plain
from vislib.arithmetic import FUNCTIONS, axes
from vislib.errors import ParameterError
from vislib.language import listing, sentences, text, tr
from vislib.layers.cost import convolution, dense
from vislib.layers.receptive_field import stacked_field

_SETTINGS = (
    (text("Height"), 1, 100),
    (text("Width"), 1, 100),
    (text("Channels in"), 1, 3),
    (text("Filters"), 1, 4),
    (text("Kernel"), 1, 3),
    (text("Stride"), 1, 1),
    (text("Padding"), 0, 2),
)
"""Name, lowest number and number at the start."""


def layer() -> None:
    """Output size, parameters and multiply-adds of a convolution, beside a dense layer on the same input."""
    st.header(tr("A layer's size and cost"), anchor=False)
    with st.container(horizontal=True):
        given: dict[str, int] = {
            name: int(st.number_input(tr(name), low, 4096, start, key=f"hand.{name}", bind="query-params", width=112))
            for name, low, start in _SETTINGS
        }
    size = (given["Height"], given["Width"])
    try:
        rows, columns = axes(size, given["Kernel"], given["Stride"], given["Padding"])
    except ParameterError as error:
        st.info(plain(tr(error)))
        return
    kernel = (given["Kernel"],) * 2
    cost = convolution(kernel, given["Channels in"], given["Filters"], (rows.output, columns.output))
    full = dense(size[0] * size[1] * given["Channels in"], 1000)
    picture.facts(
        {
            tr("Height"): f"{rows.symbols} = {rows.formula}",
            tr("Width"): columns.formula,
            tr("Output"): f"{columns.output} × {rows.output} × {given['Filters']}",
            tr("Parameters"): cost.parameters_formula,
            tr("Multiply-adds"): cost.macs_formula,
            tr("FLOPs"): f"{cost.flops:,}",
            tr("A dense layer with 1000 units instead"): tr("{n} parameters", n=full.parameters_formula),
        }
    )
    picture.caption(
        tr("Weights are shared"),
        tr(
            "A convolution uses the same weights at every place, so its parameters do not depend on the size of the "
            "image; those of a dense layer do."
        ),
    )


def receptive_fields() -> None:
    """The receptive field after each of several layers, along one axis."""
    st.header(tr("How the receptive field grows"), anchor=False)
    with st.container(horizontal=True):
        number = int(st.number_input(tr("Layers"), 1, 20, 3, key="hand.layers", bind="query-params", width=112))
        kernel = int(st.number_input(tr("Kernel of each"), 1, 15, 3, key="hand.k", bind="query-params", width=130))
        stride = int(st.number_input(tr("Stride of each"), 1, 4, 1, key="hand.s", bind="query-params", width=130))
    sizes = [stacked_field([kernel] * n, [stride] * n) for n in range(1, number + 1)]
    layers = [str(n) for n in range(1, number + 1)]
    charts.bar_chart(layers, sizes, tr("layers"), tr("receptive field (px)"), 200)
    weights = number * kernel**2
    grows = text("Each layer adds (k − 1) times the strides before it: {sizes}.", sizes=listing(sizes, "plain"))
    alike = text(
        "One convolution with a kernel of {size} sees as far, with {n:,} weights per channel, not {weights:,}.",
        size=sizes[-1],
        n=sizes[-1] ** 2,
        weights=weights,
    )
    picture.caption(
        tr("{n} layers of {kernel} × {kernel}: {size} pixels", n=number, kernel=kernel, size=sizes[-1]),
        tr(sentences(grows, alike if stride == 1 and number > 1 and kernel > 1 else "")),
    )


def activation_functions() -> None:
    """Activation functions and their derivatives."""
    st.header(tr("Activation functions and their derivatives"), anchor=False)
    names = list(FUNCTIONS)
    chosen = st.multiselect(
        tr("Functions"),
        names,
        ["relu", "sigmoid"],
        key="hand.functions",
        bind="query-params",
        format_func=lambda name: tr(FUNCTIONS[name].title),
    )
    if not chosen:
        st.info(tr("Choose at least one function above."))
        return
    x = np.linspace(-6, 6, 241)
    columns = st.columns(2)
    for column, title, of in (
        (columns[0], "f(x)", lambda function: function(x)),
        (columns[1], tr("f′(x), the derivative"), lambda function: function.derivative(x)),
    ):
        with column:
            frame = pd.DataFrame({tr(FUNCTIONS[name].title): of(FUNCTIONS[name]) for name in chosen}, index=x)
            charts.line_chart(frame, "x", title, 280)
    picture.facts(
        {
            tr(FUNCTIONS[n].title): tr(
                "{formula}; f′: {derivative}",
                formula=FUNCTIONS[n].formula,
                derivative=FUNCTIONS[n].derivative_formula,
            )
            for n in chosen
        }
    )
    picture.caption(
        tr("In training, the gradient is multiplied by f′"),
        tr("Where f′ is 0, nothing is learned: for negative inputs of a ReLU, and far from 0 on a sigmoid."),
    )

"""Calculators for planning a network: size and cost of a layer, stacked receptive fields, activation functions."""

import numpy as np
import pandas as pd
import streamlit as st

from pages._ui.results import picture
from pages._ui.widgets.text import plain
from vislib.arithmetic import FUNCTIONS, axes
from vislib.errors import ParameterError
from vislib.layers.cost import convolution, dense
from vislib.layers.receptive_field import stacked_field


def layer() -> None:
    """Output size, parameters and multiply-adds of a convolution, beside a dense layer on the same input."""
    st.header("A layer's size and cost", anchor=False)
    names = {"Height": 100, "Width": 100, "Channels in": 3, "Filters": 4, "Kernel": 3, "Stride": 1, "Padding": 2}
    low = {"Padding": 0}
    with st.container(horizontal=True):
        given = {
            name: int(
                st.number_input(name, low.get(name, 1), 4096, start, key=f"hand.{name}", bind="query-params", width=112)
            )
            for name, start in names.items()
        }
    size = (given["Height"], given["Width"])
    try:
        rows, columns = axes(size, given["Kernel"], given["Stride"], given["Padding"])
    except ParameterError as error:
        st.info(plain(str(error)))
        return
    kernel = (given["Kernel"],) * 2
    cost = convolution(kernel, given["Channels in"], given["Filters"], (rows.output, columns.output))
    full = dense(size[0] * size[1] * given["Channels in"], 1000)
    picture.facts(
        {
            "Height": f"{rows.symbols} = {rows.formula}",
            "Width": columns.formula,
            "Output": f"{columns.output} × {rows.output} × {given['Filters']}",
            "Parameters": cost.parameters_formula,
            "Multiply-adds": cost.macs_formula,
            "FLOPs": f"{cost.flops:,}",
            "A dense layer with 1000 units instead": f"{full.parameters_formula} parameters",
        }
    )
    picture.caption(
        "Weights are shared",
        "A convolution uses the same weights at every place, so its parameters do not depend on the size of the image; "
        "those of a dense layer do.",
    )


def receptive_fields() -> None:
    """The receptive field after each of several layers, along one axis."""
    st.header("How the receptive field grows", anchor=False)
    with st.container(horizontal=True):
        number = int(st.number_input("Layers", 1, 20, 3, key="hand.layers", bind="query-params", width=112))
        kernel = int(st.number_input("Kernel of each", 1, 15, 3, key="hand.k", bind="query-params", width=130))
        stride = int(st.number_input("Stride of each", 1, 4, 1, key="hand.s", bind="query-params", width=130))
    sizes = [stacked_field([kernel] * n, [stride] * n) for n in range(1, number + 1)]
    st.bar_chart(
        pd.DataFrame({"receptive field (px)": sizes}, index=range(1, number + 1)),
        height=200,
        color="#15aabf",
        x_label="layers",
        y_label="pixels across",
    )
    weights = number * kernel**2
    alike = (
        f" One convolution with a kernel of {sizes[-1]} sees as far, with {sizes[-1] ** 2:,} weights per channel, "
        f"not {weights:,}."
    )
    picture.caption(
        f"{number} layers of {kernel} × {kernel}: {sizes[-1]} pixels",
        f"Each layer adds (k − 1) times the strides before it: {', '.join(map(str, sizes))}."
        + (alike if stride == 1 and number > 1 and kernel > 1 else ""),
    )


def activation_functions() -> None:
    """Activation functions and their derivatives."""
    st.header("Activation functions and their derivatives", anchor=False)
    names = list(FUNCTIONS)
    chosen = st.multiselect(
        "Functions",
        names,
        ["relu", "sigmoid"],
        key="hand.functions",
        bind="query-params",
        format_func=lambda name: FUNCTIONS[name].title,
    )
    if not chosen:
        st.info("Choose at least one function above.")
        return
    x = np.linspace(-6, 6, 241)
    columns = st.columns(2)
    for column, title, of in (
        (columns[0], "f(x)", lambda function: function(x)),
        (columns[1], "f′(x), the derivative", lambda function: function.derivative(x)),
    ):
        with column:
            frame = pd.DataFrame({FUNCTIONS[name].title: of(FUNCTIONS[name]) for name in chosen}, index=x)
            st.line_chart(frame, height=240, x_label="x", y_label=title)
    picture.facts(
        {FUNCTIONS[n].title: f"{FUNCTIONS[n].formula}; f′: {FUNCTIONS[n].derivative_formula}" for n in chosen}
    )
    picture.caption(
        "In training, the gradient is multiplied by f′",
        "Where f′ is 0, nothing is learned: for negative inputs of a ReLU, and far from 0 on a sigmoid.",
    )

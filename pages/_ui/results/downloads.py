"""The buttons under a result: Save offers its files, Python the lines that compute it."""

import re
from collections.abc import Callable

import streamlit as st

import vislib
from pages._ui.results import snippets
from pages._ui.results.look import Look
from pages._ui.shell.context import Context
from vislib.output import export, figures, render
from vislib.output.render import Scale

_MIME = {
    "png": "image/png",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "npz": "application/octet-stream",
    "csv": "text/csv",
    "json": "application/json",
}
_CONTENT = {"png": "Picture", "svg": "Figure", "pdf": "Figure", "npz": "Raw numbers", "csv": "Table", "json": "Table"}


def show(key: str, stem: str, formats: dict[str, Callable[[], bytes]], snippet: str) -> None:
    """Two small buttons, Save and Python.

    Args:
        key: Prefix of the widgets' keys.
        stem: Name of the files without suffix.
        formats: For each suffix a function that makes the file; it is called when the file is downloaded.
        snippet: The Python lines.
    """
    with st.container(horizontal=True, gap="small"):
        with st.popover("Save", icon=":material/download:"):
            for suffix, make in formats.items():
                st.download_button(
                    f"{_CONTENT[suffix]} ({suffix.upper()})",
                    make,
                    f"{stem}.{suffix}",
                    _MIME[suffix],
                    key=f"download {key} {suffix}",
                    on_click="ignore",
                    width="stretch",
                )
        with st.popover("Python", icon=":material/code:", help="Reproduce in Python"):
            st.caption("Reproduce in Python: these lines give exactly these numbers.")
            st.code(snippet, language="python")


def of_heatmap(context: Context, heatmap: vislib.Heatmap, look: Look, scale: Scale) -> None:
    """The files of a heatmap, in the displayed colours, and the lines that compute it."""
    image = context.image

    def figure():
        return figures.figure(heatmap, image, opacity=look.opacity, colormap=look.colormap, scale=scale)

    show(
        f"{context.model_name} {context.image_name} {heatmap.method} {heatmap.layer}",
        file_stem(context.image_name, heatmap.label, heatmap.method),
        {
            "png": lambda: export.png_bytes(render.overlay(image, heatmap, look.opacity, look.colormap, scale=scale)),
            "svg": lambda: export.figure_bytes(figure(), "svg"),
            "pdf": lambda: export.figure_bytes(figure(), "pdf"),
            "npz": lambda: export.npz_bytes(heatmap),
        },
        snippets.heatmap(context, heatmap),
    )


def file_stem(*parts: str) -> str:
    """A file name, without suffix, that every operating system accepts."""
    return "-".join(re.sub(r"[^\w.]+", "_", part.rsplit(".", 1)[0]).strip("_") or "image" for part in parts)[:100]

"""The menu of a result: its files, the lines that compute it, and the picture enlarged."""

import re
from collections.abc import Callable

import streamlit as st
from PIL import Image

import vislib
from pages._ui.results import snippets
from pages._ui.results.look import Look
from pages._ui.shell import site
from pages._ui.shell.context import Context
from pages._ui.widgets.inline_image import show_image
from vislib.language import text, tr
from vislib.output import export, figures
from vislib.output.render import Scale

_MIME = {
    "png": "image/png",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "npz": "application/octet-stream",
    "csv": "text/csv",
    "json": "application/json",
}
_CONTENT = {
    "png": text("Picture (PNG)"),
    "figure.png": text("Figure (PNG)"),
    "svg": text("Figure (SVG)"),
    "pdf": text("Figure (PDF)"),
    "npz": text("Raw numbers (NPZ)"),
    "csv": text("Table (CSV)"),
    "json": text("Table (JSON)"),
}


def show(
    key: str,
    stem: str,
    formats: dict[str, Callable[[], bytes]],
    snippet: str,
    enlarge: Callable[[], Image.Image] | None = None,
    method: str | None = None,
) -> None:
    """A small menu: Save and Python, and where there is a picture to enlarge, Enlarge; then it is an icon alone.

    Args:
        key: Prefix of the widgets' keys.
        stem: Name of the files without suffix.
        formats: For each file ending a function that makes the file; it is called when the file is downloaded.
        snippet: The Python lines.
        enlarge: Makes the picture that fills the screen.
        method: The explanation method whose picture it is, if it is of one.
    """
    with st.popover(
        tr("Save, Python"),
        icon=":material/more_horiz:",
        type="tertiary",
        key=f"{'menu' if enlarge is None else 'icon'} {key}",
        help=tr("Save, Python, enlarge") if enlarge else None,
    ):
        if enlarge is not None and st.button(tr("Enlarge"), icon=":material/zoom_in:", key=f"enlarge {key}"):
            st.dialog(tr("Enlarged"), width="large")(_enlarged)(enlarge(), stem)
        with st.container(horizontal=True, gap="small"):
            for ending, make in formats.items():
                st.download_button(
                    tr(_CONTENT[ending]),
                    make,
                    f"{stem}-{ending}" if ending.startswith("figure.") else f"{stem}.{ending}",
                    _MIME[ending.rsplit(".", 1)[-1]],
                    key=f"download {key} {ending}",
                    on_click="ignore",
                )
        st.caption(tr("Reproduce in Python: these lines give exactly these numbers."))
        st.code(snippet, language="python")
        if about := site.address(method):
            st.link_button(tr("Read about it"), about, icon=":material/menu_book:", type="tertiary")


def _enlarged(picture: Image.Image, name: str) -> None:
    show_image(picture, alt=tr("{name}, enlarged", name=name))


def of_heatmap(context: Context, heatmap: vislib.Heatmap, look: Look, scale: Scale, key: str = "") -> None:
    """The files of a heatmap, in the displayed colours, and the lines that compute it.

    `key` ends the widgets' keys, for a page with several maps of one image by one method.
    """
    image, colormap = context.shown, look.colormap_of(heatmap.signed)

    def figure():
        return figures.figure(heatmap, image, opacity=look.opacity, colormap=colormap, scale=scale, blend=look.blend)

    def drawn() -> Image.Image:
        return export.heatmap_picture(heatmap, image, look.opacity, colormap, look.blend, scale)

    show(
        f"{context.model_name} {context.image_name} {heatmap.method} {heatmap.layer}{key}",
        file_stem(context.image_name, heatmap.label, heatmap.method),
        {
            "png": lambda: export.png_bytes(drawn()),
            "figure.png": lambda: export.figure_bytes(figure(), "png"),
            "svg": lambda: export.figure_bytes(figure(), "svg"),
            "pdf": lambda: export.figure_bytes(figure(), "pdf"),
            "npz": lambda: export.npz_bytes(heatmap),
        },
        snippets.heatmap(context, heatmap),
        drawn,
        heatmap.method,
    )


def file_stem(*parts: str) -> str:
    """A file name, without suffix, that every operating system accepts."""
    return "-".join(re.sub(r"[^\w.]+", "_", part.rsplit(".", 1)[0]).strip("_") or "image" for part in parts)[:100]

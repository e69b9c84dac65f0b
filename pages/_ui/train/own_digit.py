"""The user's own digit on the page Train: the network reads it after each epoch."""

import html
from collections.abc import Sequence

import numpy as np
import streamlit as st
from PIL import Image

from pages._ui.shell import digit_canvas
from pages._ui.widgets.tiles import data_uri
from vislib import training
from vislib.language import probability, tr

_MOST_COLUMNS = 8
_CSS = """
<style>
.v-readings { width: 100%; max-width: 40rem; table-layout: fixed; border-collapse: collapse; font-size: .74rem;
  font-variant-numeric: tabular-nums; }
.v-readings caption { caption-side: top; text-align: left; font-size: .8rem; opacity: .8; padding: .4rem 0; }
.v-readings caption img { height: 40px; vertical-align: middle; margin-right: .6rem; image-rendering: pixelated; }
.v-readings th, .v-readings td { border: 0; padding: 1px 3px; text-align: left; font-weight: 400; }
.v-readings col.v-names { width: 1.5rem; }
.v-readings td span { display: block; position: relative; height: 1.15rem; background: rgba(128,128,128,.16);
  border-radius: 2px; overflow: hidden; }
.v-readings td u { position: absolute; inset: 0 auto 0 0; background: #15aabf; border-radius: 2px; }
.v-readings td b { position: absolute; width: 1px; height: 1px; overflow: hidden; }
</style>
"""


def show(disabled: bool) -> None:
    """The drawing pad, folded, where digits are learned."""
    if st.session_state.get("train.images", "mnist") != "mnist":
        return
    if disabled:
        return  # a stroke would end the training
    with st.expander(tr("Your own digit, read after each epoch"), icon=":material/draw:"):
        digit_canvas.draw_a_digit("train", as_image=False)


def pixels(dataset: training.Dataset) -> np.ndarray | None:
    """The drawn digit as an image (h, w, 1) of the data set; None if there is none, or the data are no digits."""
    digit = digit_canvas.digit()
    if digit is None or dataset.image_shape != (*digit.shape[:2], 1) or dataset.labels != tuple("0123456789"):
        return None
    return digit[..., :1]


def readings(digit: np.ndarray, probabilities: Sequence[np.ndarray], labels: Sequence[str]) -> None:
    """A table: for each class a bar of its probability after each epoch.

    Args:
        digit: (h, w, 1) uint8.
        probabilities: (classes,) after each epoch; the last eight are shown.
        labels: The names of the classes.
    """
    shown = list(enumerate(probabilities, 1))[-_MOST_COLUMNS:]
    head = "".join(
        f"<th scope='col'>{html.escape(tr('epoch {epoch}', epoch=epoch)) if len(shown) < 5 else epoch}</th>"
        for epoch, _ in shown
    )
    rows = "".join(
        f"<tr><th scope='row'>{html.escape(label)}</th>"
        + "".join(
            f"<td title='{probability(float(shares[k]))}'><span><u style='width:{float(shares[k]) * 100:.1f}%'></u>"
            f"<b>{probability(float(shares[k]))}</b></span></td>"
            for _, shares in shown
        )
        + "</tr>"
        for k, label in enumerate(labels)
    )
    last = probabilities[-1]
    said = tr(
        "Your digit after epoch {epoch}: {label}, {share}. Bars: probabilities after each epoch.",
        epoch=len(probabilities),
        label=labels[int(last.argmax())],
        share=probability(float(last.max())),
    )
    source = data_uri(Image.fromarray(np.repeat(digit, 3, axis=2)))
    columns = f"<colgroup><col class='v-names'>{'<col>' * len(shown)}</colgroup>"
    st.html(_CSS)
    st.html(
        f"<table class='v-readings'><caption><img src='{source}' alt='{html.escape(tr('Your digit'), quote=True)}'>"
        f"{html.escape(said)}</caption>"
        f"{columns}<thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )

"""The confusion matrix as a heat map: a table whose cells have the colour of their share of the true class."""

import html
from collections.abc import Sequence

import numpy as np
import streamlit as st

from pages._ui.widgets.shades import shade
from vislib.language import Text, sentences, text, tr

_MOST_WITH_COUNTS = 12
"""With more classes the counts do not fit into the cells at the width of a phone."""
_MOST_LISTED = 3
_CSS = """
<style>
.v-confusion { width: 100%; max-width: 40rem; border-collapse: separate; border-spacing: 1px; table-layout: fixed;
  font-size: .74rem; font-variant-numeric: tabular-nums; }
.v-confusion caption { caption-side: top; text-align: left; font-size: .8rem; opacity: .8; padding: 0 0 .3rem; }
.v-confusion td { height: 1.9rem; padding: 0; text-align: center; border: 0; overflow: hidden; }
.v-confusion th { font-weight: 600; padding: 0 .25rem; border: 0; overflow: hidden; text-overflow: ellipsis; }
.v-confusion th[scope=row] { text-align: right; white-space: nowrap; }
.v-confusion th[scope=col] { text-align: center; vertical-align: bottom; }
.v-confusion.v-long th[scope=col] { writing-mode: vertical-rl; transform: rotate(180deg); text-align: left;
  height: 6rem; padding: .25rem 0; }
.v-confusion col.v-names { width: 1.7rem; }
.v-confusion.v-long col.v-names { width: 5.4rem; }
</style>
"""


def heat_map(counts: np.ndarray, labels: Sequence[str], of: str) -> None:
    """Draws the matrix.

    Args:
        counts: (classes, classes); row: true class, column: predicted class.
        labels: The names of the classes.
        of: The images, such as text("all {n:,} test images", n=10_000).
    """
    st.html(_CSS)
    st.html(table(counts, labels, of))
    words = html.escape(tr(in_words(counts, labels)))
    st.html(f"<p class='v-caption'><b>{html.escape(tr('Confusion matrix'))}</b><br><span>{words}</span></p>")


def table(counts: np.ndarray, labels: Sequence[str], of: str) -> str:
    """The matrix as an HTML table; a cell's colour is the square root of its share of the true class."""
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    with_counts = len(labels) <= _MOST_WITH_COUNTS
    long = any(len(label) > 2 for label in labels)
    head = "".join(
        f"<th scope='col' title='{_escaped(tr('predicted {label}', label=label))}'>{_escaped(label)}</th>"
        for label in labels
    )
    rows = []
    for true, label in enumerate(labels):
        cells = "".join(
            _cell(int(counts[true, predicted]), float(shares[true, predicted]), label, other, with_counts)
            for predicted, other in enumerate(labels)
        )
        title = _escaped(tr("true {label}", label=label))
        rows.append(f"<tr><th scope='row' title='{title}'>{_escaped(label)}</th>{cells}</tr>")
    about = tr("Down: the true class. Across: the predicted class. Counts of {images}.", images=of)
    return (
        f"<table class='v-confusion{' v-long' if long else ''}'>"
        f"<caption>{html.escape(about)}</caption>"
        f"<colgroup><col class='v-names'>{'<col>' * len(labels)}</colgroup>"
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def in_words(counts: np.ndarray, labels: Sequence[str]) -> Text:
    """The most frequent confusions as a sentence, and what the colours mean."""
    wrong = counts * (1 - np.eye(len(labels), dtype=counts.dtype))
    order = np.argsort(-wrong, axis=None, kind="stable")[:_MOST_LISTED]
    named = [
        _counted(labels[true], labels[predicted], int(wrong[true, predicted]))
        for true, predicted in zip(*np.unravel_index(order, wrong.shape), strict=True)
        if wrong[true, predicted]
    ]
    return sentences(
        _most_frequent(named),
        text("Colour: the square root of the share of the true class, from dark (0 %) to yellow (100 %)."),
        text("An empty cell is 0."),
    )


def _most_frequent(named: Sequence[Text]) -> Text:
    """A sentence on up to three confusions."""
    if not named:
        return text("No image is confused with another class.")
    if len(named) == 1:
        return text("Most frequent confusions: {first}.", first=named[0])
    if len(named) == 2:
        return text("Most frequent confusions: {first}; {second}.", first=named[0], second=named[1])
    first, second, third = named
    return text("Most frequent confusions: {first}; {second}; {third}.", first=first, second=second, third=third)


def _counted(true: str, predicted: str, n: int) -> Text:
    return text("true {true}, predicted {predicted}: {n:,}", true=true, predicted=predicted, n=n)


def _cell(count: int, share: float, true: str, predicted: str, with_counts: bool) -> str:
    background, ink = shade(share)
    title = _escaped(tr(_counted(true, predicted, count)))
    shown = f"{count}" if with_counts and count else ""
    return f"<td style='background:{background};color:{ink}' title='{title}'>{shown}</td>"


def _escaped(label: str) -> str:
    return html.escape(label, quote=True)

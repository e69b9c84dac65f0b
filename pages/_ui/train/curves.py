"""Learning curves: loss and accuracy of each batch, their moving mean, and the validation after each epoch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pages._ui.results.charts import percent_axis
from vislib import training
from vislib.language import Text, percent, text, tr

_LARGEST_WINDOW = 20
_MOST_POINTS = 1500
_EACH, _VALIDATION = text("each batch"), text("validation")
_QUANTITIES = {"loss": text("loss"), "accuracy": text("accuracy")}
_COLOURS = {"loss": "#e8590c", "accuracy": "#15aabf"}
_HEIGHT = 270


@dataclass(frozen=True)
class Curves:
    """What the charts of a training show.

    Args:
        losses: Of each batch alone, (n,).
        accuracies: Of each batch alone, (n,), in 0..1.
        history: The finished epochs.
        n_batches: Batches of an epoch.
        n_epochs: The epochs that were planned.
    """

    losses: np.ndarray
    accuracies: np.ndarray
    history: Sequence[training.EpochRecord]
    n_batches: int
    n_epochs: int

    @property
    def window(self) -> int:
        """The batches over which the curves are smoothed: a tenth of the training, at most 20."""
        return max(1, min(_LARGEST_WINDOW, self.n_batches * self.n_epochs // 10))

    @property
    def smoothed(self) -> Text:
        """The name of the smoothed curve."""
        return text("mean of the last {n} batches", n=self.window)

    def points(self, quantity: str) -> pd.DataFrame:
        """The points of one chart: batch (counted through all epochs), value, kind in the language in use."""
        values = self.losses if quantity == "loss" else self.accuracies
        batches = np.arange(1, len(values) + 1)
        thin = slice(None, None, -(-len(values) // _MOST_POINTS) or None)
        of_kinds = [
            (batches[thin], values[thin], _EACH),
            (batches[thin], training.moving_mean(values, self.window)[thin], self.smoothed),
            (
                [record.epoch * self.n_batches for record in self.history],
                [getattr(record, f"validation_{quantity}") for record in self.history],
                _VALIDATION,
            ),
        ]
        tables = [pd.DataFrame({"batch": xs, "value": ys, "kind": tr(kind)}) for xs, ys, kind in of_kinds]
        return pd.concat([table for table in tables if len(table)], ignore_index=True).dropna()


def chart(curves: Curves, quantity: str) -> Any:
    """The chart of the loss or the accuracy over the batches.

    Args:
        curves: With at least one batch.
        quantity: "loss" or "accuracy".
    """
    import altair as alt  # importing it takes half a second, so only this page waits

    each, smoothed, validation = kinds = [tr(kind) for kind in (_EACH, curves.smoothed, _VALIDATION)]
    colour = alt.Color(
        "kind:N",
        title=None,
        scale=alt.Scale(domain=kinds, range=["#909aa3", _COLOURS[quantity], "#9775fa"]),
        legend=alt.Legend(orient="top", columns=2, labelLimit=220, symbolOpacity=1),
    )
    total = curves.n_batches * curves.n_epochs
    base = alt.Chart(curves.points(quantity)).encode(
        alt.X("batch:Q", title=tr("batch"), scale=alt.Scale(domain=[0, max(total, 1)], nice=False)),
        alt.Y(
            "value:Q",
            title=tr("loss (cross-entropy)") if quantity == "loss" else tr("accuracy"),
            scale=alt.Scale(domainMin=0) if quantity == "loss" else alt.Scale(domain=[0, 1]),
            axis=percent_axis() if quantity == "accuracy" else alt.Axis(),
        ),
        colour,
        tooltip=[
            alt.Tooltip("kind:N", title=tr("kind")),
            alt.Tooltip("batch:Q", title=tr("batch")),
            alt.Tooltip("value:Q", title=tr(_QUANTITIES[quantity]), format=".3f"),
        ],
    )
    return alt.layer(
        base.transform_filter(alt.datum.kind == each).mark_line(strokeWidth=1, opacity=0.75),
        base.transform_filter(alt.datum.kind == smoothed).mark_line(strokeWidth=2.5),
        base.transform_filter(alt.datum.kind == validation).mark_point(filled=True, size=90, opacity=1),
    ).properties(height=_HEIGHT)


def comparison(accuracies: Mapping[str, Sequence[float | None]]) -> Any:
    """The validation accuracy after each epoch of several trainings, by their names."""
    import altair as alt

    rows = [
        {"epoch": epoch, "training": name, "validation accuracy": value, "share": percent(value)}
        for name, values in accuracies.items()
        for epoch, value in enumerate(values, 1)
        if value is not None
    ]
    base = alt.Chart(pd.DataFrame(rows, columns=["epoch", "training", "validation accuracy", "share"])).encode(
        alt.X("epoch:Q", title=tr("epoch"), axis=alt.Axis(format="d", tickMinStep=1)),
        alt.Y(
            "validation accuracy:Q",
            title=tr("validation accuracy"),
            scale=alt.Scale(zero=False),
            axis=percent_axis(),
        ),
        alt.Color("training:N", title=None, legend=alt.Legend(orient="top", labelLimit=220)),
        tooltip=[
            alt.Tooltip("training:N", title=tr("training")),
            alt.Tooltip("epoch:Q", title=tr("epoch")),
            alt.Tooltip("share:N", title=tr("validation accuracy")),
        ],
    )
    return alt.layer(base.mark_line(), base.mark_point(filled=True, size=70)).properties(height=_HEIGHT)

"""What is seen while a network trains: progress, curves, kernels, confusion matrix, and the user's own digit."""

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from PIL import Image

from pages._ui.filters.kernel_tiles import sheet
from pages._ui.train import confusion, own_digit
from pages._ui.train.curves import Curves, chart
from pages._ui.widgets.inline_image import png_uri
from pages._ui.widgets.tiles import data_uri
from vislib import training
from vislib.language import Text, listing, percent, text, tr
from vislib.output import export, render

if TYPE_CHECKING:
    from vislib.callbacks.explain import Explained

_SECONDS_BETWEEN_CHARTS = 0.6
"""More often, and a slow browser would draw charts and nothing else."""
_MOST_FRAMES = 40
_MAP_PX = 160


@dataclass(eq=False)
class Film:
    """What is recorded during a training.

    Attributes:
        n_batches: Batches of an epoch; 0 before the first one.
        kernels: When, in words, and the first-layer kernels then.
        readings: For the user's digit the probabilities (classes,) after each epoch.
        digit: That digit, (h, w, c) uint8; None without one.
        maps: When, in words, and the explanations of two test images side by side, (h, w, 3) uint8.
    """

    n_batches: int = 0
    kernels: list[tuple[Text, np.ndarray]] = field(default_factory=list)
    readings: list[np.ndarray] = field(default_factory=list)
    digit: np.ndarray | None = None
    maps: list[tuple[Text, np.ndarray]] = field(default_factory=list)


class Bar:
    """A progress bar."""

    def __init__(self, said: str):
        self._bar = st.progress(0.0, text=tr(said))

    def say(self, share: float, said: str) -> None:
        """Any Streamlit call raises here after the user has stopped the training or left the page."""
        self._bar.progress(share, text=tr(said))


class View(Bar):
    """The live view. It records the film as well.

    Args:
        run: The training.
        film: Is filled during the training.
        digit: The user's digit, (h, w, c) uint8, or None.
    """

    def __init__(self, run: training.TrainingRun, film: Film, digit: np.ndarray | None):
        super().__init__(text("Training…"))
        st.caption(tr("If you leave this page, the training ends; what the network has learned by then is kept."))
        left, right = st.columns([3, 2], gap="large")
        self._loss, self._accuracy = left.empty(), left.empty()
        self._kernels = right.empty()
        self._maps = right.empty()
        self._confusion, self._digit = right.empty(), right.empty()
        self._run, self._film = run, film
        film.digit = digit
        self._last = float("-inf")

    def batch(self, now: training.TrainingProgress) -> None:
        """Called after every batch."""
        done, total = (now.epoch - 1) * now.n_batches + now.batch, now.n_epochs * now.n_batches
        self._film.n_batches = now.n_batches
        if self._run.kernels:
            if not self._film.kernels:
                self._film.kernels.append((text("before training"), self._run.kernels[0]))
            if done % -(-total // _MOST_FRAMES) == 0 or done == total:
                when = text("epoch {epoch}, batch {batch} of {n}", epoch=now.epoch, batch=now.batch, n=now.n_batches)
                self._film.kernels.append((when, self._run.current_kernels()))
        said = text(
            "Epoch {epoch} of {epochs}, batch {batch} of {n}: loss {loss:.3f}, accuracy {accuracy}",
            epoch=now.epoch,
            epochs=now.n_epochs,
            batch=now.batch,
            n=now.n_batches,
            loss=now.loss,
            accuracy=percent(now.accuracy),
        )
        self.say(done / total, said)
        if time.monotonic() - self._last < _SECONDS_BETWEEN_CHARTS and done < total:
            return
        self._curves(now.n_epochs)
        if self._run.kernels:
            # As a data URI: Streamlit could delete a file before a slow browser loads it.
            drawn = png_uri(export.enlarged(kernel_sheet(self._run.current_kernels())))
            said_now = tr("First-layer kernels now")
            self._kernels.image(drawn, width=240, caption=said_now, alt=said_now)
        self._last = time.monotonic()

    def epoch(self, record: training.EpochRecord) -> None:
        """Called after every epoch."""
        film, run = self._film, self._run
        self._curves(run.options.epochs)
        if (evaluation := run.validate()) is not None:
            n = int(evaluation.confusion.sum())
            with self._confusion.container():
                of = text("{n:,} validation images after epoch {epoch}", n=n, epoch=record.epoch)
                confusion.heat_map(evaluation.confusion, run.dataset.labels, of)
        if film.digit is not None:
            film.readings.append(run.probabilities(film.digit[None])[0])
            with self._digit.container():
                own_digit.readings(film.digit, film.readings, run.dataset.labels)

    def explained(self, now: "Explained") -> None:
        """Called with the explanations before the training and after every epoch."""
        answers = listing(
            [text("{image} read as {label}", image=name, label=answer.label) for name, answer in now.answers.items()],
            "plain",
        )
        when = text("before training") if now.epoch == 0 else text("epoch {epoch}", epoch=now.epoch)
        over = [
            np.asarray(render.overlay(now.images[name], maps[0], size=_MAP_PX)) for name, maps in now.heatmaps.items()
        ]
        frames = self._film.maps
        frames.append((text("{when}: {answers}", when=when, answers=answers), np.hstack(over)))
        if len(frames) > _MOST_FRAMES:
            del frames[1::2]
        title = now.heatmaps[next(iter(now.heatmaps))][0].title
        drawn = data_uri(Image.fromarray(frames[-1][1]), 2 * _MAP_PX)
        caption = tr("{method}, {when}", method=title, when=frames[-1][0])
        self._maps.image(drawn, width=2 * _MAP_PX, caption=caption, alt=tr("{method} now", method=title))

    def _curves(self, n_epochs: int) -> None:
        run = self._run
        curves = Curves(run.batch_losses, run.batch_accuracies, run.history, self._film.n_batches, n_epochs)
        self._loss.altair_chart(chart(curves, "loss"))
        self._accuracy.altair_chart(chart(curves, "accuracy"))


def kernel_sheet(kernels: np.ndarray) -> Image.Image:
    """First-layer kernels side by side."""
    return sheet(kernels, False, 64)

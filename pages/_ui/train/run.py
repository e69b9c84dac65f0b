"""A training on the page Train: live curves, Stop, and the stored runs."""

import secrets
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st
from PIL import Image

import vislib
from pages._ui.filters.kernel_tiles import sheet
from pages._ui.results import picture
from pages._ui.server import journal, memory, work
from pages._ui.shell import models
from pages._ui.train.plan import Plan
from pages._ui.widgets.bars import percent
from pages._ui.widgets.text import plain
from pages._ui.widgets.tiles import data_uri
from vislib import training

_KEPT_RUNS = 3
_SHOW_EVERY_BATCHES = 4
_ABOUT = "Trained by you on the page Train; kept for this visit"


@dataclass(frozen=True, eq=False)
class Run:
    """A finished or stopped training, and its evaluation on the test images."""

    plan: Plan
    result: training.TrainingResult
    evaluation: training.Evaluation
    mistakes: tuple[np.ndarray, ...]
    n_images: int
    token: str
    """Unique for each run."""


def finished_runs() -> list[Run]:
    """The runs of this user that the server still stores, the newest last."""
    runs = [models.store().get(("run", token)) for token in _tokens()]
    return [run for run in runs if run is not None]


def _tokens() -> list[str]:
    return st.session_state.setdefault("runs", [])


def train(plan: Plan) -> None:
    """Trains with a progress bar, live curves and Stop; the result is stored as a run, also after Stop."""
    try:
        with st.spinner("Reading the images…"):
            dataset = plan.load()
        run = training.TrainingRun(plan.network, dataset, plan.options, network=plan.network_options)
    except vislib.VislibError as error:
        st.error(plain(str(error)))
        return
    slot = st.empty()
    with slot.container():
        with st.container(horizontal=True, vertical_alignment="center"):
            bar = st.progress(0.0, text="Training…")
            st.button("Stop", key=f"stop {plan.name}", on_click=keep, args=(plan, run), icon=":material/stop_circle:")
        curve, kernels = st.columns([3, 2])
        curve_slot, kernel_slot = curve.empty(), kernels.empty()
    batches: list[tuple[float, float]] = []

    def progress(now: training.TrainingProgress) -> None:
        done = (now.epoch - 1) * now.n_batches + now.batch
        text = f"Epoch {now.epoch} of {now.n_epochs}, batch {now.batch} of {now.n_batches}: loss {now.loss:.3f}"
        bar.progress(done / (now.n_epochs * now.n_batches), text=f"{text}, accuracy {percent(now.accuracy)}")
        batches.append((now.loss, now.accuracy))
        if done % _SHOW_EVERY_BATCHES == 0 or now.batch == now.n_batches:
            values = pd.DataFrame(batches, columns=["loss", "accuracy"])
            curve_slot.line_chart(values, height=260, x_label="batch", color=["#e8590c", "#15aabf"])
            if run.kernels:
                # As a data URI: Streamlit could delete a file before a slow browser loads it.
                sheet = data_uri(kernel_sheet(run.current_kernels()), picture.SIDE)
                kernel_slot.image(sheet, width="stretch", alt="First-layer kernels now")

    def waiting(ahead: int) -> None:
        bar.progress(0.0, text=work.waiting_text("Training", ahead))

    try:
        with (
            work.gate().turn(waiting, work.session()),
            memory.catch_shortage("Training"),
            journal.timed("computed", what=f"training of {plan.network}"),
        ):
            run.start(progress)
    except vislib.VislibError as error:
        slot.error(plain(str(error)))
        return
    keep(plan, run)
    slot.empty()


def use(run: Run) -> None:
    """Chooses the run's network as the model of every page."""
    classifier = run.result.classifier(run.token)
    lines = (
        "import keras\nimport vislib\n\n"
        f"model = keras.models.load_model({run.plan.name + '.keras'!r})  # downloaded from the page Train\n"
        f"classifier = vislib.load_classifier(\n    model, preprocess=vislib.{classifier.preprocess!r},\n"
        f"    labels={list(classifier.labels)!r},\n)\n"
    )
    models.add(run.plan.name, classifier, ("trained", run.token), _ABOUT, lines)
    models.switch_to(run.plan.name)
    st.toast(f"{run.plan.name} is now the model on every page.")


def kernel_sheet(kernels: np.ndarray) -> Image.Image:
    """First-layer kernels side by side."""
    return sheet(kernels, False, 64)


def keep(plan: Plan, run: training.TrainingRun) -> None:
    """Stores a finished or stopped training as a run; the Stop button calls it after the current batch."""
    try:
        result = run.result()
    except vislib.VislibError:
        return
    dataset = run.dataset
    evaluation = training.evaluate(result.model, dataset.test_images, dataset.test_labels)
    mistakes = tuple(dataset.test_images[mistake.index] for mistake in evaluation.mistakes[:40])
    n_images = min(plan.options.n_images or len(dataset.train_images), len(dataset.train_images))
    finished = Run(plan, result, evaluation, mistakes, n_images, f"{plan.name} {secrets.token_hex(8)}")
    models.store().put(("run", finished.token), finished)
    _tokens().append(finished.token)
    del _tokens()[:-_KEPT_RUNS]

"""A training on the page Train: it is watched, stopped or left, and kept as a run in each case."""

import secrets
from dataclasses import dataclass, field

import numpy as np
import streamlit as st

import vislib
from pages._ui.server import journal, memory, work
from pages._ui.shell import models
from pages._ui.train import live, own_digit
from pages._ui.train.live import Film
from pages._ui.train.plan import Plan
from pages._ui.widgets.text import plain
from vislib import training
from vislib.language import text, tr

_KEPT_RUNS = 3
_ABOUT = text("Trained by you on the page Train; for this session")


@dataclass(frozen=True, eq=False)
class Run:
    """A finished or stopped training, and its evaluation on the test images.

    Attributes:
        plan: What was trained, and how.
        result: What came of it.
        evaluation: On the test images.
        mistakes: The images of the first mistakes.
        n_images: Training images.
        film: The kernels and the answers to the user's digit during the training.
        note: How it ended, if the user did not ask for that; else "".
        token: Unique for each run.
    """

    plan: Plan
    result: training.TrainingResult
    evaluation: training.Evaluation
    mistakes: tuple[np.ndarray, ...]
    n_images: int
    film: Film
    note: str
    token: str


@dataclass(eq=False)
class _Open:
    """A training that has begun and is not yet a run; in the session, so that it is kept however its page ends."""

    plan: Plan
    run: training.TrainingRun
    film: Film = field(default_factory=Film)
    stopped: bool = False
    over: bool = False


def finished_runs() -> list[Run]:
    """The runs of this user that the server still stores, the newest last."""
    runs = [models.store().get(("run", token)) for token in _tokens()]
    return [run for run in runs if run is not None]


def _tokens() -> list[str]:
    return st.session_state.setdefault("runs", [])


def is_open() -> bool:
    """Whether a training has begun that is not yet a run."""
    return "training" in st.session_state


def stop() -> None:
    """Stops the training after the batch that it is at."""
    if is_open():
        st.session_state["training"].stopped = True


def train(plan: Plan) -> None:
    """Trains with a live view and Stop, and runs the page again.

    However the training ends, by itself, by Stop, by another page or by an error, it is in the session before its
    first batch, and `settle` makes a run of it.
    """
    st.session_state.pop("train.refused", None)
    try:
        with st.spinner(tr("Reading the images…")):
            dataset = plan.load()
        run = training.TrainingRun(plan.network, dataset, plan.options, network=plan.network_options)
    except vislib.VislibError as error:
        _refuse(error)
    opened = st.session_state["training"] = _Open(plan, run)
    view = live.View(run, opened.film, own_digit.pixels(dataset))

    def waiting(ahead: int) -> None:
        view.say(0.0, work.waiting_text(text("Training"), ahead))

    try:
        with (
            work.gate().turn(waiting, work.session()),
            memory.catch_shortage(text("Training")),
            journal.timed("computed", what=f"training of {plan.network}"),
        ):
            run.start(view.batch, view.epoch, [_explain(run, view)])
            opened.over = True
            _keep(opened, view)
    except vislib.VislibError as error:
        opened.over = True
        _refuse(error)
    st.rerun()


def _explain(run: training.TrainingRun, view: live.View):
    """The callback that explains the first test image of two classes, for its true class, after every epoch."""
    dataset = run.dataset
    firsts = [int(np.argmax(dataset.test_labels == k)) for k in np.unique(dataset.test_labels)[:2]]
    labels = [dataset.labels[dataset.test_labels[at]] for at in firsts]
    return vislib.callbacks.Explain(
        {f"“{label}”": dataset.test_images[at] for label, at in zip(labels, firsts, strict=True)},
        "grad-cam" if run.has_convolution else "saliency",
        class_index=labels,
        after=view.explained,
        preprocess="0..1",
        labels=dataset.labels,
    )


def settle() -> None:
    """Makes a run of a training that Stop, another page or an error ended, with a progress bar."""
    opened: _Open | None = st.session_state.get("training")
    if opened is None:
        return
    if opened.film.n_batches == 0:  # left before its first batch
        del st.session_state["training"]
        return
    view = live.Bar(text("Evaluating the test images…"))

    def waiting(ahead: int) -> None:
        view.say(0.0, work.waiting_text(text("Evaluating the test images"), ahead))

    try:
        with work.gate().turn(waiting, work.session()), memory.catch_shortage(text("The evaluation")):
            _keep(opened, view)
    except vislib.VislibError as error:
        del st.session_state["training"]
        st.session_state.setdefault("train.refused", _message(error))
    st.rerun()


def show_refused() -> None:
    """Why the last training ended, if an error ended it."""
    if refused := st.session_state.get("train.refused"):
        st.error(plain(tr(refused)))


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
    st.toast(tr("{model} is now the model on every page.", model=run.plan.name))


def _refuse(error: Exception) -> None:
    """Shows an error from the next run of the page on, in which its widgets can be used again."""
    st.session_state["train.refused"] = _message(error)
    st.rerun()


def _message(error: Exception) -> str:
    """Its message, which can be translated when it is shown."""
    return error.args[0] if len(error.args) == 1 else str(error)


def _keep(opened: _Open, bar: live.Bar) -> None:
    """Evaluates a training on the test images and stores it as a run."""
    plan, dataset, result = opened.plan, opened.run.dataset, opened.run.result()
    n = len(dataset.test_labels)

    def progress(done: int, total: int, partial: np.ndarray | None = None, /) -> None:
        bar.say(done / total, text("Evaluating the test images: {done:,} of {n:,}", done=done, n=total))

    bar.say(0.0, text("Evaluating the {n:,} test images…", n=n))
    evaluation = training.evaluate(result.model, dataset.test_images, dataset.test_labels, progress)
    mistakes = tuple(dataset.test_images[mistake.index] for mistake in evaluation.mistakes[:40])
    n_images = min(plan.options.n_images or len(dataset.train_images), len(dataset.train_images))
    left = not opened.stopped and not opened.over
    note = (
        text("You left the page, which ended the training. What the network had learned by then is kept.")
        if left
        else ""
    )
    token = f"{plan.name} {secrets.token_hex(8)}"
    models.store().put(("run", token), Run(plan, result, evaluation, mistakes, n_images, opened.film, note, token))
    _tokens().append(token)
    del _tokens()[:-_KEPT_RUNS]
    del st.session_state["training"]

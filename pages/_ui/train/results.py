"""The results of a training: curves, kernels, confusion matrix, mistakes."""

import html
import io
import tempfile
from pathlib import Path

import numpy as np
import streamlit as st
from PIL import Image

import vislib
from pages._ui.results import picture
from pages._ui.server import work
from pages._ui.shell import address
from pages._ui.shell.images import add_image
from pages._ui.train import confusion, own_digit
from pages._ui.train.curves import Curves, chart, comparison
from pages._ui.train.live import kernel_sheet
from pages._ui.train.run import Run, use
from pages._ui.widgets.film_strip import film_strip
from pages._ui.widgets.inline_image import show_image
from pages._ui.widgets.tiles import Group, Tile, data_uri, tiles
from vislib import training
from vislib.language import Text, percent, probability, sentences, text, tr
from vislib.output import export
from vislib.training.card import card_lines
from vislib.zoo.trained_here import card


def show_runs(runs: list[Run]) -> None:
    """The newest run: curves, confusion matrix, kernels over time, mistakes; and how it compares with earlier runs."""
    newest = runs[-1]
    result = newest.result
    st.header(tr("Test accuracy {share}", share=percent(newest.evaluation.accuracy)), anchor=False)
    if newest.note:
        st.info(tr(newest.note))
    st.html(f"<p class='v-caption'>{html.escape(tr(ended(newest)))}</p>")
    picture.facts(
        {
            tr("Network"): newest.plan.name,
            tr("Parameters"): f"{result.model.count_params():,}",
            tr("Images"): tr("{n:,} of {data}", n=newest.n_images, data=newest.plan.dataset),
        }
    )
    with st.container(horizontal=True):
        st.button(tr("Use it on every page"), type="primary", on_click=use, args=(newest,), key="use")
        st.download_button(
            tr("Download (.keras)"),
            lambda: _keras_file(result.model),
            f"{newest.plan.name}.keras",
            "application/octet-stream",
            on_click="ignore",
            key="download run",
        )
    left, right = st.columns(2, gap="large")
    with left:
        _curves(newest)
    with right:
        of = text("all {n:,} test images", n=int(newest.evaluation.confusion.sum()))
        confusion.heat_map(newest.evaluation.confusion, result.labels, of)
    _films(newest)
    if len(runs) > 1:
        _compared(runs)
    _mistakes(newest)


def ended(run: Run) -> Text:
    """How a training ended, as a sentence: "Finished: 2 of 2 epochs, 18 s"."""
    result = run.result
    counted = {"n": len(result.history), "epochs": run.plan.options.epochs, "seconds": result.seconds}
    if result.ended == "finished":
        return text("Finished: {n} of {epochs} epochs, {seconds:.0f} s", **counted)
    if result.ended == "stopped early":
        return text(
            "Stopped early, because no epoch was better, after {n} of {epochs} epochs, {seconds:.0f} s", **counted
        )
    return text("Stopped after {n} of {epochs} epochs, {seconds:.0f} s", **counted)


def show_shipped() -> None:
    """Shown before the first run: the digit network of vislib, and how it was trained."""
    st.header(tr("The digit network that comes with vislib"), anchor=False)
    classifier = work.stored(("digits", "classifier"), lambda: vislib.load_classifier("digits"))
    layer = vislib.filter_layers(classifier)[0]
    sheet = export.enlarged(kernel_sheet(vislib.filters(classifier, layer)))
    show_image(sheet, width=420, alt=tr("Its first-layer kernels"))
    picture.caption(
        tr("Its first kernels"),
        tr("3 × 3, red positive, blue negative. Start a training to see the kernels of your network change."),
    )
    with st.expander(tr("How it was trained and how good it is"), expanded=True):
        about = card("digits")
        st.markdown("\n".join(tr(line) for line in card_lines(about)))
        counts, labels = _matrix(about)
        confusion.heat_map(counts, labels, text("{n:,} test images", n=int(counts.sum())))


def _matrix(about: str) -> tuple[np.ndarray, list[str]]:
    """The confusion matrix of a model card, and the names of its classes."""
    rows = [line.strip("|").split("|") for line in about.splitlines() if line.startswith("| **")]
    counts = np.array([[int(count) for count in row[1:]] for row in rows])
    return counts, [row[0].strip(" *") for row in rows]


def _curves(run: Run) -> None:
    result = run.result
    curves = Curves(
        result.batch_losses, result.batch_accuracies, result.history, run.film.n_batches, run.plan.options.epochs
    )
    for quantity in ("loss", "accuracy"):
        st.altair_chart(chart(curves, quantity))
    said = sentences(
        text(
            "Thin: each batch alone, before the network learned from it. Thick: {smoothed}.", smoothed=curves.smoothed
        ),
        text("Points: the validation images after each epoch.") if result.history else text("No epoch was finished."),
    )
    picture.caption(tr("Loss and accuracy during the training"), tr(said))


def _films(run: Run) -> None:
    """What changed from step to step: the kernels, the explanations, and the user's digit."""
    if not (run.film.kernels or run.film.maps or run.film.readings):
        return
    left, right = st.columns(2, gap="large")
    if run.film.kernels:
        with left:
            st.header(tr("First-layer kernels during the training"), anchor=False)
            frames = [(tr(when), kernel_sheet(kernels)) for when, kernels in run.film.kernels]
            film_strip(frames, f"film {run.token}", tr("First-layer kernels"))
            st.caption(tr("Red positive, blue negative. Each kernel has its own scale."))
    if run.film.maps:
        with right:
            _maps(run)
    if run.film.readings and run.film.digit is not None:
        with right:
            st.header(tr("Your digit during the training"), anchor=False)
            own_digit.readings(run.film.digit, run.film.readings, run.result.labels)


def _maps(run: Run) -> None:
    st.header(tr("What the explanation becomes"), anchor=False)
    frames = [(tr(when), Image.fromarray(pixels)) for when, pixels in run.film.maps]
    film_strip(frames, f"maps {run.token}", tr("Explanations during the training"))
    st.caption(
        tr(
            "Two test images, explained for their true class before the training and after every epoch. Each map has "
            "its own colours. The same in your own training: `vislib.callbacks.Explain`."
        )
    )


def _compared(runs: list[Run]) -> None:
    validated = {
        run.plan.name: [record.validation_accuracy for record in run.result.history]
        for run in runs
        if run.result.history
    }
    if validated:
        st.header(tr("Your trainings compared"), anchor=False)
        st.altair_chart(comparison(validated))


def _mistakes(run: Run) -> None:
    if not run.evaluation.mistakes:
        st.header(tr("No mistake on the test images"), anchor=False)
        return
    st.header(tr("{n:,} mistakes, the most confident first", n=len(run.evaluation.mistakes)), anchor=False)
    labels, shown = run.result.labels, run.evaluation.mistakes[: len(run.mistakes)]
    pictures = [
        Tile(
            str(k),
            data_uri(_rgb(run.mistakes[k])),
            tr("predicted {predicted}, true {true}", predicted=labels[m.predicted], true=labels[m.true]),
            tr(
                "Predicted {predicted} with {share}, true {true}. Click to explain.",
                predicted=labels[m.predicted],
                share=probability(m.probability),
                true=labels[m.true],
            ),
        )
        for k, m in enumerate(shown)
    ]

    def explain(tile: str) -> None:
        use(run)
        add_image(f"mistake {shown[int(tile)].index}.png", export.png_bytes(_rgb(run.mistakes[int(tile)])))
        st.session_state["explain_mistake"] = True

    tiles([Group("", "", pictures)], key="mistakes", layout="large", on_click=explain)
    if st.session_state.pop("explain_mistake", False):
        address.open_page("pages/saliency.py")


def _rgb(image: np.ndarray) -> Image.Image:
    return Image.fromarray(np.repeat(image, 3, axis=2) if image.shape[2] == 1 else image)


def _keras_file(model) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return io.BytesIO(training.save_model(model, Path(folder) / "network.keras").read_bytes()).getvalue()

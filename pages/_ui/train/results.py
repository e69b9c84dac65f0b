"""The results of a training: curves, kernels, confusion matrix, mistakes."""

import io
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import streamlit as st
from PIL import Image

import vislib
from pages._ui.results import picture
from pages._ui.server import work
from pages._ui.shell.images import add_image
from pages._ui.train.run import Run, kernel_sheet, use
from pages._ui.widgets.bars import percent
from pages._ui.widgets.inline_image import show_image
from pages._ui.widgets.tiles import Group, Tile, data_uri, tiles
from vislib import training
from vislib.output import export
from vislib.zoo.trained_here import card


def show_runs(runs: list[Run]) -> None:
    """The newest run: curves (with those of earlier runs), kernels over time, confusion matrix, mistakes."""
    newest = runs[-1]
    result, options = newest.result, newest.plan.options
    ended = "stopped" if result.ended == "cancelled" else result.ended
    st.header(f"{percent(newest.evaluation.accuracy)} of the test images classified correctly", anchor=False)
    picture.facts(
        {
            "Network": newest.plan.name,
            "Parameters": f"{result.model.count_params():,}",
            "Ended": f"{ended} after {len(result.history)} of {options.epochs} epochs, {result.seconds:.0f} s",
            "Images": f"{newest.n_images:,} of {newest.plan.dataset}",
        }
    )
    with st.container(horizontal=True):
        st.button("Use it on every page", type="primary", on_click=use, args=(newest,), key="use")
        st.download_button(
            "Download (.keras)",
            lambda: _keras_file(result.model),
            f"{newest.plan.name}.keras",
            "application/octet-stream",
            on_click="ignore",
            key="download run",
        )
    left, right = st.columns(2)
    with left:
        _curves(runs)
    with right:
        _confusion(newest)
    if result.kernels:
        _kernels_over_time(newest)
    _mistakes(newest)


def show_shipped() -> None:
    """Shown before the first run: the digit network of vislib, and how it was trained."""
    st.header("The digit network that comes with vislib", anchor=False)
    classifier = work.stored(("digits", "classifier"), lambda: vislib.load_classifier("digits"))
    layer = vislib.filter_layers(classifier)[0]
    show_image(kernel_sheet(vislib.filters(classifier, layer)), width=420, alt="Its first-layer kernels")
    picture.caption(
        "Its first kernels",
        "3 × 3, red positive, blue negative. Start a training to see the kernels of your network change.",
    )
    with st.expander("How it was trained and how good it is", expanded=True):
        st.markdown(card("digits").split("\n", 1)[1])


def _curves(runs: list[Run]) -> None:
    rows: list[tuple[int, str, float | None]] = []
    for run in runs:
        for record in run.result.history:
            rows.append((record.epoch, f"{run.plan.name}, training", record.accuracy))
            rows.append((record.epoch, f"{run.plan.name}, validation", record.validation_accuracy))
    if not rows:
        st.info(
            "The training stopped in the first epoch, so there is no curve. The weights are those after the last batch."
        )
        return
    table = pd.DataFrame(rows, columns=["epoch", "run", "accuracy"]).pivot(
        index="epoch", columns="run", values="accuracy"
    )
    st.line_chart(table, height=340, x_label="epoch", y_label="accuracy")
    picture.caption(
        "Accuracy after each epoch", "Of this run and the previous ones, on training and on validation images."
    )


def _confusion(run: Run) -> None:
    counts = run.evaluation.confusion
    table = pd.DataFrame(counts, index=run.result.labels, columns=run.result.labels)
    narrow = {label: st.column_config.NumberColumn(width=46) for label in run.result.labels}
    st.dataframe(table, height="content", column_config=narrow)
    picture.caption("Confusion matrix", "Rows: the true class; columns: the predicted class. All test images.")


def _kernels_over_time(run: Run) -> None:
    st.header("First-layer kernels during the training", anchor=False)
    steps = run.result.kernels[:1] + run.result.kernels[1:][-3:]
    names = ["before training", *(f"epoch {len(run.result.kernels) - len(steps) + k}" for k in range(1, len(steps)))]
    for column, kernels, name in zip(st.columns(max(len(steps), 4)), steps, names, strict=False):
        with column:
            show_image(kernel_sheet(kernels), width="stretch", alt=f"First-layer kernels, {name}")
            picture.caption(name, "")


def _mistakes(run: Run) -> None:
    if not run.evaluation.mistakes:
        st.header("No mistake on the test images", anchor=False)
        return
    st.header(f"{len(run.evaluation.mistakes):,} mistakes, the most confident first", anchor=False)
    labels, shown = run.result.labels, run.evaluation.mistakes[: len(run.mistakes)]
    pictures = [
        Tile(
            str(k),
            data_uri(_rgb(run.mistakes[k])),
            f"{labels[m.predicted]}, is {labels[m.true]}",
            f"Predicted as {labels[m.predicted]} with {percent(m.probability)}, is {labels[m.true]}. Click to explain.",
        )
        for k, m in enumerate(shown)
    ]

    def explain(tile: str) -> None:
        use(run)
        add_image(f"mistake {shown[int(tile)].index}.png", export.png_bytes(_rgb(run.mistakes[int(tile)])))
        st.session_state["explain_mistake"] = True

    tiles([Group("", "", pictures)], key="mistakes", on_click=explain)
    if st.session_state.pop("explain_mistake", False):
        st.switch_page("pages/saliency.py")


def _rgb(image: np.ndarray) -> Image.Image:
    return Image.fromarray(np.repeat(image, 3, axis=2) if image.shape[2] == 1 else image)


def _keras_file(model) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return io.BytesIO(training.save_model(model, Path(folder) / "network.keras").read_bytes()).getvalue()

"""The page Train: choices, the run with its moving curves, and what came of it."""

import io
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import streamlit as st
from PIL import Image

import vislib
from pages._ui import picture, style, work
from pages._ui.context import own_models, percent, take_image
from pages._ui.tiles import Group, Tile, data_uri, tiles
from vislib import export, training
from vislib.training.networks import BATCH_NORMS
from vislib.training.options import OPTIMIZERS, SCHEDULES
from vislib.zoo.trained_here import card

_KEPT_RUNS = 3
_SHOW_EVERY_BATCHES = 4


@dataclass(frozen=True)
class Plan:
    """What to train, on what, how."""

    name: str
    dataset: str
    network: str
    network_options: training.NetworkOptions
    options: training.TrainingOptions


@dataclass(frozen=True, eq=False)
class Run:
    """A training that has ended, and how good it is on the test images."""

    plan: Plan
    result: training.TrainingResult
    evaluation: training.Evaluation
    mistakes: tuple[np.ndarray, ...]


def finished_runs() -> list[Run]:
    """This person's runs, the newest last."""
    return st.session_state.setdefault("runs", [])


def plan_controls() -> Plan | None:
    """The choices; a plan when Start has just been clicked."""
    known = training.DATASETS
    dataset = st.selectbox("Images", list(known), format_func=lambda name: known[name].title, key="train.images")
    fitting = [name for name, recipe in training.NETWORKS.items() if recipe.dataset == dataset]
    network = st.selectbox(
        "Network", fitting, format_func=lambda name: training.NETWORKS[name].title, key="train.network"
    )
    epochs = int(st.number_input("Epochs", 1, 100, 2, key="train.epochs"))
    n_images = int(
        st.number_input("Training images", 500, 60000, 5000, 500, key="train.n", help="Drawn at random from the set.")
    )
    with st.expander("More choices"):
        dropout = st.selectbox("Dropout", ("as in the text", "on", "off"), key="train.dropout")
        norm = st.selectbox("Batch normalization", ("as in the text", *BATCH_NORMS), key="train.norm")
        optimizer = st.selectbox("Optimiser", OPTIMIZERS, key="train.optimizer")
        rate = st.select_slider("Learning rate", (1e-5, 1e-4, 5e-4, 1e-3, 3e-3, 1e-2, 1e-1, 1.0, 10.0), 1e-3,
                                format_func=lambda r: f"{r:g}", key="train.rate")  # fmt: skip
        schedule = st.selectbox("Schedule", SCHEDULES, key="train.schedule", help="Cosine lowers the rate to 0.")
        patience = int(st.number_input("Patience (epochs)", 0, 100, 0, key="train.patience",
                                       help="Stops after so many epochs without a better one; 0: never."))  # fmt: skip
        batch = st.select_slider("Batch size", (16, 32, 64, 128, 256), 64, key="train.batch")
        flip = st.toggle("Mirror at random", key="train.flip")
        shift = int(st.number_input("Shift at random (px)", 0, 8, 0, key="train.shift"))
        seed = int(st.number_input("Seed", 0, 2**31 - 1, 0, key="train.seed"))
    if not st.button("Start training", type="primary", icon=":material/play_arrow:", width="stretch"):
        return None
    number = st.session_state["trained"] = st.session_state.get("trained", 0) + 1
    return Plan(
        f"my {network} {number}",
        dataset,
        network,
        training.NetworkOptions({"on": True, "off": False}.get(dropout), None if norm not in BATCH_NORMS else norm, seed),
        training.TrainingOptions(epochs=epochs, batch_size=batch, optimizer=optimizer, learning_rate=rate,
                                 schedule=schedule, patience=patience or None, flip=flip, shift_px=shift, n_images=n_images, seed=seed),
    )  # fmt: skip


def train(plan: Plan) -> None:
    """Trains with a bar, moving curves and Stop; what came of it, also when stopped, is kept as a run."""
    try:
        with st.spinner("Reading the images…"):
            dataset = _dataset(plan.dataset)
        run = training.TrainingRun(plan.network, dataset, plan.options, network=plan.network_options)
    except vislib.VislibError as error:
        st.error(style.plain(str(error)))
        return
    slot = st.empty()
    with slot.container():
        with st.container(horizontal=True, vertical_alignment="center"):
            bar = st.progress(0.0, text="Training…")
            st.button("Stop", key=f"stop {plan.name}", on_click=_keep, args=(plan, run), icon=":material/stop_circle:")
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
                # Inside the page: a file of its own could be gone before a slow browser asks for it.
                sheet = data_uri(_kernel_sheet(run.current_kernels()), picture.SIDE)
                kernel_slot.image(sheet, width="stretch", alt="First-layer kernels now")

    while not work.gate().acquire(timeout=0.25):
        bar.progress(0.0, text="Waiting for another computation to finish…")
    try:
        run.start(progress)
    except vislib.VislibError as error:
        slot.error(style.plain(str(error)))
        return
    finally:
        work.gate().release()
    _keep(plan, run)
    slot.empty()


def show_runs(runs: list[Run]) -> None:
    """The newest run: curves (beside earlier ones), kernels as they changed, confusion matrix, mistakes."""
    newest = runs[-1]
    result, options = newest.result, newest.plan.options
    ended = "stopped" if result.ended == "cancelled" else result.ended
    st.subheader(f"{percent(newest.evaluation.accuracy)} of the test images told right", anchor=False)
    picture.facts(
        {
            "Network": newest.plan.name,
            "Parameters": f"{result.model.count_params():,}",
            "Ended": f"{ended} after {len(result.history)} of {options.epochs} epochs, {result.seconds:.0f} s",
            "Images": f"{options.n_images or 0:,} of {newest.plan.dataset}",
        }
    )
    with st.container(horizontal=True):
        st.button("Use it on every page", type="primary", on_click=_use, args=(newest,), key="use")
        st.download_button("Download (.keras)", lambda: _keras_file(result.model), f"{newest.plan.name}.keras",
                           "application/octet-stream", on_click="ignore", key="download run")  # fmt: skip
    left, right = st.columns(2)
    with left:
        _curves(runs)
    with right:
        _confusion(newest)
    if result.kernels:
        _kernels_over_time(newest)
    _mistakes(newest)


def show_shipped() -> None:
    """What there is before the first run: the digit network that comes with vislib, and how it was trained."""
    st.subheader("The digit network that comes with vislib", anchor=False)
    classifier = work.stored(("digits", "classifier"), lambda: vislib.load_classifier("digits"))
    layer = vislib.filter_layers(classifier)[0]
    st.image(_kernel_sheet(vislib.filters(classifier, layer)), width=420, alt="Its first-layer kernels")
    picture.caption("Its first kernels", "3 × 3, red positive, blue negative. Start a training to see your own grow.")
    with st.expander("How it was trained and how good it is", expanded=True):
        st.markdown(card("digits").split("\n", 1)[1])


def _keep(plan: Plan, run: training.TrainingRun) -> None:
    """Makes a finished or stopped training a run; Stop calls it once the training has left its batch."""
    try:
        result = run.result()
    except vislib.VislibError:
        return
    dataset = run.dataset
    evaluation = training.evaluate(result.model, dataset.test_images, dataset.test_labels)
    mistakes = tuple(dataset.test_images[mistake.index] for mistake in evaluation.mistakes[:40])
    runs = finished_runs()
    runs.append(Run(plan, result, evaluation, mistakes))
    del runs[:-_KEPT_RUNS]


def _use(run: Run) -> None:
    models = own_models()
    models[run.plan.name] = run.result.classifier(f"{run.plan.name} {id(run.result)}")
    while len(models) > _KEPT_RUNS:
        models.pop(next(iter(models)))
    st.session_state["model"] = run.plan.name
    st.session_state["class"] = "Top prediction"
    st.toast(f"{run.plan.name} is now the model on every page.")


@st.cache_resource(max_entries=2, show_spinner=False)
def _dataset(name: str) -> training.Dataset:
    return training.load_dataset(name)


def _curves(runs: list[Run]) -> None:
    rows: list[tuple[int, str, float | None]] = []
    for run in runs:
        for record in run.result.history:
            rows.append((record.epoch, f"{run.plan.name}, training", record.accuracy))
            rows.append((record.epoch, f"{run.plan.name}, validation", record.validation_accuracy))
    if not rows:
        st.info("Stopped within the first epoch, so there is no curve; the weights are those of the last batch.")
        return
    table = pd.DataFrame(rows, columns=["epoch", "run", "accuracy"]).pivot(
        index="epoch", columns="run", values="accuracy"
    )
    st.line_chart(table, height=340, x_label="epoch", y_label="accuracy")
    picture.caption(
        "Accuracy after each epoch", "Of this run and the ones before it, on training and on validation images."
    )


def _confusion(run: Run) -> None:
    counts = run.evaluation.confusion
    table = pd.DataFrame(counts, index=run.result.labels, columns=run.result.labels)
    narrow = {label: st.column_config.NumberColumn(width=46) for label in run.result.labels}
    st.dataframe(table, height="content", column_config=narrow)
    picture.caption("Confusion matrix", "Rows: the true class; columns: what the network says. All test images.")


def _kernels_over_time(run: Run) -> None:
    st.subheader("First-layer kernels as they learned", anchor=False)
    steps = run.result.kernels[:1] + run.result.kernels[1:][-3:]
    names = ["before training", *(f"epoch {len(run.result.kernels) - len(steps) + k}" for k in range(1, len(steps)))]
    for column, kernels, name in zip(st.columns(max(len(steps), 4)), steps, names, strict=False):
        with column:
            st.image(_kernel_sheet(kernels), width="stretch", alt=f"First-layer kernels, {name}")
            picture.caption(name, "")


def _mistakes(run: Run) -> None:
    st.subheader(f"{len(run.evaluation.mistakes):,} mistakes, the most confident first", anchor=False)
    labels, shown = run.result.labels, run.evaluation.mistakes[: len(run.mistakes)]
    pictures = [
        Tile(str(k), data_uri(_rgb(run.mistakes[k])), f"{labels[m.predicted]}, is {labels[m.true]}",
             f"Taken for {labels[m.predicted]} with {percent(m.probability)}, is {labels[m.true]}. Click to explain.")
        for k, m in enumerate(shown)
    ]  # fmt: skip

    def explain(tile: str) -> None:
        _use(run)
        take_image(f"mistake {shown[int(tile)].index}.png", export.png_bytes(_rgb(run.mistakes[int(tile)])))
        st.session_state["explain_mistake"] = True

    tiles([Group("", "", pictures)], key="mistakes", on_click=explain)
    if st.session_state.pop("explain_mistake", False):
        st.switch_page("pages/saliency.py")


def _rgb(image: np.ndarray) -> Image.Image:
    return Image.fromarray(np.repeat(image, 3, axis=2) if image.shape[2] == 1 else image)


def _kernel_sheet(kernels: np.ndarray) -> Image.Image:
    from pages._ui.filter_tiles import sheet

    return sheet(kernels, False, 64)


def _keras_file(model) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return io.BytesIO(training.save_model(model, Path(folder) / "network.keras").read_bytes()).getvalue()

"""The choices of the page Train: network, images and options."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from pages._ui.shell import style
from pages._ui.widgets.text import plain
from vislib import training
from vislib.images.archives import zip_folder
from vislib.language import sentences, text, tr
from vislib.training.networks import BATCH_NORMS
from vislib.training.options import OPTIMIZERS, SCHEDULES

_OWN = "own"
_KEPT_WHILE_DISABLED = ("train.images", "train.network", "train.epochs", "train.n", "train.side")
_OPTIONS = ("dropout", "norm", "optimizer", "rate", "schedule", "patience", "batch", "flip", "shift", "seed")
_CHOICES = (*_KEPT_WHILE_DISABLED, *(f"train.{name}" for name in _OPTIONS))
_KEPT = "choices of Train"
_CHANGED = "number of Train that was not possible"
_PUBLISHED, _ON, _OFF = text("as published"), text("on"), text("off")
_NORMS = {"none": text("none"), "before": text("before"), "after": text("after")}
_SCHEDULES = {"constant": text("constant"), "cosine": text("cosine")}


@dataclass(frozen=True)
class OwnImages:
    """An uploaded zip of class folders, and the side in pixels to which its images are resized."""

    name: str
    content: bytes
    side: int


@dataclass(frozen=True)
class Plan:
    """A training: network, images and options."""

    name: str
    dataset: str
    network: str
    network_options: training.NetworkOptions
    options: training.TrainingOptions
    own_images: "OwnImages | None" = None

    def load(self) -> training.Dataset:
        """The images.

        Raises:
            VislibError: If they are missing, damaged or of another kind.
        """
        if self.own_images is None:
            return _known(self.dataset)
        folder = zip_folder(self.own_images.content, self.own_images.name)
        side = self.own_images.side
        return training.load_image_folder(folder, (side, side), seed=self.options.seed)


def plan_controls(stop: Callable[[], None]) -> Plan | None:
    """A row of widgets for the choices; the plan in the run after Start was clicked, otherwise None.

    In that run the widgets are disabled, because a change would end the training, and Start is Stop.

    Args:
        stop: Ends the training.
    """
    # Streamlit forgets the widgets of a page that is left.
    for key, value in st.session_state.get(_KEPT, {}).items():
        st.session_state.setdefault(key, value)
    starting = bool(st.session_state.pop("train.start", False))
    known = {name: dataset.short for name, dataset in training.DATASETS.items()} | {_OWN: text("Your own pictures")}
    row = style.settings_row()
    with row:
        dataset: str = st.selectbox(
            tr("Images"),
            list(known),
            format_func=lambda name: tr(known[name]),
            key="train.images",
            width=190,
            disabled=starting,
        )
    own_images = _own_images(starting) if dataset == _OWN else None
    with row:
        network, epochs, n_images = _network_controls(dataset, starting)
        with st.popover(tr("More choices"), icon=":material/tune:", disabled=starting):
            network_options, options = _more(epochs, n_images)
        waiting = dataset == _OWN and own_images is None
        training_starts = starting and not waiting
        st.button(  # one button for both, so that it keeps the keyboard's focus
            tr("Stop") if training_starts else tr("Start training"),
            type="primary",
            icon=":material/stop_circle:" if training_starts else ":material/play_arrow:",
            key="train.go",
            on_click=stop if training_starts else _start,
            disabled=waiting,
        )
    st.session_state[_KEPT] = {key: st.session_state[key] for key in _CHOICES if key in st.session_state}
    if changed := st.session_state.pop(_CHANGED, None):
        st.caption(tr(changed))
    _show_missing(dataset)
    if not training_starts:
        return None
    number = st.session_state["trained"] = st.session_state.get("trained", 0) + 1
    source = own_images.name if own_images else dataset
    return Plan(f"my {network} {number}", source, network, network_options, options, own_images)


def _network_controls(dataset: str, starting: bool) -> tuple[str, int, int]:
    """The network for these images, the epochs, and the number of training images."""
    fitting = [
        name
        for name, recipe in training.NETWORKS.items()
        if recipe.dataset == dataset or (dataset == _OWN and recipe.input_shape[2] == 3)
    ]
    network = st.selectbox(
        tr("Network"),
        fitting,
        format_func=lambda name: tr(training.NETWORKS[name].title),
        key="train.network",
        width=230,
        disabled=starting,
    )
    epochs = _number(tr("Epochs"), 1, 100, 2, 1, "train.epochs", 110, starting)
    drawn = tr("Drawn at random from the set.")
    return network, epochs, _number(tr("Training images"), 500, 60000, 5000, 500, "train.n", 150, starting, drawn)


def _number(
    label: str,
    least: int,
    most: int,
    usual: int,
    step: int,
    key: str,
    width: int,
    disabled: bool,
    about: str | None = None,
) -> int:
    """A field for a number. One that is not possible becomes the nearest possible one, and the page says so.

    Streamlit's own limits leave such a number in the field and use another.
    """

    def keep_within() -> None:
        given = st.session_state[key]
        if not least <= given <= most:
            st.session_state[key] = used = min(max(given, least), most)
            st.session_state[_CHANGED] = text(
                "{name}: {given:,} is not possible. It is from {least:,} to {most:,}; {used:,} is used.",
                name=label,
                given=given,
                least=least,
                most=most,
                used=used,
            )

    return int(
        st.number_input(
            label, None, None, usual, step, key=key, help=about, width=width, disabled=disabled, on_change=keep_within
        )
    )


def _show_missing(dataset: str) -> None:
    """If the files of a set are not there, says so."""
    if dataset != _OWN and (missing := training.why_missing(dataset)):
        hint = text("A zip of your own pictures works at once: choose “Your own pictures” under Images.")
        st.info(plain(tr(sentences(missing, hint))))


def is_starting() -> bool:
    """Whether this run of the page trains."""
    return bool(st.session_state.get("train.start"))


def _start() -> None:
    st.session_state["train.start"] = True
    # Streamlit discards what the browser sends for a widget that is disabled then, such as a number typed just before.
    for key in _KEPT_WHILE_DISABLED:
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]


def _more(epochs: int, n_images: int) -> tuple[training.NetworkOptions, training.TrainingOptions]:
    """The further choices."""
    dropout = st.selectbox(tr("Dropout"), (_PUBLISHED, _ON, _OFF), key="train.dropout", format_func=tr)
    norm = st.selectbox(
        tr("Batch normalization"),
        (_PUBLISHED, *BATCH_NORMS),
        key="train.norm",
        format_func=lambda name: tr(_NORMS.get(name, name)),
    )
    optimizer = st.selectbox(tr("Optimiser"), OPTIMIZERS, key="train.optimizer")
    rate = st.select_slider(
        tr("Learning rate"),
        (1e-5, 1e-4, 5e-4, 1e-3, 3e-3, 1e-2, 1e-1, 1.0, 10.0),
        1e-3,
        format_func=lambda r: f"{r:g}",
        key="train.rate",
    )
    schedule = st.selectbox(
        tr("Schedule"),
        SCHEDULES,
        key="train.schedule",
        format_func=lambda name: tr(_SCHEDULES[name]),
        help=tr("Cosine lowers the rate to 0."),
    )
    patience = int(
        st.number_input(
            tr("Patience (epochs)"),
            0,
            100,
            0,
            key="train.patience",
            help=tr("Stops after this number of epochs without improvement; 0: never."),
        )
    )
    batch = st.select_slider(tr("Batch size"), (16, 32, 64, 128, 256), 64, key="train.batch")
    flip = st.toggle(tr("Mirror at random"), key="train.flip")
    shift = int(st.number_input(tr("Shift at random (px)"), 0, 8, 0, key="train.shift"))
    seed = int(st.number_input(tr("Seed"), 0, 2**31 - 1, 0, key="train.seed"))
    return training.NetworkOptions(
        {_ON: True, _OFF: False}.get(dropout), None if norm not in BATCH_NORMS else norm, seed
    ), training.TrainingOptions(
        epochs=epochs,
        batch_size=batch,
        optimizer=optimizer,
        learning_rate=rate,
        schedule=schedule,
        patience=patience or None,
        flip=flip,
        shift_px=shift,
        n_images=n_images,
        seed=seed,
    )


def _own_images(disabled: bool) -> OwnImages | None:
    row = style.settings_row("_own")
    with row:
        file = st.file_uploader(
            tr("A zip with one folder of pictures per class"),
            type="zip",
            key="train.zip",
            help=tr(
                "Such as cats/1.jpg … and dogs/1.jpg …; two classes or more, up to 20 MB. A fifth of each class is "
                "held out for testing, unless there are folders train/ and test/."
            ),
            width=420,
            disabled=disabled,
        )
        side = st.select_slider(
            tr("Size (px)"),
            (32, 48, 64, 96),
            key="train.side",
            help=tr("Every image is stretched to this size."),
            width=200,
            disabled=disabled,
        )
    return None if file is None else OwnImages(file.name, file.getvalue(), side)


@st.cache_resource(max_entries=2, show_spinner=False)
def _known(name: str) -> training.Dataset:
    return training.load_dataset(name)

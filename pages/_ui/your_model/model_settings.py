"""The settings of an uploaded network: what its outputs are, its inputs, preprocessing and names of classes."""

from dataclasses import replace

import streamlit as st

import vislib
from pages._ui.server import journal
from pages._ui.shell import models
from pages._ui.widgets.text import plain
from pages._ui.your_model import open_inputs, task_settings
from pages._ui.your_model.uploaded import CROPS, OF_IMAGENET, Upload, loaded_file, use
from vislib.language import text, tr
from vislib.loading.choices import image_size
from vislib.model.labels import labels_and_note
from vislib.model.preprocessing import FAMILIES, PREPROCESSINGS
from vislib.tasks import Task


def controls(name: str, upload: Upload, classifier: vislib.Classifier) -> None:
    """Widgets for the settings of the current network."""
    task_settings.controls(name, upload, classifier, _change)
    for note in upload.notes:
        st.caption(plain(tr(note)))
    _preprocessing(name, upload)
    _size(name, upload)
    if upload.choices.must_ask:
        _inputs(name, upload)
    _names(name, upload, classifier)


def _preprocessing(name: str, upload: Upload) -> None:
    every = [*PREPROCESSINGS, *FAMILIES]
    widget = f"{name}: preprocessing"
    st.session_state.setdefault(widget, upload.preprocess)
    st.selectbox(
        tr("Preprocessing"),
        every,
        key=widget,
        format_func=_preprocessing_title,
        on_change=_change,
        args=(name, widget),
        help=tr("The one with which the network was trained. This page compares the predictions with each."),
    )
    if upload.detected:
        st.caption(
            tr(
                "The first layers of this network scale the image themselves; they require {preprocessing}.",
                preprocessing=upload.detected,
            )
        )
        if upload.preprocess != upload.detected:
            st.warning(
                tr(
                    "The chosen preprocessing scales the image a second time. This network requires {preprocessing}.",
                    preprocessing=upload.detected,
                )
            )


def _size(name: str, upload: Upload) -> None:
    """Which part of an image the network sees, and at what size."""
    crop = f"{name}: part of the image"
    st.session_state.setdefault(crop, upload.crop)
    st.selectbox(tr("Part of the image"), list(CROPS), key=crop, on_change=_change, args=(name, crop), format_func=tr)
    if upload.size is not None and not upload.choices.must_ask:
        side = f"{name}: side"
        st.session_state.setdefault(side, upload.size[0])
        st.number_input(
            tr("Input side (px)"),
            16,
            1024,
            key=side,
            on_change=_change,
            args=(name, side),
            help=tr("The network accepts any size; images are resized to this height and width."),
        )


def _names(name: str, upload: Upload, classifier: vislib.Classifier) -> None:
    """The names of its classes or outputs, from a file or typed."""
    named = tr("Names of its classes") if classifier.task.has_classes else tr("Names of its outputs")
    # With a key it stays as the user left it, and keeps the focus, when there are names.
    with st.expander(named, expanded=upload.labels is None, icon=":material/label:", key=f"{name}: names of outputs"):
        st.file_uploader(
            tr("A file"),
            type=["txt", "csv", "json"],
            max_upload_size=5,
            key=f"{name}: labels",
            on_change=_change,
            args=(name, f"{name}: labels"),
            help=tr("One name per line, a CSV of numbers and names, or JSON such as Keras's class_indices."),
        )
        if upload.labels is not None:  # Streamlit forgets the text when another page is opened
            st.session_state.setdefault(f"{name}: typed", "\n".join(upload.labels))
        st.text_area(
            tr("Or typed, one name per line"),
            key=f"{name}: typed",
            on_change=_change,
            args=(name, f"{name}: typed"),
            placeholder=tr("cat\ndog"),
        )
        if upload.labels is not None:
            st.caption(tr("In use: {n:,} names.", n=len(upload.labels)))
            if upload.labels_note:
                st.caption(plain(tr(upload.labels_note)))


def _inputs(name: str, upload: Upload) -> None:
    """What the model was asked for at first, to be changed."""
    image = upload.image or upload.choices.images[0]
    with st.expander(tr("Its other inputs") if upload.inputs else tr("Size of its images"), icon=":material/input:"):
        answer = open_inputs.ask(name, upload.choices, open_inputs.Answer(image, upload.size, upload.inputs))
        if answer is None:
            return
        try:
            size = image_size(loaded_file(upload.digest).model, answer.image, answer.size)
            several = len(upload.choices.images) > 1
            use(name, replace(upload, size=size, image=answer.image if several else "", inputs=answer.inputs))
        except vislib.VislibError as error:
            st.error(tr("{why} The previous setting is still in use.", why=plain(tr(error))))
            return
    st.rerun()


def use_task(name: str, task: str) -> None:
    """Sets what the outputs of the network are; called from a callback."""
    st.session_state[f"{name}: task"] = task
    _change(name, f"{name}: task")


def use_preprocessing(name: str, preprocess: str) -> None:
    """Sets the preprocessing of the network with this name; called from a callback."""
    st.session_state[f"{name}: preprocessing"] = preprocess
    _change(name, f"{name}: preprocessing")


def _preprocessing_title(name: str) -> str:
    return f"{name} ({FAMILIES[name]})" if name in FAMILIES else name


def _change(name: str, widget: str) -> None:
    """Applies one changed setting. If it cannot be used, the previous settings stay and an error is shown."""
    st.session_state.pop("model_refused", None)
    upload, value = models.user_models()[name].upload, st.session_state[widget]
    kind = widget.removeprefix(f"{name}: ")
    try:
        if kind == "preprocessing":
            upload = replace(upload, preprocess=FAMILIES.get(value, value))
            if value in FAMILIES and models.classifier(name).network.n_classes == 1000:
                upload = replace(upload, crop=OF_IMAGENET)
                st.session_state[f"{name}: part of the image"] = OF_IMAGENET
        elif kind == "part of the image":
            upload = replace(upload, crop=value)
        elif kind == "side":
            upload = replace(upload, size=(int(value), int(value)))
        elif kind == "task":
            task = None if value == task_settings.RECOGNISED else value
            upload = _with_task(upload, task, models.classifier(name).network.n_units)
        elif kind == "unit":
            upload = replace(upload, unit=value.strip())
        elif value is None or value == "":
            upload = replace(upload, labels=None, labels_from="")
        elif kind == "typed":
            upload = replace(upload, labels=vislib.read_labels(value.encode()), labels_from="", labels_note="")
        else:
            labels, note = labels_and_note(value.getvalue())
            upload = replace(upload, labels=labels, labels_from=value.name, labels_note=note)
        use(name, upload)
    except vislib.VislibError as error:
        journal.log("refused", what=kind, why=journal.reason(error))
        st.session_state["model_refused"] = text("{why} The previous setting is still in use.", why=error.args[0])
        if kind in ("preprocessing", "part of the image", "side", "unit"):
            st.session_state.pop(widget)
        return
    models.switch_to(name)


def _with_task(upload: Upload, task: str | None, n_units: int) -> Upload:
    """The settings with another task. A single unit is two classes or one number, so its names no longer fit; only the
    numbers of a regression have a unit."""
    unit = upload.unit if task in (None, Task.REGRESSION) else ""
    if n_units == 1:
        upload = replace(upload, labels=None, labels_from="", labels_note="")
    return replace(upload, task=task, unit=unit)


def show_refused() -> None:
    """The error of the last refusal, until another file or setting is accepted."""
    if refused := st.session_state.get("model_refused"):
        st.error(plain(tr(refused)))

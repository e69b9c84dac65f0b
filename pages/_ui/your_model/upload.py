"""The upload of a model file: it is tried, what it leaves open is asked for, and then it is used on every page."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import streamlit as st

import vislib
from pages._ui.server import work
from pages._ui.shell import models
from pages._ui.widgets.text import plain
from pages._ui.your_model import open_inputs
from pages._ui.your_model.uploaded import Upload, loaded_file, use
from vislib.language import Text, listing, text, tr
from vislib.loading.choices import Choices, choices_of, image_size, lengths
from vislib.loading.own_model import first_preprocessing
from vislib.model_file import ModelFile, load_model_file
from vislib.model_file.limits import max_file_bytes, max_weights_mb

_ASKED = "model_asked"


@dataclass(frozen=True, eq=False)
class Asked:
    """An uploaded file that cannot be used before a person says what it leaves open."""

    file: str
    digest: str
    choices: Choices
    settings: Mapping[str, Any] = field(default_factory=dict)


def upload_control() -> None:
    """The uploader. A new file is tested and loaded; its network is then used on every page."""
    file = st.file_uploader(
        tr("Your model"),
        type=["keras", "h5", "hdf5"],
        max_upload_size=max_file_bytes() // 1_000_000,
        key="model_file",
        help=tr(
            "Saved by Keras: model.save('my.keras') or 'my.h5'; the network's own weights up to {size:,} MB. An "
            "optimizer's state in the file does not count.",
            size=max_weights_mb(),
        ),
    )
    st.caption(
        tr(
            "Upload only models you trust: a file is first tested in a separate process, which is isolation, not a "
            "sandbox. No other user sees it, and it is kept for this session only."
        )
    )
    if file is None or st.session_state.get("model_taken") == file.file_id:
        return
    content = file.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    try:
        loaded = work.run(
            ("model file", digest),
            text("Trying {file}", file=plain(file.name)),
            _loading(content),
            resume_label=text("Try again"),
            kind=f"model file {digest[:12]}, {len(content):,} bytes",
            progress_text=seconds_at_most,
            keep=models.store(),
        )
        if loaded is None:
            return  # stopped
        st.session_state["model_taken"] = file.file_id
        st.session_state.pop(_ASKED, None)
        choices = choices_of(loaded.model)
        if choices.must_ask:
            ask_first(Asked(file.name, digest, choices))
        else:
            use_first(file.name, loaded, choices)
    except vislib.VislibError as error:
        st.session_state["model_taken"] = file.file_id
        st.session_state["model_refused"] = text(
            "{file}: {why} The previous network is still in use.", file=file.name, why=error.args[0]
        )
        st.rerun()
    st.session_state.pop("model_refused", None)
    st.rerun()


def seconds_at_most(done: int, total: int) -> Text:
    """How long the trial of a file has lasted."""
    return text("{done} of {total} s at most", done=done, total=total)


def _loading(content: bytes) -> Callable[..., ModelFile]:
    return lambda progress: load_model_file(content, progress=progress)


def ask_for_inputs() -> None:
    """The questions on a file that has been uploaded and is not in use yet; nothing if there is none."""
    asked: Asked | None = st.session_state.get(_ASKED)
    if asked is None:
        return
    with st.container(border=True):
        st.header(tr("{file} needs more than an image", file=plain(asked.file)), anchor=False)
        inputs = [
            text("{name} ({size})", name=name, size=lengths(shape)) for name, shape in asked.choices.inputs.items()
        ]
        st.markdown(
            tr(
                "Its inputs: {inputs}. One of them takes the image; say what the others are given. They have the same "
                "values for every image.",
                inputs=plain(tr(listing(inputs, "plain"))),
            )
            if len(inputs) > 1
            else tr("Say how large its images are.")
        )
        answer = open_inputs.ask(f"asked {asked.digest[:8]}", asked.choices)
        if st.button(tr("Cancel"), type="tertiary"):
            del st.session_state[_ASKED]
            st.rerun()
    if answer is None:
        return
    try:
        use_first(asked.file, loaded_file(asked.digest), asked.choices, answer, asked.settings)
    except vislib.VislibError as error:
        st.error(plain(tr(error)))
        return
    del st.session_state[_ASKED]
    st.rerun()


def ask_first(asked: Asked) -> None:
    """Keeps a file whose questions the page Your model asks."""
    st.session_state[_ASKED] = asked


def use_first(
    file_name: str,
    loaded: ModelFile,
    choices: Choices,
    answer: open_inputs.Answer | None = None,
    settings: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Adds the file's network with first settings, and chooses it.

    Args:
        file_name: The file's name.
        loaded: The file.
        choices: What it leaves open.
        answer: What was answered.
        settings: Fields of `Upload` that are given already.

    Raises:
        VislibError: If it cannot be used.
    """
    image = answer.image if answer else next(iter(choices.images), "")
    upload = Upload(
        file_name,
        loaded.digest,
        "as it is",
        choices,
        size=image_size(loaded.model, image, answer.size if answer else settings.get("size")) if image else None,
        notes=loaded.notes,
        image=image if len(choices.images) > 1 else "",
        inputs=answer.inputs if answer else (),
        output=choices.first_output,
    )
    first, required = first_preprocessing(
        loaded.model, file_name, upload.size, upload.output, upload.settings["inputs"]
    )
    name = _new_name(file_name)
    use(name, replace(upload, **{"preprocess": first, "detected": required, **settings}))
    models.switch_to(name)


def _new_name(file_name: str) -> str:
    """A name that no network at the top of the page has."""
    stem = file_name.rsplit(".", 1)[0][:40] or "my model"
    taken = {*vislib.models(), *models.user_models()}
    return next(one for one in (stem, *(f"{stem} ({n})" for n in range(2, 99))) if one not in taken)

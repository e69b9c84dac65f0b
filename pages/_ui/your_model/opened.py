"""The model and the image with which the server was started: vislib app MODEL IMAGE. Every session begins with them."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

import vislib
from pages._ui.server import work
from pages._ui.shell import images, models
from pages._ui.widgets.text import plain
from pages._ui.your_model.open_inputs import Answer
from pages._ui.your_model.upload import Asked, ask_first, seconds_at_most, use_first
from pages._ui.your_model.uploaded import CROPS, OF_IMAGENET, Given, loaded_file
from vislib.cli.app import Opened, opened
from vislib.cli.model_options import ZEROS, model_settings
from vislib.cli.model_source import trusted_file
from vislib.errors import listed
from vislib.language import text, tr
from vislib.loading.choices import Choices, choices_of, zeros
from vislib.model.labels import labels_and_note
from vislib.model.preprocessing import PREPROCESSINGS, preprocessing_named
from vislib.model_file import ModelFile, load_model_file
from vislib.progress import Progress
from vislib.zoo import DEFAULT

_DONE, _REFUSED = "opened", "opened_refused"
_CROPS = dict(zip(("stretch", "centre", "letterbox"), (next(iter(CROPS)), OF_IMAGENET, [*CROPS][-1]), strict=True))


def use_opened() -> None:
    """Adds the model and the image to those of this session and chooses them, where the address chooses no others.

    Called before a page is drawn. What cannot be used is refused with a sentence, and the page is drawn without it.
    """
    given = opened()
    if given is None:
        return
    if _DONE not in st.session_state:
        st.session_state[_DONE] = True
        must_ask, slot = False, st.empty()
        try:
            with slot.container():
                must_ask = _use_model(given)
        except vislib.VislibError as error:
            st.session_state[_REFUSED] = text("{file}: {why}", file=given.model, why=error.args[0])
        slot.empty()
        if given.image is not None:
            _use_image(given.image)
        if must_ask:
            st.switch_page("pages/your_model.py")
    refused = st.session_state.get(_REFUSED)
    if refused and st.session_state.get("model", DEFAULT) == DEFAULT:
        st.error(tr("{why} The page shows the default network.", why=plain(tr(refused))))


def _use_image(path: str) -> None:
    name, wanted = Path(path).name, st.query_params.get("image")
    own = models.user_models().get(st.session_state.get("next_model", ""))
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        st.session_state["refused"] = text("{file} cannot be read: {why}.", file=path, why=error.strerror)
        return
    images.take_file(name, content, 3 if own is None else own.channels)
    if wanted:  # a copied address, or a page that was loaded again
        st.session_state.pop("image", None)


def _use_model(given: Opened) -> bool:
    """Chooses a built-in network, or adds the one of a file; whether the page Your model must ask first.

    Raises:
        VislibError: If the file or its settings cannot be used.
    """
    must_ask = False
    if given.model in vislib.models():
        models.switch_to(given.model)
    elif given.model is not None:
        must_ask = _use_file(given, Path(given.model))
    if "model" in st.query_params:
        st.session_state.pop("next_model", None)
    return must_ask


def _use_file(given: Opened, path: Path) -> bool:
    loaded = _loaded(given, path)
    if loaded is None:
        return False  # stopped
    choices, settings = choices_of(loaded.model), model_settings(given.options)
    fields = _fields(settings, loaded) | {"file": str(path)}
    answer = _answer(settings, choices)
    if choices.must_ask and answer is None:
        ask_first(Asked(path.name, loaded.digest, choices, fields))
        return True
    use_first(path.name, loaded, choices, answer, fields)
    return False


def _loaded(given: Opened, path: Path) -> ModelFile | None:
    """The file, tried and loaded once for all sessions."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise vislib.ModelError(text("It cannot be read: {why}.", why=error.strerror)) from None
    digest = hashlib.sha256(content).hexdigest()

    def load(progress: Progress) -> ModelFile:
        if given.options.custom_objects:
            return trusted_file(str(path), given.options.custom_objects)
        return load_model_file(content, given.options.trust, progress)

    found = work.run(
        ("model file", digest),
        text("Trying {file}", file=plain(path.name)),
        load,
        resume_label=text("Try again"),
        kind=f"model file {digest[:12]}, {len(content):,} bytes",
        progress_text=seconds_at_most,
        keep=models.store(),
    )
    return found and loaded_file(digest)


def _fields(settings: dict[str, Any], loaded: ModelFile) -> dict[str, Any]:
    """The fields of an `Upload` that the options give."""
    fields: dict[str, Any] = {name: settings[name] for name in ("task", "unit", "output") if name in settings}
    if "input_size" in settings:
        fields["size"] = settings["input_size"]
    if preprocess := settings.get("preprocess"):
        fields["preprocess"] = preprocessing_named(preprocess).name
        if preprocess not in PREPROCESSINGS and loaded.model.output_shape[-1:] == (1000,):
            fields["crop"] = OF_IMAGENET
    if crop := settings.get("crop"):
        fields["crop"] = _CROPS[crop]
    if labels := settings.get("labels"):
        names, note = labels_and_note(labels)
        fields |= {"labels": names, "labels_from": str(labels), "labels_note": note}
    return fields


def _answer(settings: dict[str, Any], choices: Choices) -> Answer | None:
    """What the options answer to the questions on a file; None if they give no values of inputs and no size.

    Raises:
        ParameterError: If the file has no input of a name, or every input that could take the image has values.
    """
    values, size = settings.get("inputs"), settings.get("input_size")
    if values is None and (size is None or len(choices.inputs) > 1):
        return None
    named = {} if values is None or isinstance(values, str) else values
    image = next((name for name in choices.images if name not in named), None)
    if unknown := [name for name in named if name not in choices.inputs]:
        raise vislib.ParameterError(
            text(
                "It has no input {names}; its inputs are {inputs}.",
                names=listed(unknown),
                inputs=listed(choices.inputs),
            )
        )
    if image is None:
        raise vislib.ParameterError(
            text("--input leaves no input for the image; its inputs are {inputs}.", inputs=listed(choices.inputs))
        )
    inputs = tuple(
        Given(name, zeros(shape, size).shape) if values == ZEROS else Given.of(name, np.asarray(named[name]))
        for name, shape in choices.others(image).items()
        if values == ZEROS or name in named
    )
    return Answer(image, size, inputs)

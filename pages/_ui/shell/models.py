"""The networks that the user can choose: the built-in ones, and those of this user, which no other user sees."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException

import vislib
from pages._ui.server import process
from pages._ui.server.store import Store
from pages._ui.widgets.choice import asked_in_vain, note, recall
from vislib.language import sentences, text, tr
from vislib.model_file.limits import max_parameters
from vislib.tasks import Task
from vislib.zoo import DEFAULT

_LEAST_STORE_BYTES = 600 * 1024 * 1024
_MAX_USER_MODELS = 4
_REST_BYTES = 1_000_000
_BYTES_A_PARAMETER = 8  # the value, and its share in the data derived from the model


@dataclass(frozen=True)
class Outputs:
    """The outputs of a network that has several.

    Args:
        used: The one in use, by name or index.
        shapes: All that can be used, with their shapes without the batch axis.
        use: Called with the output to use from now on; raises VislibError if it cannot be used.
    """

    used: str | int
    shapes: dict[str | int, tuple[int | None, ...]]
    use: Callable[[str | int], None]

    def title(self, output: str | int) -> str:
        """An output with its shape: kind (3)."""
        shape = " × ".join(tr("any") if side is None else f"{side:,}" for side in self.shapes[output])
        return f"{output} ({shape})"


@dataclass(frozen=True)
class UserModel:
    """What a session knows about a network of its user; the network itself is in `store`.

    Args:
        key: Key of its classifier in `store`.
        about: Where it comes from, for the user.
        lines: The Python lines that import vislib and load it.
        channels: 1 to 32.
        input_size: (height, width).
        upload: The uploaded file and its settings, if it was uploaded (see `your_model.uploaded`).
        outputs: Its outputs, if it has several.
    """

    key: tuple
    about: str
    lines: str
    channels: int
    input_size: tuple[int, int]
    upload: Any = None
    outputs: Outputs | None = None


@st.cache_resource(show_spinner=False)
def store() -> Store:
    """The networks of all users: classifiers, model files, trainings; the least recently used are removed."""
    # The largest network is there as a file and as a classifier.
    largest = 2 * (_BYTES_A_PARAMETER * max_parameters() + _REST_BYTES)
    return Store(max(_LEAST_STORE_BYTES, largest), _size)


def user_models() -> dict[str, UserModel]:
    """The networks of this user by name."""
    return st.session_state.setdefault("own_models", {})


def add(
    name: str,
    classifier: vislib.Classifier,
    key: tuple,
    about: str,
    lines: str,
    upload: Any = None,
    outputs: Outputs | None = None,
) -> None:
    """Adds a network to those of this user; the oldest one is removed if there are too many."""
    store().put(key, classifier)
    models = user_models()
    models.pop(name, None)
    models[name] = UserModel(key, about, lines, classifier.channels, classifier.input_size, upload, outputs)
    while len(models) > _MAX_USER_MODELS:
        models.pop(next(iter(models)))


def reads_digits(network: UserModel | vislib.Classifier) -> bool:
    """Whether a network takes grey images and has the ten digits as its classes, by their names."""
    classifier = store().get(network.key) if isinstance(network, UserModel) else network
    if classifier is None or classifier.channels != 1 or classifier.task is not Task.CLASSIFICATION:
        return False
    return sorted(label.strip() for label in classifier.labels) == list("0123456789")


def remove(name: str) -> None:
    """Takes a network of this user away; if it was in use, the default one is used from now on."""
    user_models().pop(name, None)
    if st.session_state.get("model") == name:
        switch_to(DEFAULT)


def switch_to(name: str) -> None:
    """Chooses a network for the next run of the page; called from a callback or before a rerun."""
    st.session_state["next_model"] = name


def model_control() -> str:
    """A select box of the networks; the name of the chosen one."""
    for name, user_model in list(user_models().items()):
        if store().get(user_model.key) is None:
            del user_models()[name]
            st.warning(
                tr(
                    "The server has removed your network {model} because it needed the memory. Upload or train it "
                    "again.",
                    model=name,
                ),
                icon=":material/memory:",
            )
    about = vislib.models() | {name: user_model.about for name, user_model in user_models().items()}
    if (wanted := st.session_state.pop("next_model", None)) in about:
        st.session_state["model"] = wanted
        st.session_state["class"] = "Top prediction"
        with contextlib.suppress(StreamlitAPIException):  # where this box was drawn before, Streamlit writes it itself
            st.query_params["model"] = wanted
    missing = asked_in_vain("model", about)
    recall(about, "model")
    if "model" in st.session_state and st.session_state["model"] not in about:  # it was removed
        st.session_state["model"] = next(iter(about))
    chosen = st.session_state.get("model", "")
    name = st.selectbox(
        tr("Model"),
        list(about),
        key="model",
        bind="query-params",
        help=tr(about.get(chosen) or next(iter(about.values()))),
    )
    if missing is not None:
        said = text(
            "There is no model “{model}” in this session. If it was uploaded or trained in another session, upload or "
            "train it again. Shown: {shown}.",
            model=missing,
            shown=name,
        )
        note("model", said, name)
    own = user_models().get(name)
    if own and own.outputs and len(own.outputs.shapes) > 1:
        output_control(name, own.outputs, "output")
    return name


def output_control(name: str, outputs: Outputs, key: str) -> None:
    """A select box of the outputs of a network; the chosen one is used on every page."""
    widget = f"{name}: {key}"
    st.session_state[widget] = outputs.used  # another page or this one may have chosen another
    st.selectbox(
        tr("Output"),
        list(outputs.shapes),
        key=widget,
        format_func=outputs.title,
        on_change=_use_output,
        args=(outputs, widget),
        help=tr("The network has several outputs; all pages show the chosen one."),
    )


def _use_output(outputs: Outputs, widget: str) -> None:
    st.session_state.pop("model_refused", None)
    try:
        outputs.use(st.session_state[widget])
    except vislib.VislibError as error:
        st.session_state["model_refused"] = sentences(error.args[0], text("The previous output is still in use."))
    else:
        st.session_state["class"] = "Top prediction"


def classifier(name: str) -> vislib.Classifier:
    """The network with this name.

    Raises:
        VislibError: If it cannot be loaded.
    """
    process.import_tensorflow()
    user_model = user_models().get(name)
    if user_model is None:
        return _built_in(name)
    found = store().get(user_model.key)
    if found is None:
        raise vislib.ModelError(
            text("The server has removed {model} because it needed the memory. Load it again.", model=name)
        )
    return found


def loading_lines(name: str) -> str:
    """The Python lines that load the network with this name."""
    user_model = user_models().get(name)
    return user_model.lines if user_model else f"import vislib\n\nclassifier = vislib.load_classifier({name!r})\n"


@st.cache_resource(max_entries=3, show_spinner=False)
def _built_in(name: str) -> vislib.Classifier:
    return vislib.load_classifier(name)


def _size(thing: Any) -> int:
    """Bytes of a classifier, a model file or a training run."""
    model = thing.model if hasattr(thing, "model") else thing.result.model
    return _BYTES_A_PARAMETER * model.count_params() + _REST_BYTES

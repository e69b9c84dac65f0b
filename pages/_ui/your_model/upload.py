"""A network from an uploaded file."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

import vislib
from pages._ui.server import work
from pages._ui.shell import models
from pages._ui.widgets.text import plain
from vislib.loading.preprocessing_choice import built_in_preprocessing
from vislib.model.preprocessing import CENTRE, PREPROCESSINGS
from vislib.model_file import ModelFile, load_model_file
from vislib.model_file.limits import max_file_bytes, max_weights_mb

_FIRST = "0..1"
_ANY_SIDE = 224
"""First side in pixels for a model that accepts any size."""
CROPS: dict[str, dict[str, Any]] = {
    "all of it, stretched": {},
    "the centre (7/8 of it)": {"crop_fraction": CENTRE},
    "the largest centred part": {"crop_fraction": 1.0},
    "all of it, with black beside it": {"letterbox": True},
}
OF_IMAGENET = "the centre (7/8 of it)"


@dataclass(frozen=True)
class Upload:
    """An uploaded model file and its settings.

    Args:
        file: The file's name.
        digest: SHA-256 of the file; the key of the loaded model in the store.
        preprocess: One of `PREPROCESSINGS`.
        crop: One of `CROPS`.
        labels: The classes' names; None: numbers.
        labels_from: Name of the file that contained them; "" if they were typed.
        labels_note: How that file was read, where that is not plain.
        side: Height and width of the input in pixels, for a model that accepts any size; None for others.
        detected: The preprocessing that the model's own scaling layers require.
        notes: Sentences on what was changed in the file's configuration before loading.
    """

    file: str
    digest: str
    preprocess: str
    crop: str = next(iter(CROPS))
    labels: tuple[str, ...] | None = None
    labels_from: str = ""
    labels_note: str = ""
    side: int | None = None
    detected: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def preprocessing(self) -> vislib.Preprocessing:
        return replace(PREPROCESSINGS[self.preprocess], **CROPS[self.crop])

    @property
    def lines(self) -> str:
        """The Python lines that load it."""
        named = PREPROCESSINGS[self.preprocess].cropped(self.preprocessing.crop)
        usual = self.preprocessing == named
        given = [f"preprocess={self.preprocess!r}" if usual else f"preprocess=vislib.{self.preprocessing!r}"]
        if usual and named.crop != "stretch":
            given.append(f"crop={named.crop!r}")
        if self.labels is not None:
            given.append(f"labels={self.labels_from!r}" if self.labels_from else f"labels={list(self.labels)!r}")
        if self.side is not None:
            given.append(f"input_size=({self.side}, {self.side})")
        arguments = "".join(f"    {one},\n" for one in given)
        return f"import vislib\n\nclassifier = vislib.load_classifier(\n    {self.file!r},\n{arguments})\n"


def upload_control() -> None:
    """The uploader. A new file is tested and loaded; its network is then used on every page."""
    file = st.file_uploader(
        "Your model",
        type=["keras", "h5", "hdf5"],
        max_upload_size=max_file_bytes() // 1_000_000,
        key="model_file",
        help=f"Saved by Keras: model.save('my.keras') or 'my.h5'; the network's own weights up to {max_weights_mb():,} "
        "MB. An optimizer's state in the file does not count.",
    )
    st.caption(
        "Upload only models you trust: a file is first tested in a separate process, which is isolation, not a "
        "sandbox. No other user sees it, and it is kept for this visit only."
    )
    if file is None or st.session_state.get("model_taken") == file.file_id:
        return
    content = file.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    try:
        loaded = work.run(
            ("model file", digest),
            f"Trying {plain(file.name)}",
            _loading(content),
            resume_label="Try again",
            kind=f"model file {digest[:12]}, {len(content):,} bytes",
            progress_text="{} of {} s at most".format,
            keep=models.store(),
        )
        if loaded is None:
            return  # stopped
        st.session_state["model_taken"] = file.file_id
        name = _first_use(file.name, loaded)
    except vislib.VislibError as error:
        st.session_state["model_taken"] = file.file_id
        st.session_state["model_refused"] = f"{file.name}: {error} The previous network is still in use."
        st.rerun()
    st.session_state.pop("model_refused", None)
    models.switch_to(name)
    st.rerun()


def _loading(content: bytes) -> Callable[..., ModelFile]:
    return lambda progress: load_model_file(content, progress=progress)


def _first_use(file_name: str, loaded: ModelFile) -> str:
    """Adds the file's network with first settings; returns its name."""
    from vislib.loading.own_model import image_shape
    from vislib.network.network import Network

    sides = loaded.model.input_shape[1:3]
    free = next((side for side in sides if side), _ANY_SIDE) if None in sides else None
    shape = image_shape(loaded.model, file_name, None if free is None else (free, free))
    detected = built_in_preprocessing(Network(loaded.model, shape).graph)
    first = detected.name if detected else _FIRST if shape[2] in (1, 3) else "as it is"
    name = _new_name(file_name)
    required = detected.name if detected else None
    use(name, Upload(file_name, loaded.digest, first, side=free, detected=required, notes=loaded.notes))
    return name


def use(name: str, upload: Upload) -> None:
    """Adds the network with these settings.

    Raises:
        VislibError: If the file or the settings cannot be used.
    """
    loaded = models.store().get(("model file", upload.digest))
    if loaded is None:
        raise vislib.ModelError("The server has removed this file because it needed the memory. Upload it again.")
    size = None if upload.side is None else (upload.side, upload.side)

    def make() -> vislib.Classifier:
        return vislib.load_classifier(loaded, preprocess=upload.preprocessing, labels=upload.labels, input_size=size)

    classifier = work.stored(("own", upload), make, models.store())
    models.add(name, classifier, ("own", upload), "Uploaded by you; kept for this visit", upload.lines, upload)


def _new_name(file_name: str) -> str:
    """A name that no network in the sidebar has."""
    stem = file_name.rsplit(".", 1)[0][:40] or "my model"
    taken = {*vislib.models(), *models.user_models()}
    return next(one for one in (stem, *(f"{stem} ({n})" for n in range(2, 99))) if one not in taken)

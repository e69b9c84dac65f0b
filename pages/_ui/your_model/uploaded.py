"""The record of an uploaded network: its file and settings, the classifier they give, and the lines that load it."""

from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

import vislib
from pages._ui.server import work
from pages._ui.shell import models
from vislib.language import Text, listing, text
from vislib.loading.choices import Choices
from vislib.model.preprocessing import CENTRE, PREPROCESSINGS

OF_IMAGENET = text("the centre (7/8 of it)")
CROPS: dict[str, dict[str, Any]] = {
    text("all of it, stretched"): {},
    OF_IMAGENET: {"crop_fraction": CENTRE},
    text("the largest centred part"): {"crop_fraction": 1.0},
    text("all of it, with black beside it"): {"letterbox": True},
}


@dataclass(frozen=True)
class Given:
    """Values for an input that takes no image; two are equal if their values are.

    Args:
        name: The input's name.
        shape: The values' shape, without the batch axis.
        content: The values as float64, in bytes; b"" for zeros.
        file: Name of the .npy file that contained them; "" if they were typed.
    """

    name: str
    shape: tuple[int, ...]
    content: bytes = field(default=b"", repr=False)
    file: str = ""

    @classmethod
    def of(cls, name: str, values: np.ndarray, file: str = "") -> "Given":
        return cls(name, values.shape, np.ascontiguousarray(values, np.float64).tobytes(), file)

    @property
    def values(self) -> np.ndarray:
        return np.frombuffer(self.content, np.float64).reshape(self.shape) if self.content else np.zeros(self.shape)

    @property
    def code(self) -> str:
        """The Python expression that gives the values."""
        if self.file:
            return f"np.load({self.file!r})"
        return repr(self.values.tolist()) if self.content else f"np.zeros({self.shape})"

    @property
    def shown(self) -> Text:
        """The values in a few words."""
        if not self.content:
            return text("{name}: zeros", name=self.name)
        numbers = listing([f"{value:g}" for value in self.values.ravel()], "plain")
        return text("{name}: {values}", name=self.name, values=self.file or numbers)


@dataclass(frozen=True)
class Upload:
    """An uploaded model file and its settings.

    Args:
        file: The file's name.
        digest: SHA-256 of the file; the key of the loaded model in the store.
        preprocess: One of `PREPROCESSINGS`.
        choices: What the model leaves open.
        crop: One of `CROPS`.
        labels: The classes' names; None: numbers.
        labels_from: Name of the file that contained them; "" if they were typed.
        labels_note: How that file was read, where that is not plain.
        size: (height, width) of the image in pixels, for a model that accepts any size or takes flat images.
        detected: The preprocessing that the model's own scaling layers require.
        notes: Sentences on what was changed in the file's configuration before loading.
        image: The input that takes the image; "" if there is only one.
        inputs: Values for the other inputs.
        output: The output in use; None if there is only one.
        task: The task that was chosen; None: as it is recognised.
        unit: The unit of predicted numbers.
    """

    file: str
    digest: str
    preprocess: str
    choices: Choices = field(compare=False, repr=False)
    crop: str = next(iter(CROPS))
    labels: tuple[str, ...] | None = None
    labels_from: str = ""
    labels_note: str = ""
    size: tuple[int, int] | None = None
    detected: str | None = None
    notes: tuple[str, ...] = ()
    image: str = ""
    inputs: tuple[Given, ...] = ()
    output: str | int | None = None
    task: str | None = None
    unit: str = ""

    @property
    def preprocessing(self) -> vislib.Preprocessing:
        return replace(PREPROCESSINGS[self.preprocess], **CROPS[self.crop])

    @property
    def settings(self) -> dict[str, Any]:
        """The arguments of `load_classifier`."""
        return {
            "preprocess": self.preprocessing,
            "labels": self.labels,
            "input_size": self.size,
            "task": self.task,
            "output": self.output,
            "inputs": {given.name: given.values for given in self.inputs} or None,
            "unit": self.unit,
        }

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
        if self.size is not None:
            given.append(f"input_size={self.size}")
        if self.task is not None:
            given.append(f"task={self.task!r}")
        if self.output is not None:
            given.append(f"output={self.output!r}")
        if self.inputs:
            given.append(f"inputs={self._inputs_code}")
        if self.unit:
            given.append(f"unit={self.unit!r}")
        arguments = "".join(f"    {one},\n" for one in given)
        imports = "import numpy as np\n\nimport vislib\n" if "np." in self._inputs_code else "import vislib\n"
        return f"{imports}\nclassifier = vislib.load_classifier(\n    {self.file!r},\n{arguments})\n"

    @property
    def _inputs_code(self) -> str:
        # load_classifier's "zeros" fills all inputs that could not take an image.
        if self.inputs and len(self.choices.images) == 1 and not any(given.content for given in self.inputs):
            return repr("zeros")
        return "{" + ", ".join(f"{given.name!r}: {given.code}" for given in self.inputs) + "}"


def loaded_file(digest: str) -> Any:
    """The loaded model of an uploaded file.

    Raises:
        ModelError: If the server has removed it.
    """
    loaded = models.store().get(("model file", digest))
    if loaded is None:
        raise vislib.ModelError(text("The server has removed this file because it needed the memory. Upload it again."))
    return loaded


def use(name: str, upload: Upload) -> None:
    """Adds the network with these settings.

    Raises:
        VislibError: If the file or the settings cannot be used.
    """
    loaded = loaded_file(upload.digest)

    def make() -> vislib.Classifier:
        return vislib.load_classifier(replace(loaded, name=Path(upload.file).stem), **upload.settings)

    classifier = work.stored(("own", upload), make, models.store())
    models.add(
        name,
        classifier,
        ("own", upload),
        text("Uploaded by you; for this session"),
        upload.lines,
        upload,
        models.Outputs(upload.output, dict(upload.choices.outputs), partial(use_output, name))
        if upload.output is not None
        else None,
    )


def use_output(name: str, output: str | int) -> None:
    """Uses another output of the network; its classes, task and unit are others.

    Raises:
        VislibError: If the output cannot be used.
    """
    upload = models.user_models()[name].upload
    if output != upload.output:
        plain = replace(upload, output=output, task=None, unit="", labels=None, labels_from="", labels_note="")
        use(name, plain)
        for setting in ("task", "unit", "typed"):
            st.session_state.pop(f"{name}: {setting}", None)

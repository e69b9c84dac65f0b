"""The key of a custom model: a name, and a digest of everything that its results depend on."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from vislib.model.preprocessing import Preprocessing
from vislib.model.reading import AS_THE_MODEL_SAYS, Reading
from vislib.tasks import loss_name

if TYPE_CHECKING:
    import keras


def key_of(
    name: str, digest: str, preprocess: Preprocessing, labels: Sequence[str], shape: Sequence[int], reading: Reading
) -> str:
    """The key of a model with this digest; results are cached by key and depend on all of these."""
    settings = repr((digest, preprocess, tuple(labels), tuple(shape), *_plain(reading)))
    plain = re.sub(r"[^\w.-]+", "-", name)[:40]
    return f"{plain}-{hashlib.sha256(settings.encode()).hexdigest()[:12]}"


def model_digest(model: "keras.Model") -> str:
    """Digest of architecture and weights; the same in every process, and another after further training."""
    try:
        structure = model.to_json()
    except Exception:  # noqa: BLE001  a subclassed model may have no configuration, or a custom layer any error
        structure = f"{type(model).__module__}.{type(model).__qualname__} {model.name} {model.count_params()}"
    return _digest(structure, model)


def weights_digest(model: "keras.Model") -> str:
    """Digest of the weights alone: compiling a model changes what its architecture says, and no result."""
    return _digest("", model)


def _digest(structure: str, model: "keras.Model") -> str:
    digest = hashlib.sha256(structure.encode())
    for weight in model.get_weights():
        digest.update(np.ascontiguousarray(weight).data.cast("B") if weight.size else b"")
    return digest.hexdigest()


def _plain(reading: Reading) -> tuple:
    """What was given about the model, comparable in text; nothing if nothing was given."""
    if reading.of_network == AS_THE_MODEL_SAYS.of_network and not reading.unit:
        return ()
    given = reading.inputs
    if isinstance(given, Mapping):
        given = {name: np.asarray(values).tolist() for name, values in sorted(given.items())}
    return (str(reading.task), reading.output, str(given), loss_name(reading.loss), reading.unit)

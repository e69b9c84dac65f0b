"""Makes the Keras model of a file that the first look has accepted."""

from pathlib import Path
from typing import Any

from vislib.backend import keras
from vislib.errors import ModelError, VislibError
from vislib.language import text
from vislib.model_file.bare_operations import operations_by_name
from vislib.model_file.keras2 import hard_sigmoid  # noqa: F401  makes it known to Keras
from vislib.model_file.lean import UnreadInitializers, weights_read_in_place, without_random_numbers
from vislib.model_file.look import CheckedFile
from vislib.model_file.quoting import reason_of


def load_checked(checked: CheckedFile, custom_objects: dict[str, Any] | None = None) -> keras.Model:
    """The Keras model of a file that `look` has accepted; used in the other process and in this one.

    Args:
        checked: What `look` returned.
        custom_objects: For a trusted file, the classes and functions that it names.

    Raises:
        ModelError: If Keras cannot load it.
    """
    unread = UnreadInitializers()
    is_archive = checked.weights.name.endswith(".weights.h5")
    known = unread.custom_objects if is_archive else unread.custom_objects | operations_by_name()
    try:
        config = without_random_numbers(checked.config)
        model = _model_of(config, known | (custom_objects or {}), is_archive, safe_mode=custom_objects is None)
        if not isinstance(model, keras.Model):
            raise ModelError(text("The file's configuration is not that of a Keras model."))
        with weights_read_in_place(model, may_miss=custom_objects is not None):
            model.load_weights(checked.weights)
        return model
    except (VislibError, MemoryError):
        raise
    except RecursionError:
        raise ModelError(text("Keras cannot load the model: its longest sequence of layers is too long.")) from None
    except Exception as error:  # for an inconsistent configuration Keras raises nearly any exception
        raise ModelError(text("Keras cannot load the model: {reason}.", reason=reason_of(error))) from error
    finally:
        unread.restore()


def _model_of(config: dict, custom_objects: dict, is_archive: bool, safe_mode: bool) -> keras.Model:
    """The model of a configuration, with weights that are zero."""
    with keras.saving.custom_object_scope(custom_objects):
        if is_archive:
            return keras.saving.deserialize_keras_object(config, custom_objects, safe_mode=safe_mode)
        kind = keras.Sequential if config["class_name"] == "Sequential" else keras.Model
        return kind.from_config(config["config"], custom_objects)


def load_with_keras(path: Path) -> keras.Model:
    """The Keras model in a file that vislib has written itself.

    Raises:
        ModelError: If Keras cannot load it.
    """
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except MemoryError:
        raise
    except Exception as error:
        raise ModelError(text("Keras cannot load the model: {reason}.", reason=reason_of(error))) from error

"""A classifier in a form that can be sent to other processes."""

import dataclasses
import tempfile
from dataclasses import dataclass
from pathlib import Path

from vislib.errors import ModelError, ParameterError
from vislib.graph.copies import custom_code
from vislib.language import Text, text
from vislib.loading.load import load_classifier
from vislib.model.classifier import Classifier
from vislib.model.preprocessing import Preprocessing
from vislib.model.reading import Reading
from vislib.tasks import known_task


@dataclass(frozen=True)
class PackedClassifier:
    """A classifier for workers: the name of a built-in classifier, or the bytes of a custom model's file."""

    key: str
    file: bytes | None
    labels: tuple[str, ...]
    input_size: tuple[int, int]
    channels: int
    preprocess: Preprocessing
    reading: Reading

    @classmethod
    def of(cls, classifier: Classifier) -> "PackedClassifier":
        """Packs a classifier.

        Raises:
            ParameterError: If another process could not load the model: it needs code that only this one has.
        """
        from vislib import zoo

        file = None if classifier.key in zoo.models() else _file_of(classifier)
        return cls(
            classifier.current_key(),
            file,
            classifier.labels,
            classifier.input_size,
            classifier.channels,
            classifier.preprocess,
            # The loss is not in the model that is loaded without its compilation.
            dataclasses.replace(classifier.reading, task=known_task(classifier.task)),
        )

    def unpacked(self) -> Classifier:
        """Loads the model and returns the classifier."""
        if self.file is None:
            return load_classifier(self.key)
        from vislib.model_file.keras_model import load_with_keras

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.keras"
            path.write_bytes(self.file)
            model = load_with_keras(path)
        return Classifier(self.key, model, self.labels, self.input_size, self.channels, self.preprocess, self.reading)


def _file_of(classifier: Classifier) -> bytes:
    """The bytes of a custom model's file, which was loaded again to see that it can be."""
    from vislib.model_file.keras_model import load_with_keras

    code = next(custom_code(classifier.model), None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        try:
            if code:
                raise ModelError(
                    text("It has a class that they do not know: {name}.", name=code.__name__)
                    if isinstance(code, type)
                    else text("It has a function that they do not know: {name}.", name=code.__name__)
                )
            classifier.model.save(path)
            load_with_keras(path)
        except Exception as error:  # Keras raises nearly anything for what it cannot save
            raise ParameterError(
                text(
                    "{model} cannot be sent to other processes: {reason} Leave out the engine 'ray', and this "
                    "process computes the batch.",
                    model=classifier.name,
                    reason=_reason(error),
                )
            ) from error
        return path.read_bytes()


def _reason(error: Exception) -> str:
    """The first line of an error's message; a short sentence of vislib as it is."""
    said = error.args[0] if len(error.args) == 1 else None
    if isinstance(said, Text) and len(said) <= 200 and "\n" not in said:
        return said
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]

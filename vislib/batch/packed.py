"""A classifier in a form that can be sent to other processes."""

import dataclasses
import tempfile
from dataclasses import dataclass
from pathlib import Path

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
        """Packs a classifier."""
        from vislib import zoo

        file = None
        if classifier.key not in zoo.models():
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "model.keras"
                classifier.model.save(path)
                file = path.read_bytes()
        return cls(
            classifier.key,
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

"""The callback that explains fixed images while a network is trained."""

import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vislib.attribution.base import Explainer
from vislib.attribution.named import named
from vislib.backend import keras
from vislib.callbacks.events import EventFile
from vislib.callbacks.sheet import sheet
from vislib.errors import ParameterError, VislibError, VislibWarning, warn
from vislib.images.arrays import rgb_of
from vislib.language import text
from vislib.loading.load import load_classifier
from vislib.model.classifier import Classifier, Prediction
from vislib.output import export
from vislib.output.heatmap import Heatmap
from vislib.progress import no_progress

_MOST_IMAGES = 64


@dataclass(frozen=True, eq=False)
class Explained:
    """The explanations after an epoch.

    Attributes:
        epoch: How many epochs were finished; 0 before the first one.
        images: Name → (H, W, 3) uint8.
        answers: For each image by its name, the network's first prediction.
        heatmaps: For each image by its name, a heatmap for each method, in the order of the methods.
    """

    epoch: int
    images: Mapping[str, np.ndarray]
    answers: Mapping[str, Prediction]
    heatmaps: Mapping[str, tuple[Heatmap, ...]]

    def sheet(self) -> np.ndarray:
        """One picture (H, W, 3) uint8: a row an image, with the image and its maps. Each map has its own scale."""
        return sheet(self.images, self.answers, self.heatmaps)


class Explain(keras.callbacks.Callback):
    """Explains a few images before the training and after every n-th epoch, by any methods.

    The network is only read: training, weights and random numbers are the same as without this callback. An explanation
    that fails is a warning and an entry of `failures`, and the training goes on.

    Args:
        images: A few images: name → (H, W, 3), or a sequence of them, as `vislib.explain` takes images.
        methods: Names of methods, or explainers with their parameters. Those of one pass, such as "grad-cam", cost
            little; RISE takes thousands of passes an image.
        folder: Where `epoch-0003.png` and the table `answers.csv` are written; created if it does not exist.
        tensorboard: A folder of event files, in which TensorBoard shows the sheets as images.
        every: Explains after every n-th epoch.
        class_index: What is explained: a class or target for all images, or a list with one for each; None for the
            class that the network predicts at the time.
        after: Called with each `Explained`, such as to show it.
        **settings: How the model is read, as for `vislib.load_classifier`: `preprocess`, `labels`, `input_size`,
            `task`, `output`, `inputs`.

    Raises:
        ParameterError: If there are no images, there is no such method, or nothing says what becomes of the maps.
        ImageError: If one of the images is none.

    Attributes:
        latest: The latest `Explained`; None before the first.
        failures: A sentence for each explanation that failed.

    Example:
        >>> explain = vislib.callbacks.Explain({"a three": image}, "saliency", folder="maps", preprocess="0..1")
        >>> explain.every, explain.failures
        (1, [])
    """

    def __init__(
        self,
        images: Mapping[str, np.ndarray] | Sequence[np.ndarray] | np.ndarray,
        methods: str | Explainer | Sequence[str | Explainer] = "grad-cam",
        *,
        folder: str | os.PathLike[str] | None = None,
        tensorboard: str | os.PathLike[str] | None = None,
        every: int = 1,
        class_index: Any = None,
        after: Callable[[Explained], None] | None = None,
        **settings: Any,
    ):
        super().__init__()
        self.images = _named(images)
        given = [methods] if isinstance(methods, str | Explainer) else list(methods)
        self.methods = [named(each) if isinstance(each, str) else each for each in given]
        if not self.methods:
            raise ParameterError(text("Name at least one method, such as 'grad-cam'."))
        if isinstance(every, bool) or not isinstance(every, int | np.integer) or every < 1:
            raise ParameterError(text("`every` must be a whole number of epochs from 1; not {every!r}.", every=every))
        if folder is None and tensorboard is None and after is None:
            raise ParameterError(
                text("Say what becomes of the maps: give `folder`, `tensorboard`, or a function `after`.")
            )
        several = isinstance(class_index, list | tuple)
        if several and len(class_index) != len(self.images):
            raise ParameterError(
                text(
                    "There are {n} images, but {n_classes} classes to explain.",
                    n=len(self.images),
                    n_classes=len(class_index),
                )
            )
        self.targets = list(class_index) if several else [class_index] * len(self.images)
        self.every, self.after, self.settings = int(every), after, settings
        self.folder = None if folder is None else Path(folder)
        self.events = None if tensorboard is None else EventFile(tensorboard)
        self.latest: Explained | None = None
        self.failures: list[str] = []
        self._classifier: Classifier | None = None
        self._rows: list[dict[str, Any]] = []

    def on_train_begin(self, logs: dict | None = None) -> None:
        self._classifier = None  # the model may be another one than in an earlier training
        if self.model.built:
            self._explain(0)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if (epoch + 1) % self.every == 0:
            self._explain(epoch + 1)

    def _explain(self, epoch: int) -> None:
        try:
            self.latest = self._explained(epoch)
            self._write(self.latest)
        except Exception as error:  # noqa: BLE001  an explanation never stops a training
            reason = error.args[0] if isinstance(error, VislibError) and len(error.args) == 1 else str(error)
            if not self.failures:
                with contextlib.suppress(VislibWarning):  # also where warnings are made errors
                    warn(
                        text(
                            "The explanation after epoch {epoch} failed, and the training goes on. {reason}",
                            epoch=epoch,
                            reason=reason,
                        )
                    )
            self.failures.append(text("epoch {epoch}: {reason}", epoch=epoch, reason=reason))

    def _explained(self, epoch: int) -> Explained:
        if self._classifier is None:
            self._classifier = load_classifier(self.model, **self.settings)
        classifier = self._classifier
        answers = {name: classifier.predict(image, 1)[0] for name, image in self.images.items()}
        heatmaps = {
            name: tuple(
                method.explain(classifier, image, target, no_progress, keep_image=False) for method in self.methods
            )
            for (name, image), target in zip(self.images.items(), self.targets, strict=True)
        }
        return Explained(epoch, self.images, answers, heatmaps)

    def _write(self, explained: Explained) -> None:
        if self.folder is not None or self.events is not None:
            pixels = explained.sheet()
            if self.events is not None:
                self.events.add("vislib/explanations", pixels, explained.epoch)
            if self.folder is not None:
                self._into_folder(explained, pixels)
        if self.after is not None:
            self.after(explained)

    def _into_folder(self, explained: Explained, pixels: np.ndarray) -> None:
        assert self.folder is not None
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"epoch-{explained.epoch:04d}.png"
        export.write_whole(self.folder / name, export.png_bytes(export.as_image(pixels)))
        self._rows = [row for row in self._rows if row["epoch"] < explained.epoch]
        for image, answer in explained.answers.items():
            row = {"epoch": explained.epoch, "image": image, "answer": answer.label, "value": answer.value}
            scores = zip(self.methods, explained.heatmaps[image], strict=True)
            self._rows.append(row | {f"{method.name} of": heatmap.explained for method, heatmap in scores})
        export.write_whole(self.folder / "answers.csv", export.table_bytes(self._rows, ".csv"))


def _named(images: Any) -> dict[str, np.ndarray]:
    """The images by name, as RGB.

    Raises:
        ParameterError: If there are none, or too many.
        ImageError: If one is no image.
    """
    every = images if isinstance(images, Mapping) else {f"image {k + 1}": image for k, image in enumerate(images)}
    if not 1 <= len(every) <= _MOST_IMAGES:
        raise ParameterError(text("Give 1 to {most} images to explain; not {n}.", most=_MOST_IMAGES, n=len(every)))
    return {str(name): rgb_of(image).values for name, image in every.items()}

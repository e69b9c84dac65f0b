"""An adversarial example that was found, and its file."""

import io
import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from vislib import html
from vislib.language import Text, plural, probability, sentences, text, told_apart, tr
from vislib.model.classifier import Prediction
from vislib.output import export
from vislib.targets.base import Target

_WIDTH = 640
"""Width in a notebook of the three pictures, in pixels."""
_OF_LABEL = {
    (False, False): text("it is now below 50 %"),
    (False, True): text("it is still below 50 %"),
    (True, False): text("it is now at 50 % or more"),
    (True, True): text("it is still at 50 % or more"),
}
"""By whether the label is at 50 % or more, and whether that was so before."""


@dataclass(frozen=True, eq=False)
class Adversarial:
    """A picture a few grey levels from an image.

    Attributes:
        method: "fgsm" or "pgd".
        model: The classifier's key.
        original: (h, w, 3) uint8: what the network sees of the image, at the size of its input.
        image: (h, w, 3) uint8: the adversarial picture.
        epsilon: The largest change that was allowed, in grey levels.
        target: The target that was moved, such as the log odds of a class.
        raised: Whether it was raised; else lowered.
        logits_before: The network's output for `original`.
        logits_after: The network's output for `image`.
        before: Its five first predictions for `original`, as `Classifier.predict` gives them.
        after: Those for `image`.
        of_label: The prediction of the label that was moved, before and after, for a network of independent labels;
            else None.
        values: (steps + 1,): the target for `original`, and after each step; the last one is that for `image`.
        succeeded: Whether the answer changed as wanted: away from the class, or to the class that was named; of
            independent labels, whether the label is now below 50 %, or at 50 % or more. None for a network that gives
            no class.
        seed: The seed of the random start; None without one.

    Example:
        >>> found = vislib.adversarial.fgsm(classifier, image, epsilon=2)
        >>> found.method, found.epsilon, found.magnified().shape
        ('fgsm', 2, (28, 28, 3))
    """

    method: str
    model: str
    original: np.ndarray
    image: np.ndarray
    epsilon: int
    target: Target
    raised: bool
    logits_before: np.ndarray
    logits_after: np.ndarray
    before: tuple[Prediction, ...]
    after: tuple[Prediction, ...]
    of_label: tuple[Prediction, Prediction] | None
    values: np.ndarray
    succeeded: bool | None
    seed: int | None

    @property
    def perturbation(self) -> np.ndarray:
        """(h, w, 3) int16: the change of each pixel in grey levels, from −ε to ε."""
        return self.image.astype(np.int16) - self.original.astype(np.int16)

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return len(self.values) - 1

    def magnified(self) -> np.ndarray:
        """The perturbation as a picture (h, w, 3) uint8: grey where nothing changed, −ε is 0 and ε is 255."""
        return np.rint(127.5 + self.perturbation * (127.5 / self.epsilon)).astype(np.uint8)

    def in_words(self) -> Text:
        """What was done, and what came of it, in two sentences."""
        value_before, value_after = told_apart(float(self.values[0]), float(self.values[-1]))
        found = {
            "method": self.method.upper(),
            "target": self.target.in_words(),
            "before": value_before,
            "after": value_after,
            "steps": plural("one step", "{n:,} steps", self.steps),
            "change": plural("one grey level", "{n} grey levels", int(np.abs(self.perturbation).max())),
        }
        if self.raised:
            first = text(
                "{method} raises the {target} from {before} to {after} in {steps}, with changes of at most {change}.",
                **found,
            )
        else:
            first = text(
                "{method} lowers the {target} from {before} to {after} in {steps}, with changes of at most {change}.",
                **found,
            )
        if self.succeeded is None:
            return first
        if self.of_label is not None:
            return sentences(first, _label_in_words(*self.of_label))
        before, after = self.before[0], self.after[0]
        if before.index == after.index:
            return sentences(first, text("The most probable class is still {answer}.", answer=_said(after)))
        answers = {"before": _said(before), "after": _said(after)}
        if self.succeeded:
            return sentences(first, text("The most probable class was {before} and is now {after}.", **answers))
        return sentences(
            first,
            text(
                "The most probable class was {before} and is now {after}, which is not the class that was wanted.",
                **answers,
            ),
        )

    def _picture(self) -> Image.Image:
        """The image, its change and the adversarial picture in a row."""
        return Image.fromarray(np.concatenate([self.original, self.magnified(), self.image], axis=1))

    def _repr_png_(self) -> bytes:
        return export.png_bytes(self._picture())

    def _repr_html_(self) -> str:
        titles = text("The image, the change (grey: none; magnified), and the adversarial picture")
        picture = export.picture_html(self._picture(), tr(titles), _WIDTH)
        words = sentences(text("{titles}.", titles=titles), self.in_words())
        return html.block(tr("Adversarial example"), picture, html.line(tr(words)))


def save_adversarial(found: Adversarial, path: str | os.PathLike[str]) -> Path:
    """Writes an adversarial example: the picture as .png, which loses nothing, or everything as .npz.

    The file is either complete or absent.

    Raises:
        ParameterError: If the suffix is another, such as that of a JPEG, which would change the pixels; or the file
            cannot be written.

    Example:
        >>> found = vislib.adversarial.fgsm(classifier, image, epsilon=2)
        >>> vislib.adversarial.save_adversarial(found, "found.png").name
        'found.png'
    """
    path = export.check_path(path, (".png", ".npz"))
    is_picture = path.suffix.lower() == ".png"
    content = export.png_bytes(Image.fromarray(found.image)) if is_picture else adversarial_bytes(found)
    export.write_whole(path, content)
    return path


def adversarial_bytes(found: Adversarial) -> bytes:
    """An adversarial example as a .npz file: the arrays by name, and "metadata", a JSON text."""
    about = {name: getattr(found, name) for name in ("method", "model", "epsilon", "raised", "succeeded", "seed")}
    about |= {"target": found.target.described()}
    names = ("original", "image", "logits_before", "logits_after", "values")
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        **{name: getattr(found, name) for name in names},
        perturbation=found.perturbation,
        metadata=np.array(json.dumps(about)),
    )
    return buffer.getvalue()


def _label_in_words(before: Prediction, after: Prediction) -> Text:
    is_present, was_present = (each.value >= 0.5 for each in (after, before))
    first, last, _ = told_apart(before.value, after.value, 0.5, as_percent=True)
    return text(
        "The label “{label}” goes from {before} to {after}: {said}.",
        label=after.label,
        before=first,
        after=last,
        said=_OF_LABEL[is_present, is_present == was_present],
    )


def _said(prediction: Prediction) -> Text:
    return text("“{label}” ({share})", label=prediction.label, share=probability(prediction.value))

"""How long a batch takes on this machine, from a trial on a few of its images."""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vislib.batch.pace import duration
from vislib.batch.run import explain_many
from vislib.errors import ImageError
from vislib.images.finding import source_of
from vislib.language import Text, sentences, text
from vislib.model.classifier import Classifier
from vislib.progress import Progress, no_progress

_MOST_TRIED = 64
_SECONDS_ENOUGH = 4.0
"""A trial that would take longer is not made."""


@dataclass(frozen=True)
class Estimate:
    """What a batch costs.

    Attributes:
        n_images: How many images it has.
        n_tried: On how many of them it was tried.
        seconds: How long all take, without what is done once.
        passes: The time of one image, in forward passes of one image; NaN if none of those tried could be read.
    """

    n_images: int
    n_tried: int
    seconds: float
    passes: float

    def in_words(self) -> Text:
        """The cost in a sentence or two."""
        said = text(
            "{n:,} images take about {duration} on this machine, by a trial on {tried} of them.",
            n=self.n_images,
            duration=duration(self.seconds),
            tried=self.n_tried,
        )
        if np.isnan(self.passes):
            return said
        passes = text("An image takes the time of about {n:,} forward passes.", n=max(1, round(self.passes)))
        return sentences(said, passes)


def estimate(
    classifier: Classifier, images: Any, methods: Any, *, progress: Progress = no_progress, **settings: Any
) -> Estimate:
    """Explains a few images of a batch, keeps nothing of them, and says how long all would take.

    The first trial, in which the network's functions are traced, does not count, nor does what each batch takes once.

    Args:
        classifier: The network.
        images: As for `explain_many`.
        methods: As for `explain_many`.
        progress: Called as progress(done, total) between the trials.
        **settings: As for `explain_many`.

    Raises:
        VislibError: If the images, the methods or a setting cannot be used.
    """
    source = source_of(images)
    most = min(len(source), classifier.network.batch_size, _MOST_TRIED)
    trials, each, n_tried, of_one = (1, 1, min(8, most), most, most), 0.0, 1, 0.0
    with tempfile.TemporaryDirectory(prefix="vislib-trial-") as folder:
        for place, n in enumerate(trials):
            progress(place, len(trials) + 1)
            if place > 1 and each * n > _SECONDS_ENOUGH:
                break
            seconds = _explaining(classifier, source, n, methods, Path(folder) / str(place), settings)
            if n == 1:
                each = of_one = seconds
            else:  # without what a folder takes, however many images it has
                each, n_tried = max(seconds - of_one, 0.1 * seconds) / (n - 1), n
    progress(len(trials), len(trials) + 1)
    passing = _one_pass(classifier, source, most)
    progress(len(trials) + 1, len(trials) + 1)
    return Estimate(len(source), n_tried, each * len(source), each / passing if passing else float("nan"))


def _explaining(classifier: Classifier, source, n: int, methods, out: Path, settings: dict[str, Any]) -> float:
    begun = time.perf_counter()
    explain_many(classifier, source.piece(0, n), methods, out=out, **settings)
    return time.perf_counter() - begun


def _one_pass(classifier: Classifier, source, most: int) -> float:
    """The seconds of one image's forward pass among several; 0 if none of the images can be read."""
    resized = []
    for number in range(most):
        try:
            resized.append(classifier.resize(source[number]))
        except ImageError:
            continue
    if not resized:
        return 0.0
    inputs = classifier.preprocess_input(np.stack(resized))
    seconds = []
    for _ in range(3):
        begun = time.perf_counter()
        classifier.network.logits(inputs)
        seconds.append(time.perf_counter() - begun)
    return min(seconds) / len(resized)

"""What a second opinion is: two results for the same question, the difference in figures, and what is known of it."""

from dataclasses import dataclass, field, replace

import numpy as np

from vislib.activation_maximization.maximization import Maximization
from vislib.language import Text, sentences, text, written
from vislib.output.heatmap import Heatmap

AGREES = 1e-3


@dataclass(frozen=True, eq=False)
class SecondOpinion:
    """A map or a picture of ours beside that of tf-keras-vis for the same network, image, target and layer.

    Attributes:
        ours: Our map, or our picture.
        values: Its map at the input's resolution, (h, w) float32, not normalised; enlarged as ours is, so that a
            difference comes from the method and not from the enlarging. Of a picture its pixels (h, w, c) in 0..1.
        cells: The same as it computes it, before any enlarging.
        same_number: Whether both compute the same number. Otherwise only the shapes of the maps can be compared, and
            `largest_difference` divides each by its own largest value first.
        largest_difference: max |theirs − ours| / max |ours|, before any enlarging; 0 if both are 0 everywhere. Of
            pictures, the difference of what the steps changed.
        correlation: Pearson's linear correlation of the same numbers, −1..1; None if those of one are all equal.
        reasons: Sentences on why its result is another, where that is known.
        by_itself: Sentences on what it would do with its defaults on this model; they are not used here.
        version: The version of tf-keras-vis.
        seconds: The time that its result took.

    Example:
        >>> opinion = vislib.second_opinion("grad-cam", classifier, image)
        >>> opinion.ours.values.shape, opinion.values.shape
        ((28, 28), (28, 28))
    """

    ours: Heatmap | Maximization
    values: np.ndarray = field(repr=False)
    cells: np.ndarray = field(repr=False)
    same_number: bool
    largest_difference: float
    correlation: float | None
    reasons: tuple[str, ...]
    by_itself: tuple[str, ...]
    version: str
    seconds: float

    @property
    def agrees(self) -> bool:
        """Whether the largest difference is at most a thousandth of the largest value."""
        return self.largest_difference <= AGREES

    @property
    def heatmap(self) -> Heatmap:
        """Its map as a heatmap, to draw and to save."""
        assert isinstance(self.ours, Heatmap)
        title = text("{title} by tf-keras-vis", title=self.ours.title)
        return replace(self.ours, values=self.values, title=title, seconds=self.seconds, details={}, notes=self.reasons)

    @property
    def picture(self) -> np.ndarray:
        """Its picture (h, w, 3) uint8, of activation maximization."""
        pixels = np.clip(np.rint(self.values * 255), 0, 255).astype(np.uint8)
        return np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels

    @property
    def figures(self) -> Text:
        """The difference in figures, as a part of a sentence."""
        if self.correlation is None:
            return self._difference()
        correlation = written(self.correlation, ".4f")
        return text("{difference}; correlation {correlation}", difference=self._difference(), correlation=correlation)

    def _difference(self) -> Text:
        size = self.largest_difference
        if size >= 1e-4 and self.same_number:
            return text("largest difference {size:.2g} of the largest value", size=size)
        if size >= 1e-4:
            return text("largest difference {size:.2g} of the largest value, each map divided by its own", size=size)
        if self.same_number:
            return text("largest difference below 0.0001 of the largest value")
        return text("largest difference below 0.0001 of the largest value, each map divided by its own")

    def in_words(self) -> Text:
        """What the comparison found, in one sentence or two."""
        is_map, said = isinstance(self.ours, Heatmap), {"version": self.version, "figures": self.figures}
        if self.agrees and is_map:
            return text("tf-keras-vis {version} gives the same map ({figures}).", **said)
        if self.agrees:
            return text("tf-keras-vis {version} gives the same picture ({figures}).", **said)
        if is_map:
            found = text("tf-keras-vis {version} gives another map ({figures}).", **said)
        else:
            found = text("tf-keras-vis {version} gives another picture ({figures}).", **said)
        return sentences(found, text("The reason is known.") if self.reasons else text("The reason is not known."))


def largest_difference(theirs: np.ndarray, ours: np.ndarray, same_number: bool = True) -> float:
    """max |theirs − ours| / max |ours|; of maps that are no same number, each is divided by its max |value| first.

    Infinite if only ours is 0 everywhere, or theirs is not finite.
    """
    theirs, ours = theirs.astype(np.float64), ours.astype(np.float64)
    largest, other = float(np.abs(ours).max()), float(np.abs(theirs).max())
    if not np.isfinite(theirs).all() or (largest == 0) != (other == 0):
        return 1.0 if other == 0 else float("inf")
    if largest == 0:
        return 0.0
    return float(np.abs(theirs / (largest if same_number else other) - ours / largest).max())


def correlation(theirs: np.ndarray, ours: np.ndarray) -> float | None:
    """Pearson's linear correlation of two arrays of one shape; None if one is constant or not finite."""
    if not np.isfinite(theirs).all() or np.ptp(theirs) == 0 or np.ptp(ours) == 0:
        return None
    return float(np.corrcoef(theirs.ravel().astype(np.float64), ours.ravel().astype(np.float64))[0, 1])


def rounding(difference: float, theirs: np.ndarray, nearby: np.ndarray) -> tuple[str, ...]:
    """A sentence if a difference is no larger than what rounding does: of ReLU networks the gradient jumps.

    Args:
        difference: The largest difference between theirs and ours.
        theirs: Its result.
        nearby: Its result for an input in which every number is the next larger float32.
    """
    own = largest_difference(nearby, theirs)
    if own < difference / 10:
        return ()
    return (
        text(
            "Rounding makes the difference: if every number of the input becomes the next one that a "
            "float32 can hold, the result of tf-keras-vis itself changes by {own:.2g} of its largest "
            "value. Units lie exactly where their ReLU starts, and there the gradient jumps.",
            own=own,
        ),
    )

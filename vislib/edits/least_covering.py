"""The fewest superpixels whose covering changes the answer, and the fewest that keep it when all others are covered."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vislib.attribution.fills import FILLS, cover_image
from vislib.attribution.lime import Lime
from vislib.edits.base import editable
from vislib.edits.cover import Cover, box_of, nearest_cells
from vislib.edits.criterion import Counted, kept_answer
from vislib.errors import ParameterError, listed
from vislib.language import Text, sentences, text
from vislib.model.classifier import Classifier
from vislib.progress import Progress, progress_bar
from vislib.targets.base import Target

GOALS = ("change", "keep")
_BATCH = 16


@dataclass(frozen=True, eq=False)
class LeastCovering:
    """Superpixels whose covering changes the answer, or that keep it alone; none of them can be left out.

    Attributes:
        goal: "change": the chosen superpixels are covered, and the answer is another one. "keep": they are shown, all
            others are covered, and the answer is still the same.
        segments: (h, w): the number of each pixel's superpixel, on the network's input.
        chosen: The numbers of the superpixels, in the order in which they were found.
        leads: (chosen,): how far the answer is kept with one of them left out: above 0 it is kept. So with the goal
            "change" each is above 0, and with "keep" none is.
        lead: The same with all of them.
        rule: When the answer counts as kept, in words.
        outcome: What the network says about the covered image, in words.
        n_passes: Forward passes: images that went through the network.
        edit: The covering, as an edit of the image.
        note: A sentence on the superpixels, if they are not what is usual.

    Example:
        >>> found = vislib.edits.least_covering(classifier, image, n_segments=8)
        >>> found.goal, found.segments.shape, found.share <= 1
        ('change', (28, 28), True)
    """

    goal: str
    segments: np.ndarray
    chosen: tuple[int, ...]
    leads: np.ndarray
    lead: float
    rule: str
    outcome: str
    n_passes: int
    edit: Cover
    note: str = ""

    @property
    def n_superpixels(self) -> int:
        """How many superpixels the input has."""
        return int(self.segments.max()) + 1

    @property
    def share(self) -> float:
        """The share of the network's input that the chosen superpixels take, 0..1."""
        return float(np.isin(self.segments, self.chosen).mean())

    def in_words(self) -> Text:
        """What was found, in two sentences."""
        of = {"n": len(self.chosen), "total": self.n_superpixels, "share": self.share, "outcome": self.outcome}
        if self.goal == "change":
            what = text(
                "Covering {n} of {total} superpixels ({share:.0%} of the input) changes the answer: {outcome}.", **of
            )
            one, any_one = text("Without it the answer is kept."), text("Without any one of them the answer is kept.")
        else:
            what = text(
                "Showing {n} of {total} superpixels ({share:.0%} of the input) keeps the answer: {outcome}.", **of
            )
            one, any_one = text("Without it the answer is lost."), text("Without any one of them the answer is lost.")
        return sentences(
            what,
            one if len(self.chosen) == 1 else any_one,
            text("Kept means: {rule}.", rule=self.rule),
            text("{n:,} forward passes.", n=self.n_passes),
        )


def least_covering(
    classifier: Classifier,
    image: np.ndarray,
    target: int | str | Target | None = None,
    goal: str = "change",
    n_segments: int | None = None,
    segmentation: str = "slic",
    fill: str = "grey",
    seed: int = 0,
    progress: Progress = progress_bar,
) -> LeastCovering:
    """The fewest superpixels whose covering changes the answer, or which keep it when all others are covered.

    The search is greedy: one superpixel after the other, each time the one that weakens the answer most ("change") or
    strengthens it most ("keep"), until the goal is reached. Then superpixels are taken back as long as the goal is
    reached without them. So no single one can be left out; a smaller set of quite different ones may exist.

    When the answer is kept:

    - for a network that predicts one class, and no other target: that class stays the most probable one;
    - for a label of a multi-label network: its probability stays on its side of 50 %;
    - for any other target, such as a predicted number, a segment or another class: its number stays nearer to that of
      the image than to that of the wholly covered image.

    Args:
        classifier: The network.
        image: An image array as the network takes it, such as (H, W, 3) uint8.
        target: As for `what_if`.
        goal: "change" or "keep".
        n_segments: Approximate number of superpixels; by default as for LIME.
        segmentation: "slic" or "grid".
        fill: What covers: one of `vislib.attribution.fills.FILLS`.
        seed: Of the noise fill.
        progress: Called as progress(done, total) with the forward passes; total is the most that the first search can
            take. If it raises, the work stops.

    Raises:
        ParameterError: If a setting is not accepted, or covering everything does not change the answer.
        ModelError: If the network gives NaN for a covered image.

    Example:
        >>> found = vislib.edits.least_covering(classifier, image, n_segments=8)
        >>> found.n_superpixels >= len(found.chosen)
        True
    """
    if goal not in GOALS:
        raise ParameterError(text("`goal` must be one of {goals}; not {goal!r}.", goals=listed(GOALS), goal=goal))
    if fill not in FILLS:
        raise ParameterError(text("`fill` must be one of {fills}; not {fill!r}.", fills=listed(FILLS), fill=fill))
    image = editable(classifier, image)
    method = Lime(n_segments=n_segments, segmentation=segmentation, seed=seed).resolved(classifier)
    segments, note = method.segments(classifier.resize(image))
    covered = _Covered(classifier, image, segments, fill, seed)
    counted = Counted(classifier)
    whole, nothing = (covered.inputs(np.full((1, covered.n), hidden)) for hidden in (False, True))
    answer = kept_answer(counted, whole, nothing, target)
    n = covered.n
    total = counted.n_passes + n * (n + 1) // 2

    def report() -> None:
        progress(min(counted.n_passes, total - 1), total)

    def leads(chosen: np.ndarray) -> np.ndarray:
        found = []
        for start in range(0, len(chosen), _BATCH):
            now = chosen[start : start + _BATCH]
            found.append(answer.leads(covered.inputs(now if goal == "change" else ~now)))
            report()
        return np.concatenate(found)

    report()
    order, lead = _grown(n, leads, goal)
    order, lead, without = _pruned(order, lead, n, leads, goal)
    chosen = np.isin(np.arange(n), order)
    hidden = chosen if goal == "change" else ~chosen
    outcome = answer.outcome(covered.inputs(hidden[None]))
    progress(total, total)
    return LeastCovering(
        goal=goal,
        segments=segments,
        chosen=tuple(order),
        leads=without,
        lead=lead,
        rule=answer.rule,
        outcome=outcome,
        n_passes=counted.n_passes,
        edit=Cover(covered.box, fill, hidden[segments], seed),
        note=note,
    )


def _grown(n: int, leads: Callable, goal: str) -> tuple[list[int], float]:
    """Superpixels in the order of the greedy search until the goal is reached, and the lead with all of them."""
    order: list[int] = []
    while len(order) < n:
        left = [each for each in range(n) if each not in order]
        found = leads(np.stack([np.isin(np.arange(n), [*order, each]) for each in left]))
        best = int(np.argmin(found) if goal == "change" else np.argmax(found))
        order.append(left[best])
        if _reached(found[best], goal):
            break
    return order, float(found[best])


def _pruned(order: list[int], lead: float, n: int, leads: Callable, goal: str) -> tuple[list[int], float, np.ndarray]:
    """The order without the superpixels that the goal does not need, its lead, and the lead without each of them."""
    while True:
        sets = [[each for each in order if each != left_out] for left_out in order]
        found = leads(np.stack([np.isin(np.arange(n), one) for one in sets]))
        spare = [k for k in range(len(order)) if _reached(found[k], goal)]
        if not spare:
            return order, lead, found
        best = min(spare, key=lambda k: found[k] if goal == "change" else -found[k])
        order, lead = sets[best], float(found[best])


def _reached(lead: float, goal: str) -> bool:
    return bool(lead <= 0) if goal == "change" else bool(lead > 0)


class _Covered:
    """The image with some superpixels covered, as `Cover` covers them, as network input.

    Attributes:
        n: The number of superpixels.
        box: What the network sees, as shares of the image.
    """

    def __init__(self, classifier: Classifier, image: np.ndarray, segments: np.ndarray, fill: str, seed: int):
        self._classifier, self._image = classifier, image
        self._cover = cover_image(image, fill, seed=seed)
        self.n = int(segments.max()) + 1
        self.box = box_of(classifier.box(image), (image.shape[0], image.shape[1]))
        rows, columns = nearest_cells(self.box, segments.shape, image.shape)
        self._segments = np.where((rows >= 0)[:, None] & (columns >= 0), segments[rows[:, None], columns], -1)

    def inputs(self, hidden: np.ndarray) -> np.ndarray:
        """Preprocessed inputs (k, h, w, c) with the superpixels of each row of `hidden` (k, n) bool covered."""
        pictures = []
        for each in hidden:
            table = np.append(each, False)  # the last one, −1, is what the network does not see
            edited = np.where(table[self._segments][..., None], self._cover, self._image)
            pictures.append(self._classifier.resize(edited))
        return self._classifier.preprocess_input(np.stack(pictures))

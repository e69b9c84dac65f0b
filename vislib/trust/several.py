"""Verdicts that rest on several images, and say on how many."""

from collections.abc import Sequence
from dataclasses import dataclass

from vislib.attribution.base import Family
from vislib.errors import ParameterError
from vislib.trust.measure import verdict
from vislib.trust.trust import Trust
from vislib.trust.verdicts import Ground, Reason, verdict_of

_IN_SHORT = {
    (Ground.SAME_FOR_EVERY_CLASS, False): "It is the same for every class or output",
    (Ground.RANDOM_WEIGHTS, True): "It changes when the weights are random",
    (Ground.RANDOM_WEIGHTS, False): "It changes little when the weights are random",
    (Ground.BASELINES, True): "It beats random pixels and an edge detector, shown and covered",
    (Ground.BASELINES, False): "It does not beat random pixels and an edge detector both shown and covered",
    (Ground.POINTING, False): "It highlights the right one of several images hardly more than chance",
    (Ground.NOISE, False): "Invisible noise changes it by its whole size, or not at all",
}


@dataclass(frozen=True)
class VerdictOverImages:
    """The verdict on a method from its maps of several images.

    Attributes:
        name: The method's name.
        title: The name that people read.
        n_images: On how many images it rests.
        text: The verdict, one sentence that says the number of images.
        reasons: What speaks for or against it on at least half of the images, each with its number of images.
    """

    name: str
    title: str
    n_images: int
    text: str
    reasons: tuple[Reason, ...]


def over_images(measured: Sequence[Sequence[Trust]]) -> list[VerdictOverImages]:
    """One verdict for each method from the results of `measure` for several images.

    A ground counts for or against a method if it does so on at least half of the images; where it does both equally
    often, it counts against.

    Args:
        measured: For each image the results of `measure`, of the same methods in the same order.

    Raises:
        ParameterError: If there is no image, or the methods differ.
    """
    names = [[one.name for one in each] for each in measured]
    if not names or any(other != names[0] for other in names):
        raise ParameterError("Verdicts over images need the same methods, measured for each image in the same order.")
    found = []
    for number, first in enumerate(measured[0]):
        every = [reason for each in measured for reason in verdict(each[number], each)[1]]
        reasons = _of_most(every, len(measured)) if first.family is not Family.BASELINE else ()
        images = "1 image" if len(measured) == 1 else f"{len(measured)} images"
        text = f"{verdict_of(first.family, reasons).rstrip('.')} ({images})."
        found.append(VerdictOverImages(first.name, first.title, len(measured), text, reasons))
    return found


def _of_most(reasons: Sequence[Reason], n_images: int) -> tuple[Reason, ...]:
    counts = {key: sum((reason.ground, reason.supports) == key for reason in reasons) for key in _IN_SHORT}
    kept = []
    for (ground, supports), count in counts.items():
        opposite = counts.get((ground, not supports), 0)
        if 2 * count >= n_images and count and (count > opposite or not supports):
            kept.append(Reason(ground, supports, f"{_IN_SHORT[ground, supports]}: {count} of {n_images} images."))
    return tuple(sorted(kept, key=lambda reason: reason.supports))

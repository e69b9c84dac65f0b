"""Verdicts that rest on several images, and say on how many."""

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vislib.attribution.base import Explainer, Family
from vislib.errors import ImageError, ParameterError
from vislib.images.sets import ImageSet
from vislib.language import plural, text
from vislib.model.classifier import Classifier
from vislib.progress import Progress, Steps, progress_bar
from vislib.targets.base import Target
from vislib.trust.measure import measure
from vislib.trust.measured import verdict
from vislib.trust.trust import Trust
from vislib.trust.verdicts import EMPTY, Ground, Reason, short_verdict

_IN_SHORT = {
    (Ground.SAME_FOR_EVERY_CLASS, False): text("It is the same for every class or output"),
    (Ground.RANDOM_WEIGHTS, True): text("It changes when the weights are random"),
    (Ground.RANDOM_WEIGHTS, False): text("It changes little when the weights are random"),
    (Ground.BASELINES, True): text("It beats random pixels and an edge detector, shown and covered"),
    (Ground.BASELINES, False): text("It does not beat random pixels and an edge detector both shown and covered"),
    (Ground.ROAD, True): text("It beats random pixels and an edge detector, shown and removed (ROAD)"),
    (Ground.ROAD, False): text("It does not beat random pixels and an edge detector both shown and removed (ROAD)"),
    (Ground.OTHER_CLASS, True): text("It changes when a class drawn at random is explained"),
    (Ground.OTHER_CLASS, False): text("It stays nearly the same when a class drawn at random is explained"),
    (Ground.POINTING, False): text("It highlights the right one of several images hardly more than chance"),
    (Ground.NOISE, False): text("Invisible noise changes it by its whole size, or not at all"),
}


@dataclass(frozen=True)
class VerdictOverImages:
    """The verdict on a method from its maps of several images.

    Attributes:
        name: The method's name.
        title: The name that people read.
        n_images: On how many images it rests: those whose map is not empty.
        text: The verdict, one sentence that says the number of images.
        reasons: What speaks for or against it on at least half of the images, each with its number of images.
        means: The mean of each measure of `Trust.row` over the images for which it was computed; of a yes or no, the
            share 0..1 of the images. A measure that was computed for no image is left out.

    Example:
        >>> saliency = vislib.methods()["saliency"]()
        >>> measured = vislib.trust.measure_each([saliency], classifier, [image], randomize=False)
        >>> vislib.trust.over_images(measured)[0].name
        'saliency'
    """

    name: str
    title: str
    n_images: int
    text: str
    reasons: tuple[Reason, ...]
    means: Mapping[str, float]


def measure_each(
    explainers: Sequence[str | Explainer],
    classifier: Classifier,
    images: ImageSet | Sequence[np.ndarray],
    target: Target | None = None,
    *,
    unread: list[int] | None = None,
    progress: Progress = progress_bar,
    **settings: Any,
) -> Iterator[list[Trust]]:
    """The result of `measure` for one image after the other; `over_images` takes it.

    Args:
        explainers: The methods, by name or as explainers.
        classifier: The network.
        images: The images, (H, W, 3) in 0..255 each.
        target: What is explained on each image; None means each image's own most probable class.
        unread: Fills with the numbers of images that are left out, because they cannot be read or the target has no
            value there, as the region of a class that a segmentation does not see.
        progress: Called as progress(done, n) with numbers of images. If it raises, the work stops.
        settings: More arguments of `measure`.

    Raises:
        ImageError: If no image can be measured.
        ModelError: If a method does not exist for the network.

    Example:
        >>> saliency = vislib.methods()["saliency"]()
        >>> measured = vislib.trust.measure_each([saliency], classifier, [image], randomize=False)
        >>> [one.name for one in next(measured)]
        ['saliency', 'random', 'edges']
    """
    requested = None if target is None else classifier.target(target)
    work, n_measured = Steps(progress, len(images)), 0
    for number in range(len(images)):
        try:
            image = images[number]
            if requested is not None:
                inputs = classifier.preprocess_input(classifier.resize(image)[None])
                requested.on_image(classifier.network, functools.partial(_logits, classifier, inputs))
        except (ImageError, ParameterError):
            if unread is not None:
                unread.append(number)
        else:
            yield measure(explainers, classifier, image, requested, progress=work.watch, **settings)
            n_measured += 1
        work.finished()
    if not n_measured:
        raise ImageError(text("None of the {n:,} images can be measured.", n=len(images)))


def _logits(classifier: Classifier, inputs: np.ndarray) -> np.ndarray:
    return classifier.network.logits(inputs)[0]


def over_images(measured: Iterable[Sequence[Trust]]) -> list[VerdictOverImages]:
    """One verdict for each method from the results of `measure` for several images.

    A ground counts for or against a method if it does so on at least half of the images; where it does both equally
    often, it counts against. Images on which the map of a method is empty count neither way.

    Args:
        measured: For each image the results of `measure`, of the same methods in the same order; such as `measure_each`
            gives, one image after the other, so that the maps of one image at a time are in memory.

    Raises:
        ParameterError: If there is no image, or the methods differ.

    Example:
        >>> digits = [vislib.load_image(vislib.sample_path(f"digits/{digit}.png")) for digit in (3, 8)]
        >>> measured = vislib.trust.measure_each([vislib.methods()["saliency"]()], classifier, digits, randomize=False)
        >>> vislib.trust.over_images(measured)[0].n_images
        2
    """
    names: list[str] | None = None
    first: list[tuple[str, str, Family]] = []
    n_images = 0
    n_empty: list[int] = []
    every: list[list[Reason]] = []
    rows: list[list[dict]] = []
    for each in measured:
        if names is None:
            names = [one.name for one in each]
            first = [(one.name, one.title, one.family) for one in each]
            every, rows, n_empty = [[] for _ in each], [[] for _ in each], [0] * len(each)
        if [one.name for one in each] != names:
            names = None
            break
        for number, one in enumerate(each):
            every[number] += verdict(one, each)[1]
            rows[number].append(one.row())
            n_empty[number] += one.empty
        n_images += 1
    if not names:
        raise ParameterError(
            text("Verdicts over images need the same methods, measured for each image in the same order.")
        )
    found = []
    for number, (name, title, family) in enumerate(first):
        n_judged = n_images - n_empty[number]
        reasons = _of_most(every[number], n_judged) if family is not Family.BASELINE else ()
        of = {
            "verdict": short_verdict(family, reasons) if n_judged else EMPTY,
            "images": plural("{n} image", "{n} images", n_judged or n_images),
        }
        if n_judged and n_empty[number]:
            empty = plural("one map is empty", "{n} maps are empty", n_empty[number])
            said = text("{verdict} ({images}; {empty}).", **of, empty=empty)
        else:
            said = text("{verdict} ({images}).", **of)
        found.append(VerdictOverImages(name, title, n_judged, said, reasons, _means(rows[number])))
    return found


def _means(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    means = {}
    for name in rows[0]:
        values = [row[name] for row in rows if isinstance(row[name], bool | int | float)]
        if values and name != "class_discriminative":
            means[name] = float(np.mean(values))
    return means


def _of_most(reasons: Sequence[Reason], n_images: int) -> tuple[Reason, ...]:
    counts = {key: sum((reason.ground, reason.supports) == key for reason in reasons) for key in _IN_SHORT}
    kept = []
    for (ground, supports), count in counts.items():
        opposite = counts.get((ground, not supports), 0)
        if 2 * count >= n_images and count and (count > opposite or not supports):
            said = text(
                "{reason}: {n} of {images} images.", reason=_IN_SHORT[ground, supports], n=count, images=n_images
            )
            kept.append(Reason(ground, supports, said))
    return tuple(sorted(kept, key=lambda reason: reason.supports))

"""The second opinion on plain activation maximization: gradient ascent on the pixels and nothing else."""

import dataclasses
import time
from typing import Any

import numpy as np

from vislib.activation_maximization.maximizer import maximize, pixels_of
from vislib.activation_maximization.parametrizations import Pixels
from vislib.errors import ParameterError, listed
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.opinion.result import AGREES, SecondOpinion, correlation, largest_difference, rounding
from vislib.parameters import check_parameters, parameter
from vislib.progress import Progress, within
from vislib.targets import ClassScore, Target

_BY_ITSELF = (
    text(
        "Its jitter shifts the picture itself, on average by half a pixel towards one corner at "
        "every step, and never back. Of two of its Norm regularisers only one counts."
    ),
)


@dataclasses.dataclass(frozen=True)
class Plain:
    """The settings of plain activation maximization: x ← x + step · √(h·w·c) · g / ‖g‖, g the gradient by the pixels.

    Args:
        steps: Number of steps.
        step: The root mean square of a step's change, for pixels in 0..1.
        seed: Seed of the noise from which it starts without an image.
    """

    steps: int = parameter(16, text("Steps"), low=1, high=1000, help=text("Steps of the ascent."))
    step: float = parameter(
        0.005, text("Length of a step"), low=1e-5, high=1.0, help=text("Mean change of a pixel, in 0..1.")
    )
    seed: int = parameter(0, text("Seed"), low=0, high=2**31 - 1, help=text("The same seed gives the same start."))

    def __post_init__(self) -> None:
        check_parameters(self)


def second_picture(
    classifier: Classifier, image: np.ndarray | None, target: Target | int | str | None, progress: Progress, params: Any
) -> SecondOpinion:
    """Both pictures; see `vislib.second_opinion`."""
    from vislib.opinion import peer

    known = [spec.name for spec in dataclasses.fields(Plain)]
    unknown = sorted(set(params) - set(known))
    if unknown:
        raise ParameterError(
            text(
                "Plain activation maximization has no {names}; it takes {known}.",
                names=listed(unknown),
                known=listed(known),
            )
        )
    settings, version = Plain(**params), peer.version()
    target = _target(classifier, image, target)
    shape = (*classifier.input_size, classifier.channels)
    start = _noise(shape, settings.seed) if image is None else image
    pixels = pixels_of(classifier.resize(start), classifier.channels)
    rate = settings.step * float(np.sqrt(pixels.size))
    progress(0, 2)
    ours = maximize(
        classifier,
        target,
        start,
        within(progress, 0, 2),
        steps=settings.steps,
        learning_rate=rate,
        optimiser="gradient",
        seed=settings.seed,
        parametrization=Pixels(),
        transforms=(),
    )
    progress(1, 2)
    began = time.perf_counter()

    def compute(pixels: np.ndarray) -> np.ndarray:
        return peer.picture(classifier, ours.objectives[0], pixels, settings.steps, rate, lambda: progress(1, 2))

    theirs = compute(pixels)
    seconds = time.perf_counter() - began
    assert ours.state is not None
    changes = theirs - pixels, ours.state.variables[0] - pixels
    difference = largest_difference(*changes)
    reasons: tuple[str, ...] = ()
    if difference > AGREES:
        reasons = rounding(difference, changes[0], compute(np.nextafter(pixels, np.float32(1))) - pixels)
    found = SecondOpinion(
        ours=ours,
        values=theirs,
        cells=theirs,
        same_number=True,
        largest_difference=difference,
        correlation=correlation(*changes),
        reasons=reasons,
        by_itself=_BY_ITSELF,
        version=version,
        seconds=seconds,
    )
    progress(2, 2)
    return found


def _target(classifier: Classifier, image: np.ndarray | None, target: Target | int | str | None) -> Target:
    if isinstance(target, Target):
        return target
    if target is None and image is None:
        raise ParameterError(text("Name what the picture shall excite: a class or a target of vislib.targets."))
    if target is None:
        assert image is not None
        target = classifier.main_class(classifier.logits(image))
    return ClassScore(target)


def _noise(shape: tuple[int, int, int], seed: int) -> np.ndarray:
    """A nearly grey picture (h, w, 3) uint8."""
    noise = np.random.default_rng(seed).normal(0.5, 0.01, (*shape[:2], 3))
    return np.rint(255 * noise).astype(np.uint8)

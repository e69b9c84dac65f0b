"""Activation maximization: gradient ascent on a picture until a unit is excited by it."""

import dataclasses
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from vislib.activation_maximization.maximization import Maximization, as_pictures, sheet
from vislib.activation_maximization.parametrizations import Fourier, Parametrization
from vislib.activation_maximization.regularisers import Regulariser
from vislib.activation_maximization.transforms import Jitter, Padding, Rotation, Scale, Transform, drawn
from vislib.errors import ParameterError
from vislib.model.preprocessing import LUMINANCE
from vislib.parameters import check_parameters, parameter
from vislib.progress import Progress, no_progress
from vislib.targets import ClassScore, Target

if TYPE_CHECKING:
    from vislib.activation_maximization.ascent import State
    from vislib.model.classifier import Classifier

_OPTIMISERS = ("adam", "gradient")
_MAX_CLASSES = 100


@dataclass(frozen=True)
class Maximizer:
    """x* = argmax over x of E[objective(T(x))] − penalties(x), T a random view; by gradient ascent.

    Every picture depends on seed, its number and its objective alone. The objective is on logits or activations,
    never on probabilities.

    Args:
        parametrization: What the picture is made of.
        transforms: The random views, in order; by default fitted to the network's input size.
        regularisers: Penalties.

    Reference: Erhan, Bengio, Courville & Vincent 2009, "Visualizing higher-layer features of a deep network";
    Olah, Mordvintsev & Schubert 2017, https://distill.pub/2017/feature-visualization.
    """

    steps: int = parameter(128, "Steps", low=1, high=10_000, help="More make a picture stronger and finer.")
    learning_rate: float = parameter(0.02, "Learning rate", low=1e-5, high=100.0, help="Length of a step.")
    optimiser: str = parameter("adam", "Optimiser", choices=_OPTIMISERS, help="How a gradient becomes a step.")
    seed: int = parameter(0, "Seed", low=0, high=2**31 - 1, help="The same seed gives the same picture.")
    partial_every: int = parameter(4, "Partial picture every", unit="steps", low=1, high=10_000)
    parametrization: Parametrization = dataclasses.field(default_factory=Fourier)
    transforms: tuple[Transform, ...] | None = None
    regularisers: tuple[Regulariser, ...] = ()

    def __post_init__(self) -> None:
        check_parameters(self)
        _check_kind("parametrization", [self.parametrization], Parametrization)
        for name, kind in (("transforms", Transform), ("regularisers", Regulariser)):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, _check_kind(name, getattr(self, name), kind))

    def resolved(self, classifier: "Classifier") -> Self:
        """This maximizer with the transforms that suit the network's input size, if none were given."""
        transforms = default_transforms(classifier.input_size) if self.transforms is None else self.transforms
        return dataclasses.replace(self, transforms=transforms)

    def __call__(
        self,
        classifier: "Classifier",
        objectives: Sequence[Target],
        start: "np.ndarray | Maximization | None" = None,
        progress: Progress = no_progress,
    ) -> Maximization:
        """A picture for each objective; see `maximize`."""
        from vislib.activation_maximization.ascent import Ascent
        from vislib.activation_maximization.scorer import Scorer

        began = time.perf_counter()
        self = self.resolved(classifier)
        objectives = tuple(one.resolved(classifier) for one in objectives)
        scorer = Scorer(classifier, objectives)
        ascent = Ascent(self.parametrization, self.regularisers, self._shape(classifier), self.optimiser)
        state = self._start(classifier, len(objectives), start)
        light = ascent.light(state)
        history = []
        progress(0, self.steps, _shown(light))
        for done in range(1, self.steps + 1):
            views = drawn(self.transforms or (), self.seed, state.step, len(light), classifier.input_size)
            values, gradients = scorer(light, views)
            state = ascent.next(state, gradients, self.learning_rate)
            light = ascent.light(state)
            history.append(values)
            shows = done == 1 or done % self.partial_every == 0 or done == self.steps
            progress(done, self.steps, _shown(light) if shows else None)
        pictures = as_pictures(light)
        straight = np.repeat(np.eye(3)[None], len(light), axis=0)
        scores, _ = scorer(pictures[..., : light.shape[3]].astype(np.float32) / 255, straight)
        before = start.values if isinstance(start, Maximization) else np.empty((0, len(light)), np.float32)
        return Maximization(
            pictures=pictures,
            objectives=objectives,
            values=np.concatenate([before, history]),
            scores=scores,
            seed=self.seed,
            params={spec.name: getattr(self, spec.name) for spec in dataclasses.fields(self)} | {"steps": state.step},
            model=classifier.key,
            seconds=time.perf_counter() - began + (start.seconds if isinstance(start, Maximization) else 0.0),
            state=state,
        )

    @staticmethod
    def _shape(classifier: "Classifier") -> tuple[int, int, int]:
        return *classifier.input_size, classifier.channels

    def _start(self, classifier: "Classifier", n: int, start: "np.ndarray | Maximization | None") -> "State":
        from vislib.activation_maximization.ascent import State

        shape = self._shape(classifier)
        if isinstance(start, Maximization):
            if start.state is None:
                raise ParameterError("A DeepDream result cannot be continued; start from its picture instead.")
            alike = (start.model, start.params["parametrization"], len(start.pictures))
            if alike != (classifier.key, self.parametrization, n):
                raise ParameterError(
                    "A maximization goes on with the network, the parametrization and the number of pictures it was "
                    f"begun with: {alike[0]}, {alike[1]}, {alike[2]}; not {classifier.key}, {self.parametrization}, {n}."
                )
            return start.state
        if start is not None:
            light = pixels_of(classifier.resize(start), classifier.channels)
            return State.at(np.repeat(self.parametrization.variables_of(light)[None], n, axis=0))
        noise = [self.parametrization.noise(np.random.default_rng([self.seed, index]), shape) for index in range(n)]
        return State.at(np.stack(noise))


def default_transforms(size: tuple[int, int]) -> tuple[Transform, ...]:
    """Views for an input of that size: for 224 pixels ±8 pixels, ±10 %, ±5°."""
    side = min(size)
    return (
        Padding(round(side / 18)),
        Jitter(max(1, round(side / 28))),
        Scale(0.1),
        Rotation(5.0),
    )


def maximize(
    classifier: "Classifier",
    objective: Target | str | int | Sequence[Target],
    start: "np.ndarray | Maximization | None" = None,
    progress: Progress = no_progress,
    **params: Any,
) -> Maximization:
    """Makes a picture that excites what the objective says, by activation maximization.

    Args:
        classifier: Whose units.
        objective: What to excite; a class by label or number; or several objectives of one form (such as channels of
            one layer), for as many pictures made together.
        start: An image (H, W, 3) to start from, or an earlier result to go on from; by default noise.
        progress: Called as progress(done, total, partial), partial the picture so far or None; an exception from
            it cancels and passes through.
        **params: The fields of `Maximizer`.

    Raises:
        LayerError, ParameterError: If there is no such unit or a parameter is not accepted.
    """
    known = [spec.name for spec in dataclasses.fields(Maximizer)]
    unknown = sorted(set(params) - set(known))
    if unknown:
        raise ParameterError(f"`maximize` has no parameter {', '.join(unknown)}; it takes {', '.join(known)}.")
    return Maximizer(**params)(classifier, _given(classifier, objective), start, progress)


def class_pictures(classifier: "Classifier", progress: Progress = no_progress, **params: Any) -> Maximization:
    """The network's idea of each of its classes: one picture a class, made together.

    Raises:
        ParameterError: If the network has more than 100 classes.
    """
    if len(classifier.labels) > _MAX_CLASSES:
        raise ParameterError(
            f"{classifier.key} has {len(classifier.labels)} classes; pictures of all are made of at most {_MAX_CLASSES}."
        )
    return maximize(
        classifier, [ClassScore(index) for index in range(len(classifier.labels))], None, progress, **params
    )


def _given(classifier: "Classifier", objective: Any) -> list[Target]:
    """What was asked for as objectives."""
    every = [objective] if _names_one(objective) else list(objective) if isinstance(objective, Iterable) else []
    if not every or not all(_names_one(one) for one in every):
        raise ParameterError(f"An objective, a class or a list of these is wanted; not {objective!r}.")
    return [one if isinstance(one, Target) else ClassScore(classifier.class_index(one)) for one in every]


def _names_one(given: Any) -> bool:
    return isinstance(given, Target | str | int | np.integer)


def _check_kind(name: str, given: Any, kind: type) -> tuple:
    every = tuple(given) if isinstance(given, Iterable) else (given,)
    wrong = next((one for one in every if not isinstance(one, kind)), None)
    if wrong is not None:
        raise ParameterError(f"The `{name}` of `Maximizer` must be of type {kind.__name__}; not {wrong!r}.")
    return every


def pixels_of(pixels: np.ndarray, channels: int) -> np.ndarray:
    """Pixels (h, w, 3) uint8 as light (h, w, channels) in 0..1; grey by luminance."""
    values = pixels.astype(np.float32) / 255
    return values @ LUMINANCE[:, None] if channels == 1 else values


def _shown(light: np.ndarray) -> np.ndarray:
    pictures = as_pictures(light)
    return pictures[0] if len(pictures) == 1 else sheet(pictures)

"""Activation maximization: gradient ascent on a picture, so that it excites a unit."""

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
from vislib.language import listing, text
from vislib.model.preprocessing import LUMINANCE
from vislib.parameters import check_parameters, parameter
from vislib.progress import Progress, progress_bar
from vislib.targets import ClassScore, Target

if TYPE_CHECKING:
    from vislib.activation_maximization.ascent import State
    from vislib.model.classifier import Classifier

_OPTIMISERS = ("adam", "gradient")
_MAX_CLASSES = 100


@dataclass(frozen=True)
class Maximizer:
    """x* = argmax over x of E[objective(T(x))] − penalties(x), T a random view; by gradient ascent.

    Every picture depends only on the seed, its number and its objective. The objective is computed from logits or
    activations, never from probabilities.

    Args:
        steps: Number of gradient steps.
        learning_rate: Length of a step.
        optimiser: "adam" or "gradient".
        seed: The same seed gives the same picture.
        partial_every: Steps between two partial pictures that progress gets.
        parametrization: How a picture is computed from variables.
        transforms: The random views, in order; by default `default_transforms` of the network's input size.
        regularisers: The penalties.

    Reference: Erhan, Bengio, Courville & Vincent 2009, "Visualizing higher-layer features of a deep network";
    Olah, Mordvintsev & Schubert 2017, https://distill.pub/2017/feature-visualization.

    Example:
        >>> maximizer = vislib.activation_maximization.Maximizer(steps=64, seed=1)
        >>> maximizer.learning_rate
        0.02
    """

    steps: int = parameter(
        128, text("Steps"), low=1, high=10_000, help=text("More steps make the picture stronger and finer.")
    )
    learning_rate: float = parameter(0.02, text("Learning rate"), low=1e-5, high=100.0, help=text("Length of a step."))
    optimiser: str = parameter(
        "adam", text("Optimiser"), choices=_OPTIMISERS, help=text("How a step follows from the gradient.")
    )
    seed: int = parameter(0, text("Seed"), low=0, high=2**31 - 1, help=text("The same seed gives the same picture."))
    partial_every: int = parameter(4, text("Partial picture every"), unit=text("steps"), low=1, high=10_000)
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
        """A copy of this maximizer; if it has no transforms, with the default ones for the network's input size."""
        transforms = default_transforms(classifier.input_size) if self.transforms is None else self.transforms
        return dataclasses.replace(self, transforms=transforms)

    def __call__(
        self,
        classifier: "Classifier",
        objectives: Sequence[Target],
        start: "np.ndarray | Maximization | None" = None,
        progress: Progress = progress_bar,
    ) -> Maximization:
        """Computes a picture for each objective; see `maximize`."""
        from vislib.activation_maximization.ascent import Ascent
        from vislib.activation_maximization.scorer import Scorer

        began = time.perf_counter()
        transforms = self.resolved(classifier).transforms or ()
        objectives = tuple(one.resolved(classifier).without_image() for one in objectives)
        scorer = Scorer(classifier, objectives)
        ascent = Ascent(self.parametrization, self.regularisers, self._shape(classifier), self.optimiser)
        state = self._start(classifier, objectives, start)
        pixels = ascent.pixels(state)
        history, magnitudes = [], np.zeros(pixels.shape[:3], np.float64)
        progress(0, self.steps, _partial_picture(pixels))
        for done in range(1, self.steps + 1):
            views = drawn(transforms, self.seed, state.step, len(pixels), classifier.input_size)
            values, gradients = scorer(pixels, views)
            magnitudes += np.abs(gradients).mean(axis=-1)
            state = ascent.next(state, gradients, self.learning_rate)
            pixels = ascent.pixels(state)
            history.append(values)
            shows = done == 1 or done % self.partial_every == 0 or done == self.steps
            progress(done, self.steps, _partial_picture(pixels) if shows else None)
        pictures = as_pictures(pixels)
        identity_views = np.repeat(np.eye(3)[None], len(pixels), axis=0)
        scores, _ = scorer(pictures[..., : pixels.shape[3]].astype(np.float32) / 255, identity_views)
        before = start.values if isinstance(start, Maximization) else np.empty((0, len(pixels)), np.float32)
        if isinstance(start, Maximization) and start.slopes is not None:
            magnitudes += start.slopes * len(before)
        return Maximization(
            pictures=pictures,
            objectives=objectives,
            values=np.concatenate([before, history]),
            scores=scores,
            seed=self.seed,
            params={spec.name: getattr(self, spec.name) for spec in dataclasses.fields(self)} | {"steps": state.step},
            model=classifier.current_key(),
            seconds=time.perf_counter() - began + (start.seconds if isinstance(start, Maximization) else 0.0),
            slopes=(magnitudes / (len(before) + len(history))).astype(np.float32),
            state=state,
        )

    @staticmethod
    def _shape(classifier: "Classifier") -> tuple[int, int, int]:
        return *classifier.input_size, classifier.channels

    def _start(
        self, classifier: "Classifier", objectives: tuple[Target, ...], start: "np.ndarray | Maximization | None"
    ) -> "State":
        from vislib.activation_maximization.ascent import State

        shape, n = self._shape(classifier), len(objectives)
        if isinstance(start, Maximization):
            if start.state is None:
                raise ParameterError(text("A DeepDream result cannot be continued; start from its picture instead."))
            alike = (start.model, start.params["parametrization"], len(start.pictures))
            key = classifier.current_key()
            if alike != (key, self.parametrization, n):
                raise ParameterError(
                    text(
                        "A result can be continued only with the same network, parametrization and number of "
                        "pictures: {model}, {parametrization}, {n}; not {model2}, {parametrization2}, {n2}.",
                        model=alike[0],
                        parametrization=alike[1],
                        n=alike[2],
                        model2=key,
                        parametrization2=self.parametrization,
                        n2=n,
                    )
                )
            if (start.objectives, start.seed) != (objectives, self.seed):
                raise ParameterError(
                    text(
                        "A result can be continued only for the same target with the same seed: {target}, seed {seed}; "
                        "not {target2}, seed {seed2}. Start from its picture instead: `start=result.picture`.",
                        target=listing(start.titles, "plain"),
                        seed=start.seed,
                        target2=listing([one.in_words() for one in objectives], "plain"),
                        seed2=self.seed,
                    )
                )
            return start.state
        if start is not None:
            pixels = pixels_of(classifier.resize(start), classifier.channels)
            return State.at(np.repeat(self.parametrization.variables_of(pixels)[None], n, axis=0))
        noise = [self.parametrization.noise(np.random.default_rng([self.seed, index]), shape) for index in range(n)]
        return State.at(np.stack(noise))


def default_transforms(size: tuple[int, int]) -> tuple[Transform, ...]:
    """The random views for an input (height, width): for 224 pixels, shifts of ±8 pixels, ±10 % in size, ±5°.

    Example:
        >>> [type(one).__name__ for one in vislib.activation_maximization.default_transforms((224, 224))]
        ['Padding', 'Jitter', 'Scale', 'Rotation']
    """
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
    progress: Progress = progress_bar,
    **params: Any,
) -> Maximization:
    """Makes a picture that excites the objective, by activation maximization.

    Args:
        classifier: The classifier that the units belong to.
        objective: The target to excite; a class, as a label or a number; or a list of several of one form (such as
            channels of one layer), which gives one picture for each, made together.
        start: An image (H, W, 3) in 0..255 to start from, or an earlier result to continue, with the same objective and
            seed; by default noise.
        progress: Called as progress(done, total, partial), where partial is the picture so far or None. If it raises,
            the work stops and the exception passes through.
        **params: The fields of `Maximizer`.

    Returns:
        One picture for each objective, at the network's input size.

    Raises:
        LayerError: If there is no such unit.
        ParameterError: If a parameter is unknown or not accepted, or the result to continue does not match.

    Example:
        >>> wanted = vislib.activation_maximization.maximize(classifier, "3", steps=2)
        >>> wanted.picture.shape, wanted.titles
        ((28, 28, 3), ('logit of “3”',))
    """
    known = [spec.name for spec in dataclasses.fields(Maximizer)]
    unknown = sorted(set(params) - set(known))
    if unknown:
        raise ParameterError(
            text(
                "`maximize` has no parameter {unknown}; it takes {parameters}.",
                unknown=listing(unknown, "plain"),
                parameters=listing(known, "plain"),
            )
        )
    return Maximizer(**params)(classifier, _as_targets(classifier, objective), start, progress)


def class_pictures(classifier: "Classifier", progress: Progress = progress_bar, **params: Any) -> Maximization:
    """Makes a picture for each class of the network, all together.

    Raises:
        ParameterError: If the network has more than 100 classes.

    Example:
        >>> vislib.activation_maximization.class_pictures(classifier, steps=2).pictures.shape
        (10, 28, 28, 3)
    """
    if len(classifier.labels) > _MAX_CLASSES:
        raise ParameterError(
            text(
                "{model} has {n} classes; pictures of all classes are possible for at most {most}.",
                model=classifier.name,
                n=len(classifier.labels),
                most=_MAX_CLASSES,
            )
        )
    return maximize(
        classifier, [ClassScore(index) for index in range(len(classifier.labels))], None, progress, **params
    )


def _as_targets(classifier: "Classifier", objective: Any) -> list[Target]:
    """The objectives as a list of targets."""
    every = [objective] if _names_one(objective) else list(objective) if isinstance(objective, Iterable) else []
    if not every or not all(_names_one(one) for one in every):
        raise ParameterError(
            text("`objective` must be a target, a class or a list of these; not {objective!r}.", objective=objective)
        )
    return [one if isinstance(one, Target) else ClassScore(classifier.class_index(one)) for one in every]


def _names_one(given: Any) -> bool:
    return isinstance(given, Target | str | int | np.integer)


def _check_kind(name: str, given: Any, kind: type) -> tuple:
    every = tuple(given) if isinstance(given, Iterable) else (given,)
    wrong = next((one for one in every if not isinstance(one, kind)), None)
    if wrong is not None:
        raise ParameterError(
            text(
                "The `{name}` of `Maximizer` must be of type {kind}; not {wrong!r}.",
                name=name,
                kind=kind.__name__,
                wrong=wrong,
            )
        )
    return every


def pixels_of(image: np.ndarray, channels: int) -> np.ndarray:
    """The pixels (h, w, channels) in 0..1 of an image (h, w, 3) uint8; one channel is the luminance."""
    values = image.astype(np.float32) / 255
    return values @ LUMINANCE[:, None] if channels == 1 else values


def _partial_picture(pixels: np.ndarray) -> np.ndarray:
    pictures = as_pictures(pixels)
    return pictures[0] if len(pictures) == 1 else sheet(pictures)

"""FGSM and PGD: perturbations of at most ε grey levels that move a score most.

Both work on the pixels that the network sees, after the image is cropped and resized to its input, and before the
preprocessing. There a step of one grey level is one step of a PNG file.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from vislib.adversarial.found import Adversarial
from vislib.errors import ParameterError
from vislib.language import text
from vislib.model.classifier import Classifier, Prediction
from vislib.progress import Progress, progress_bar
from vislib.targets.base import Target
from vislib.targets.odds import LogOdds
from vislib.targets.scores import ClassScore
from vislib.tasks import Task

MOST_GREY_LEVELS = 64
MOST_STEPS = 1000
_STEP_SHARE = 2.5
"""α · steps / ε: enough to go from one side of the ε ball to the other, and back a little (Madry et al. 2017)."""


def fgsm(
    classifier: Classifier, image: np.ndarray, epsilon: int = 2, class_index: Any = None, *, towards: Any = None
) -> Adversarial:
    """The fast gradient sign method: one step of ε along the sign of the gradient.

        x' = clip(x + ε · sign ∇ₓ J, 0, 255)

    J is the cross-entropy of the class that the picture moves away from, or the negative cross-entropy of the one that
    it moves towards. The sign is computed from the log odds of that class, whose gradient has the same direction and
    does not vanish where the probability is 1 within rounding.

    Args:
        classifier: A network that takes pictures.
        image: (H, W, 3) in 0..255.
        epsilon: The largest change of a pixel in grey levels, a whole number from 1 to `MOST_GREY_LEVELS`.
        class_index: The class to move away from, as a number or a label; None means the most probable class. Or any
            target of `vislib.targets`, whose value is lowered. For a network of another task, the output or segment.
        towards: The class to move towards instead; or a target, whose value is raised.

    Raises:
        ParameterError: If the network takes bands, there is no such class, both are given, or epsilon is not accepted.
        ModelError: If the target has no gradient by the image.

    Reference: Goodfellow, Shlens & Szegedy 2014, arXiv 1412.6572.

    Example:
        >>> found = vislib.adversarial.fgsm(classifier, image, epsilon=40)
        >>> found.image.shape, int(abs(found.perturbation).max())
        ((28, 28, 3), 40)
    """
    attack = _Attack.of(classifier, image, epsilon, class_index, towards)
    gradient, _ = attack.gradient(attack.start)
    return attack.found("fgsm", attack.start + epsilon * np.sign(gradient), [], None)


def pgd(
    classifier: Classifier,
    image: np.ndarray,
    epsilon: int = 2,
    class_index: Any = None,
    *,
    towards: Any = None,
    steps: int = 20,
    seed: int = 0,
    progress: Progress = progress_bar,
) -> Adversarial:
    """Projected gradient descent: many small steps along the sign of the gradient, each projected back into the ε ball.

        x₀ = x + u, u uniform in [−ε, ε];   xₜ₊₁ = clip(Π(xₜ + α · sign ∇ J), 0, 255), α = 2.5 · ε / steps

    Π clips to x ± ε. The steps are taken in real numbers; the picture that is returned is rounded to whole grey levels,
    and the predictions are those for the rounded picture. Other arguments and errors as for `fgsm`.

    Args:
        steps: Number of steps, 1 to 1,000; each takes one pass forwards and one backwards.
        seed: Seed of the random start.
        progress: Called between the steps.

    Reference: Madry, Makelov, Schmidt, Tsipras & Vladu 2017, arXiv 1706.06083.

    Example:
        >>> found = vislib.adversarial.pgd(classifier, image, epsilon=40, towards="8", steps=3)
        >>> found.before[0].label, found.image.dtype
        ('3', dtype('uint8'))
    """
    if isinstance(steps, bool) or not isinstance(steps, int | np.integer) or not 1 <= steps <= MOST_STEPS:
        raise ParameterError(
            text(
                "`steps` must be a whole number from 1 to {most:,}; not {steps!r}.",
                most=MOST_STEPS,
                steps=steps,
            )
        )
    attack = _Attack.of(classifier, image, epsilon, class_index, towards)
    noise = np.random.default_rng(seed).uniform(-epsilon, epsilon, attack.start.shape).astype(np.float32)
    now, values = attack.projected(attack.start + noise), []
    for step in range(steps):
        progress(step, steps)
        gradient, value = attack.gradient(now)
        values += [value] if step else []
        now = attack.projected(now + _STEP_SHARE * epsilon / steps * np.sign(gradient))
    progress(steps, steps)
    return attack.found("pgd", now, values, int(seed))


@dataclass(frozen=True, eq=False)
class _Attack:
    """What both methods share.

    Attributes:
        classifier: The network.
        target: The target that is moved, for this image.
        sign: 1 if it is raised, −1 if it is lowered.
        epsilon: The radius of the ball, in grey levels.
        start: (h, w, 3) float32: what the network sees of the image.
        may_change: (h, w, 1) bool: where that is a part of the image and not black beside it.
    """

    classifier: Classifier
    target: Target
    sign: int
    epsilon: int
    start: np.ndarray
    may_change: np.ndarray

    @classmethod
    def of(cls, classifier: Classifier, image: np.ndarray, epsilon: int, away: Any, towards: Any) -> "_Attack":
        if not classifier.takes_pictures:
            raise ParameterError(
                text(
                    "An adversarial example is a picture of whole grey levels; {model} takes {channels} bands. "
                    "To see how its answer depends on them, use vislib.explain with saliency.",
                    model=classifier.name,
                    channels=classifier.channels,
                )
            )
        is_whole = isinstance(epsilon, int | np.integer) and not isinstance(epsilon, bool)
        if not is_whole or not 1 <= epsilon <= MOST_GREY_LEVELS:
            raise ParameterError(
                text(
                    "`epsilon` must be a whole number of grey levels from 1 to {most}; not {epsilon!r}.",
                    most=MOST_GREY_LEVELS,
                    epsilon=epsilon,
                )
            )
        if away is not None and towards is not None:
            raise ParameterError(text("Give `class_index`, to move away from it, or `towards`; not both."))
        resized = classifier.resize(image)
        inputs = classifier.preprocess_input(resized[None])
        logits = classifier.network.logits(inputs)
        classifier.network.check_finite(logits, inputs)
        given = away if towards is None else towards
        if given is None and classifier.task is not Task.EMBEDDING:
            given = classifier.main_class(logits[0])
        target = _score(classifier, given).on_image(classifier.network, lambda: logits[0])
        white = np.full((*np.shape(image)[:2], 3), 255, np.uint8)
        inside = classifier.resize(white)[..., :1] > 0
        return cls(classifier, target, -1 if towards is None else 1, int(epsilon), resized.astype(np.float32), inside)

    def gradient(self, pixels: np.ndarray) -> tuple[np.ndarray, float]:
        """The gradient (h, w, 3) of the score by pixels (h, w, 3), with the sign of the way to go; and the score."""
        classifier = self.classifier
        gradients, values = classifier.network.gradients(classifier.preprocess_input(pixels[None]), self.target)
        by_pixel = classifier.preprocess.pixel_gradient(gradients, classifier.channels)[0]
        return self.sign * by_pixel * self.may_change, float(values[0])

    def projected(self, pixels: np.ndarray) -> np.ndarray:
        """The nearest picture (h, w, 3) float32 that is within ε of the start and in 0..255."""
        change = np.clip(pixels - self.start, -self.epsilon, self.epsilon) * self.may_change
        return np.clip(self.start + change, 0, 255)

    def found(self, method: str, pixels: np.ndarray, values: list[float], seed: int | None) -> Adversarial:
        """The result for a picture (h, w, 3), rounded to grey levels; `values` are the scores between the steps."""
        classifier = self.classifier
        original = self.start.astype(np.uint8)
        adversarial = np.rint(self.projected(pixels)).astype(np.uint8)
        inputs = classifier.preprocess_input(np.stack([original, adversarial]))
        logits = classifier.network.logits(inputs)
        first, last = (float(value) for value in classifier.network.values(inputs, self.target))
        return Adversarial(
            method=method,
            model=classifier.current_key(),
            original=original,
            image=adversarial,
            epsilon=self.epsilon,
            target=self.target,
            raised=self.sign > 0,
            logits_before=logits[0],
            logits_after=logits[1],
            before=tuple(classifier.ranked(logits[0], 5)),
            after=tuple(classifier.ranked(logits[1], 5)),
            of_label=_of_label(classifier, self.target, logits),
            values=np.array([first, *values, last]),
            succeeded=_succeeded(classifier, self.target, self.sign, logits),
            seed=seed,
        )


def _score(classifier: Classifier, given: Any) -> Target:
    """The target whose value is moved: for a class of an image its log odds, else the target itself."""
    target = classifier.target(given)
    plain = isinstance(target, ClassScore) and target.is_class_logit
    if plain and classifier.task in (Task.CLASSIFICATION, Task.BINARY, Task.MULTI_LABEL):
        return LogOdds(target.class_index).resolved(classifier)
    return target


def _of_label(classifier: Classifier, target: Target, logits: np.ndarray) -> tuple[Prediction, Prediction] | None:
    """The predictions of the label for the image and for the adversarial picture; None where no label was moved."""
    if not isinstance(target, LogOdds) or classifier.task is not Task.MULTI_LABEL:
        return None
    index, n_labels = int(target.class_index), len(classifier.labels)
    before, after = (next(p for p in classifier.ranked(each, n_labels) if p.index == index) for each in logits)
    return before, after


def _succeeded(classifier: Classifier, target: Target, sign: int, logits: np.ndarray) -> bool | None:
    """Whether the network's answer changed as wanted; None where it gives no class."""
    if not isinstance(target, LogOdds):
        return None
    class_index = int(target.class_index)
    if classifier.task is Task.MULTI_LABEL:  # the probability is 50 % where the logit is 0
        is_the_answer = bool(logits[1, class_index] >= 0)
    else:
        is_the_answer = int(logits[1].argmax()) == class_index
    return is_the_answer == (sign > 0)

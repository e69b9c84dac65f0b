"""What every explanation method is: a frozen dataclass of its parameters, registered by its name."""

import dataclasses
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import numpy as np
from PIL import Image

from vislib.errors import ParameterError, listed
from vislib.model.classifier import Classifier
from vislib.output.heatmap import Heatmap
from vislib.parameters import check_parameters
from vislib.parameters import parameter as parameter
from vislib.progress import Progress, no_progress
from vislib.speed.blas_threads import one_blas_thread
from vislib.targets.scores import Target


@dataclass(frozen=True)
class Attribution:
    """What a method computes: the map and, where there are any, its layer, further arrays and what is to be said."""

    values: np.ndarray
    layer: str | None = None
    details: Mapping[str, np.ndarray] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Explainer(ABC):
    """A method that says which parts of an image a class's score rests on.

    A subclass is a frozen dataclass whose fields are the method's parameters; defining it registers it
    under its `name`.

    Class attributes:
        name: How scripts call it, such as "grad-cam".
        title: How people call it.
        family: "perturbation", "gradient", "class activation", or "baseline" for what explains nothing and is there
            to be compared with.
        reference: Authors, year, arXiv number.
        caveat: The method's known weakness, one sentence.
        signed: Whether negative values mean evidence against the class.
        unit: What a value is.
        class_discriminative: Whether the map depends on the class at all.
        counted: What progress counts, in the plural.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    family: ClassVar[str]
    reference: ClassVar[str]
    caveat: ClassVar[str]
    signed: ClassVar[bool]
    unit: ClassVar[str] = "raw value"
    class_discriminative: ClassVar[bool] = True
    counted: ClassVar[str] = "steps"

    registry: ClassVar[dict[str, type["Explainer"]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "name" in cls.__dict__:
            Explainer.registry[cls.name] = cls

    def __post_init__(self) -> None:
        check_parameters(self)

    def explain(
        self,
        classifier: Classifier,
        image: np.ndarray,
        class_index: int | Target | None = None,
        progress: Progress = no_progress,
    ) -> Heatmap:
        """The method's map for one image and class.

        Args:
            classifier: Whose decision.
            image: (H, W, 3) in 0..255.
            class_index: The class whose logit is explained, None for the most probable one; or a Target, to
                explain something else.
            progress: Called between batches of work; an exception from it cancels and passes through.

        Returns:
            A heatmap at the resolution of the network's input.

        Raises:
            ParameterError: If there is no such class, or a parameter does not suit this network.
            LayerError: If the layer asked for has no feature maps.
        """
        start = time.perf_counter()
        resolved = self.resolved(classifier)
        target = _target(classifier, class_index)
        fitted = classifier.fit(image)
        inputs = classifier.prepare(fitted[None])
        with classifier.network.one_decision(), one_blas_thread():
            target = target or Target(int(np.argmax(classifier.network.logits(inputs))))
            attribution = resolved.attribute(classifier, fitted, target, progress)
            logits = classifier.network.logits(inputs)  # of the method's own pass, where it made one
        return Heatmap(
            values=np.ascontiguousarray(attribution.values, np.float32),
            signed=self.signed,
            unit=self.unit,
            method=self.name,
            target=target,
            class_index=target.class_index,
            label=classifier.labels[target.class_index],
            explained=target.title(classifier.labels),
            score=float(classifier.network.scores(logits, target)[0]),
            layer=attribution.layer,
            params=dataclasses.asdict(resolved),
            seconds=time.perf_counter() - start,
            model=classifier.key,
            box=classifier.box(image),
            image_size=(image.shape[0], image.shape[1]),
            details=attribution.details,
            notes=attribution.notes,
        )

    def resolved(self, classifier: Classifier) -> Self:
        """This method with the defaults that depend on the network filled in."""
        return self

    @abstractmethod
    def attribute(self, classifier: Classifier, fitted: np.ndarray, target: Target, progress: Progress) -> Attribution:
        """The computation itself, on the image as the network sees it, (h, w, 3) uint8."""

    def attribute_many(
        self, classifier: Classifier, fitted: np.ndarray, targets: Sequence[Target]
    ) -> list[Attribution]:
        """The computation for several images (n, h, w, 3) uint8, each with a target of its own, all of one score.

        A method that can compute several in one pass overrides this; its maps equal those of `attribute` up to
        rounding. Here they are computed one by one.
        """
        return [self.attribute(classifier, one, each, no_progress) for one, each in zip(fitted, targets, strict=True)]


def _target(classifier: Classifier, class_index: int | Target | None) -> Target | None:
    """What is asked for, with its classes looked up; None for the top class."""
    if class_index is None:
        return None
    if isinstance(class_index, Target):
        return class_index.checked(classifier)
    return Target(classifier.class_index(class_index))


def methods() -> dict[str, type[Explainer]]:
    """Every explanation method by name."""
    return dict(Explainer.registry)


def explain(
    method: str,
    classifier: Classifier,
    image: np.ndarray,
    class_index: int | Target | None = None,
    progress: Progress = no_progress,
    **params: Any,
) -> Heatmap:
    """Explains a classifier's score for a class with the method of that name.

    Args:
        method: One of `methods()`.
        classifier: Whose decision.
        image: (H, W, 3) in 0..255.
        class_index: The class whose logit is explained, None for the most probable one; or a Target, to explain
            something else.
        progress: Called as progress(done, total, partial=None); an exception from it cancels.
        **params: The method's parameters.

    Raises:
        ParameterError: If there is no such method, class or parameter, or a value is not accepted.
        LayerError: If the layer asked for has no feature maps.
    """
    if method not in Explainer.registry:
        raise ParameterError(f"There is no method '{method}'; there are: {listed(Explainer.registry)}.")
    explainer = Explainer.registry[method]
    known = [spec.name for spec in dataclasses.fields(explainer)]
    unknown = sorted(set(params) - set(known))
    if unknown:
        takes = f"it takes {listed(known)}" if known else "it takes none"
        raise ParameterError(f"{explainer.title} has no parameter {listed(unknown)}; {takes}.")
    return explainer(**params).explain(classifier, image, class_index, progress)


def batches(count: int, first: int, most: int) -> list[slice]:
    """Pieces of work 0 to count − 1, in batches: at first `first`, that a coarse map comes soon, then `most` at a time."""
    starts = [0, *range(min(first, most), count, most)]
    return [slice(start, stop) for start, stop in zip(starts, [*starts[1:], count], strict=True)]


def upsample(values: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A coarse map (h, w) at a finer size (H, W): bilinear between cell centres (half-pixel aligned).

    The centre of cell i of n lands at (i + ½)·H/n − ½, as it should; aligning corners instead, as
    scipy.ndimage.zoom does, shifts an impulse in cell 1 of 7 by 10 pixels of 224.
    """
    picture = Image.fromarray(np.ascontiguousarray(values, np.float32))
    return np.asarray(picture.resize((size[1], size[0]), Image.Resampling.BILINEAR))

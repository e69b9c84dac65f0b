"""The base of every explanation method: a frozen dataclass of its parameters, registered by its name."""

import dataclasses
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Self

import numpy as np
from PIL import Image

from vislib.attribution.blank_maps import SAME_EVERYWHERE, is_blank
from vislib.errors import ParameterError, listed
from vislib.images.bands import as_picture
from vislib.language import sentences, text
from vislib.model.classifier import Classifier
from vislib.output.heatmap import Heatmap
from vislib.parameters import check_parameters
from vislib.parameters import parameter as parameter
from vislib.progress import Progress, no_progress, progress_bar
from vislib.speed.blas_threads import one_blas_thread
from vislib.targets.base import LOGITS, Target

_NEGLIGIBLE = 1e-9
"""A logit that changes by less than this changes no probability."""


@dataclass(frozen=True)
class Attribution:
    """The result of a method's computation, without the circumstances that a `Heatmap` adds.

    Attributes:
        values: The map, (h, w), at the resolution of the network's input.
        layer: The layer whose feature maps the method uses, if it uses one.
        details: Further arrays, by name.
        notes: Sentences to show beside the map.
        score: The value of the target for the image, if the method's passes through the network compute it.
    """

    values: np.ndarray
    layer: str | None = None
    details: Mapping[str, np.ndarray] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    score: float | None = None


class Family(StrEnum):
    """How a method works."""

    PERTURBATION = "perturbation"
    GRADIENT = "gradient"
    CLASS_ACTIVATION = "class activation"
    BASELINE = "baseline"
    """Explains nothing; other methods are compared with it."""


class Detail(StrEnum):
    """How fine a method's map is."""

    PIXELS = "pixels"
    """A value for each pixel."""
    REGIONS = "regions"
    """A value for each cell of a layer, patch or superpixel, which its pixels share or take by interpolation."""


@dataclass(frozen=True)
class Explainer(ABC):
    """A method that shows which parts of an image a class's score depends on.

    A subclass is a frozen dataclass whose fields are the method's parameters; defining it registers it
    under its `name`.

    Class attributes:
        name: The name in scripts, such as "grad-cam".
        title: The name that people read.
        question: What the map answers, as one question.
        family: How the method works.
        reference: Authors, year, arXiv number.
        caveat: The method's known weakness, one sentence.
        signed: Whether negative values mean evidence against the class.
        unit: What a value of the map measures.
        class_discriminative: Whether the map depends on the class at all.
        detail: How fine the map is.
        needs_gradients: Whether it needs gradients; otherwise the network's outputs and maps are enough.
        counted: The unit that progress counts, in the plural.
        random: Whether the method draws random samples from its field `seed`; a batch gives each image a different
            seed. Occlusion's seed is for one of its fills only and does not count.
        batched: Whether `attribute_many` computes several images in one pass.
        costly: Whether its first map takes so long, by many passes or by preparing a graph, that a page waits
            for a click.

    Example:
        >>> method = vislib.methods()["occlusion"](patch_px=7)
        >>> method.explain(classifier, image).values.shape
        (28, 28)
    """

    name: ClassVar[str]
    title: ClassVar[str]
    question: ClassVar[str]
    family: ClassVar[Family]
    reference: ClassVar[str]
    caveat: ClassVar[str]
    signed: ClassVar[bool]
    unit: ClassVar[str] = text("raw value")
    class_discriminative: ClassVar[bool] = True
    detail: ClassVar[Detail] = Detail.REGIONS
    needs_gradients: ClassVar[bool] = True
    counted: ClassVar[str] = text("steps")
    random: ClassVar[bool] = False
    batched: ClassVar[bool] = False
    costly: ClassVar[bool] = False

    registry: ClassVar[dict[str, type["Explainer"]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "name" in cls.__dict__:
            Explainer.registry[cls.name] = cls

    def __post_init__(self) -> None:
        check_parameters(self)

    @property
    def params(self) -> dict[str, Any]:
        """The parameters by name: `vislib.explain(method.name, …, **method.params)` computes the same map again."""
        return dataclasses.asdict(self)

    def explain(
        self,
        classifier: Classifier,
        image: np.ndarray,
        class_index: int | str | Target | None = None,
        progress: Progress = progress_bar,
        keep_image: bool = True,
    ) -> Heatmap:
        """Computes the method's map for one image and target.

        Args:
            classifier: The classifier whose decision is explained.
            image: (H, W, 3) in 0..255.
            class_index: The class whose logit is explained, as a number or a label; None means the most probable
                class, the first predicted number, or the largest segment. Or any target of `vislib.targets`, such as a
                channel of a hidden layer.
            progress: Called between batches of work. If it raises, the work stops and the exception passes through.
                Without it, work of more than a second shows a bar in a terminal or a notebook.
            keep_image: Whether the heatmap keeps the image as the network saw it, to draw itself over it: (h, w, 3)
                uint8, three quarters of the map's own bytes.

        Returns:
            A heatmap at the resolution of the network's input.

        Raises:
            ParameterError: If there is no such class, or a parameter does not suit this network or target.
            LayerError: If the requested layer has no feature maps, or the target does not depend on it.
            ModelError: If the method cannot work on this network.
        """
        start = time.perf_counter()
        network, score = classifier.network, None
        target = None if class_index is None else classifier.target(class_index)
        method = self.resolved(classifier, target)
        resized = classifier.resize(image)
        inputs = classifier.preprocess_input(resized[None])
        with one_blas_thread():
            if target is None:
                logits = network.logits(inputs)
                network.check_finite(logits, inputs)
                target = classifier.target(classifier.main_class(logits[0]))
                target = target.on_image(network, lambda: logits[0])
                score = float(network.scores(logits, target)[0])
            else:
                target = target.on_image(network, lambda: network.logits(inputs)[0])
            attribution = method.attribute(classifier, resized, target, progress)
            if score is None:
                score = attribution.score if attribution.score is not None else float(network.values(inputs, target)[0])
            network.check_finite(np.array(score), inputs)
        values = np.ascontiguousarray(attribution.values, np.float32)
        largest = float(np.nanmax(np.abs(values)))
        is_logit = getattr(target, "score_name", "") == "logit"
        negligible = is_logit and max(largest, abs(score)) < _NEGLIGIBLE
        nothing = text(
            "The score hardly changes (the largest value is {largest:.1g}): there is nothing to explain.",
            largest=largest,
        )
        return Heatmap(
            values=values,
            signed=self.signed,
            unit=self.unit,
            method=self.name,
            target=target,
            class_index=target.class_index,
            label=target.in_words() if target.class_index is None else classifier.labels[target.class_index],
            explained=target.in_words(),
            score=score,
            layer=attribution.layer,
            params=method.params,
            seconds=time.perf_counter() - start,
            model=classifier.current_key(),
            box=classifier.box(image),
            image_size=(image.shape[0], image.shape[1]),
            details=attribution.details,
            notes=(
                *((nothing,) if negligible and largest else ()),
                *attribution.notes,
                *method.further_notes(classifier, resized, target, attribution, score),
                *classifier.image_of(image).notes,
            ),
            title=self.title,
            negligible=negligible,
            seen=as_picture(resized) if keep_image else None,
        )

    def resolved(self, classifier: Classifier, target: Target | None = None) -> Self:
        """A copy of this method with every default that depends on the network or the target filled in.

        Args:
            classifier: The classifier whose decision is explained.
            target: The resolved target; None for a class score.
        """
        return self

    def further_notes(
        self, classifier: Classifier, resized: np.ndarray, target: Target, attribution: Attribution, score: float
    ) -> tuple[str, ...]:
        """Sentences on a map that is blank, or has values that are no numbers."""
        values, notes = attribution.values, tuple[str, ...]()
        if not np.isfinite(values).all():
            share = float((~np.isfinite(values)).mean())
            notes += (sentences(text("{share:.0%} of the map is NaN or infinite.", share=share), self.not_finite),)
        rounding = 1e-6 * abs(score) if self.family is Family.PERTURBATION else 0.0
        if is_blank(values, rounding):
            notes += (self.why_blank(classifier, resized, target, attribution, score),)
        return notes

    def why_blank(
        self, classifier: Classifier, resized: np.ndarray, target: Target, attribution: Attribution, score: float
    ) -> str:
        """Why a map has the same value everywhere, as far as that is known, and a way on."""
        return SAME_EVERYWHERE

    @property
    def not_finite(self) -> str:
        """Why values can be NaN, and a way on."""
        if self.family is Family.PERTURBATION:
            return text("The network gives NaN for images with these parts covered; choose another `fill`.")
        return text("The gradient or the maps overflow there, as a square root at 0 does; occlusion needs neither.")

    @abstractmethod
    def attribute(self, classifier: Classifier, resized: np.ndarray, target: Target, progress: Progress) -> Attribution:
        """Computes the map for one image, resized to the network's input: (h, w, 3) uint8."""

    def attribute_many(
        self, classifier: Classifier, resized: np.ndarray, targets: Sequence[Target]
    ) -> list[Attribution]:
        """Computes the maps of several resized images (n, h, w, 3) uint8, each with its own target.

        All targets have one form. A `batched` method computes several maps in one pass; they equal those of
        `attribute` up to rounding. This default computes them one by one.
        """
        return [self.attribute(classifier, one, each, no_progress) for one, each in zip(resized, targets, strict=True)]


@dataclass(frozen=True)
class OnePass(Explainer):
    """A method that needs one pass through the network, so several images share one batch."""

    batched = True

    def attribute(self, classifier: Classifier, resized: np.ndarray, target: Target, progress: Progress) -> Attribution:
        progress(0, 1)
        (attribution,) = self.attribute_many(classifier, resized[None], [target])
        progress(1, 1, attribution.values)
        return attribution

    @abstractmethod
    def attribute_many(
        self, classifier: Classifier, resized: np.ndarray, targets: Sequence[Target]
    ) -> list[Attribution]:
        """Computes the maps of several resized images (n, h, w, 3) uint8, each with its own target, all of one form."""


@dataclass(frozen=True)
class AtLayer(Explainer):
    """A method that uses one layer's feature maps."""

    layer: str | None = parameter(
        None, text("Layer"), kind=str, help=text("Whose maps are used; by default the last layer before pooling.")
    )

    def resolved(self, classifier: Classifier, target: Target | None = None) -> Self:
        if self.layer is not None:
            return self
        network = classifier.network
        layer = network.last_map_layer if target is None else network.last_map_layer_before(target)
        return dataclasses.replace(self, layer=layer)

    def further_notes(
        self, classifier: Classifier, resized: np.ndarray, target: Target, attribution: Attribution, score: float
    ) -> tuple[str, ...]:
        return (
            *classifier_branches(classifier, self.map_layer, target),
            *super().further_notes(classifier, resized, target, attribution, score),
        )

    @property
    def map_layer(self) -> str:
        """The layer's name, once the method is resolved."""
        assert self.layer is not None
        return self.layer


def classifier_branches(classifier: Classifier, layer: str, target: Target) -> tuple[str, ...]:
    """A sentence if the target reads other last layers beside this one, as with two backbones."""
    last = classifier.network.last_map_layers if target.layers == {LOGITS} else ()
    others = [name for name in last if name != layer]
    if layer not in last or not others:
        return ()
    named = listed((f"layer='{name}'" for name in others), 4)
    return (
        text(
            "The network has several branches with maps, and this map shows that of '{layer}' alone. See also "
            "{others}.",
            layer=layer,
            others=named,
        ),
    )


def methods() -> dict[str, type[Explainer]]:
    """Every explanation method by name.

    Example:
        >>> vislib.methods()["grad-cam"].question
        'Where does a layer hold evidence for the class?'
    """
    return dict(Explainer.registry)


def method_named(name: str) -> type[Explainer]:
    """The explanation method with this name.

    Raises:
        ParameterError: If there is none.
    """
    if name not in Explainer.registry:
        raise ParameterError(
            text(
                "There is no method '{method}'; there are: {methods}.",
                method=name,
                methods=listed(Explainer.registry, 99),
            )
        )
    return Explainer.registry[name]


def batches(count: int, first: int, most: int) -> list[slice]:
    """Divides the indices 0 to count − 1 into batches: one of `first`, for a coarse map soon, then of `most`."""
    starts = [0, *range(min(first, most), count, most)]
    return [slice(start, stop) for start, stop in zip(starts, [*starts[1:], count], strict=True)]


def upsample(values: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Enlarges a coarse map (h, w) to a finer size (H, W), bilinear between cell centres (half-pixel aligned): float32.

    The centre of cell i of n lands at (i + ½)·H/n − ½. scipy.ndimage.zoom aligns corners instead, which shifts an
    impulse in cell 1 of 7 by 10 pixels of 224.
    """
    picture = Image.fromarray(np.ascontiguousarray(values, np.float32))
    return np.asarray(picture.resize((size[1], size[0]), Image.Resampling.BILINEAR))


def enlargement(n: int, size: int) -> np.ndarray:
    """The weights (size, n) with which `upsample` enlarges n cells to `size`: a map becomes rows @ map @ columnsᵀ."""
    return upsample(np.eye(n), (size, n)).astype(np.float64)

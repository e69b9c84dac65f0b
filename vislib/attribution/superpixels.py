"""The base of LIME and KernelSHAP: pictures with some superpixels covered, and their scores."""

import dataclasses
import math
from abc import abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np

from vislib.attribution import blank_maps
from vislib.attribution.base import Attribution, Explainer, Family, parameter
from vislib.attribution.fills import FILLS, cover_image, unit_bands
from vislib.errors import ModelError, ParameterError, listed
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.network.masks import Masks
from vislib.progress import Progress
from vislib.targets.base import Target

SEGMENTATIONS = ("slic", text("grid"))

_BATCH = 16  # pictures: few, so that progress updates and cancellation respond quickly
_PARTIALS = 32  # largest number of partial maps, as each needs a whole fit
_LEAST_PX = 36  # smallest area of a superpixel by default, so that small images get fewer superpixels
_LEAST_SEGMENTS, _TINY_PX = 9, 4  # of tiny images: at least 9 superpixels, if these have 4 pixels each


@dataclass(frozen=True)
class Fit:
    """What a method computes from the scores: values of the superpixels, further arrays, and a sentence."""

    values: np.ndarray
    details: dict[str, np.ndarray] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class OverSuperpixels(Explainer):
    """A method that shows some superpixels, covers the others, and fits values to the scores.

    A coalition z ∈ {0, 1}ⁿ marks which of n superpixels are shown. The map gives each pixel the value of its
    superpixel. `details["superpixels"]` is the label image (h, w); `details["superpixel_values"]` (n,) the values.
    """

    family = Family.PERTURBATION
    signed = True
    needs_gradients = False
    counted = text("pictures")
    random = True
    costly = True
    default_segments: ClassVar[int] = 40
    needed_each: ClassVar[int] = 0
    """Pictures for each superpixel before the first partial map: a map from fewer would be far from the final one."""

    n_segments: int | None = parameter(
        None,
        text("Superpixels"),
        kind=int,
        low=1,
        high=300,
        help=text("Approximate number; by default 40 (KernelSHAP: 20), for small images fewer, at least 9."),
    )
    segmentation: str = parameter(
        "slic",
        text("Segmentation"),
        choices=SEGMENTATIONS,
        help=text("Regions of similar colour (slic), or rectangles (grid)."),
    )
    n_samples: int = parameter(
        512, text("Samples"), low=2, high=10000, help=text("Pictures with some superpixels covered.")
    )
    fill: str = parameter("grey", text("Fill"), choices=FILLS, help=text("What covers a superpixel."))
    grey: int = parameter(127, text("Grey level"), low=0, high=255, help=text("For the grey fill: 0 black, 255 white."))
    seed: int = parameter(0, text("Seed"), low=0, high=2**31 - 1, help=text("The same seed gives the same map."))

    def resolved(self, classifier: Classifier, target: Target | None = None) -> Self:
        pixels = classifier.input_size[0] * classifier.input_size[1]
        n_segments = self.n_segments
        if n_segments is None:
            n_segments = self._usual_segments(pixels)
        if n_segments > pixels:
            raise ParameterError(
                text(
                    "The `n_segments` parameter of `{owner}` must be at most {pixels}, the input's pixels; not {n}.",
                    owner=type(self).__name__,
                    pixels=pixels,
                    n=n_segments,
                )
            )
        return dataclasses.replace(self, n_segments=n_segments)

    def attribute(self, classifier: Classifier, resized: np.ndarray, target: Target, progress: Progress) -> Attribution:
        assert self.n_segments is not None
        network = classifier.network
        segments, note = self.segments(resized)
        cover = cover_image(resized, self.fill, self.grey, self.seed)
        inputs, hidden = (classifier.preprocess_input(each[None]) for each in (resized, cover))
        coalitions = self.coalitions(int(segments.max()) + 1)
        scores = np.empty(len(coalitions))
        total = len(coalitions)
        fit_every = _BATCH * math.ceil(total / (_BATCH * _PARTIALS))
        progress(0, total)
        for start in range(0, total, _BATCH):
            done = min(start + _BATCH, total)
            masks = Masks.of_superpixels(segments, coalitions[start:done])
            scores[start:done] = network.masked_values(inputs, hidden, masks, target)
            self._check_finite(scores[start:done], classifier, resized, target)
            partial = None
            if done == total or (done % fit_every == 0 and done > self.needed_each * coalitions.shape[1]):
                fit = self.fit(coalitions[:done], scores[:done])
                partial = fit.values[segments].astype(np.float32)
            progress(done, total, partial)
        details = {"superpixels": segments, "superpixel_values": fit.values, **fit.details}
        return Attribution(fit.values[segments], details=details, notes=(fit.note, *([note] if note else [])))

    def _usual_segments(self, pixels: int) -> int:
        least = np.clip(pixels // _TINY_PX, 1, _LEAST_SEGMENTS)
        return int(np.clip(pixels // _LEAST_PX, least, self.default_segments))

    def segments(self, resized: np.ndarray) -> tuple[np.ndarray, str]:
        """The superpixels (h, w) of an image, and a sentence if they are not what is usual; needs `resolved`."""
        assert self.n_segments is not None
        segments = superpixels(resized, self.n_segments, self.segmentation)
        height, width = segments.shape
        if self.n_segments > 1 and not segments.any():
            note = text(
                "SLIC finds a single region in {height} × {width} pixels, so the superpixels are rectangles (grid).",
                height=height,
                width=width,
            )
            return superpixels(resized, self.n_segments, "grid"), note
        if self.n_segments == self._usual_segments(segments.size) < self.default_segments:
            return segments, text(
                "The input has only {height} × {width} pixels, so the default is about {n} superpixels, not {usual}; "
                "`n_segments` changes it.",
                height=height,
                width=width,
                n=self.n_segments,
                usual=self.default_segments,
            )
        return segments, ""

    def why_blank(
        self, classifier: Classifier, resized: np.ndarray, target: Target, attribution: Attribution, score: float
    ) -> str:
        segments = attribution.details["superpixels"]
        if not segments.any() and segments.size > 1:
            return text("The image is a single superpixel, so the map has one value. Choose a larger `n_segments`.")
        cover = cover_image(resized, self.fill, self.grey, self.seed)
        return blank_maps.of_covering(classifier, resized, cover, score, text("{n:,} pictures", n=self.n_samples))

    def _check_finite(self, scores: np.ndarray, classifier: Classifier, resized: np.ndarray, target: Target) -> None:
        if np.isfinite(scores).all():
            return
        network, inputs = classifier.network, classifier.preprocess_input(resized[None])
        network.check_finite(network.values(inputs, target), inputs)
        raise ModelError(
            text(
                "{model} gives NaN or infinity for pictures with superpixels covered, so {method} cannot fit values. "
                "Choose another `fill`: {fills}; or a method that covers nothing, such as saliency.",
                model=network.name,
                method=self.title,
                fills=listed(map(str, FILLS)),
            )
        )

    @abstractmethod
    def coalitions(self, n: int) -> np.ndarray:
        """The coalitions of n superpixels that are scored, (k, n) bool; `fit` also takes the first few alone."""

    @abstractmethod
    def fit(self, coalitions: np.ndarray, scores: np.ndarray) -> Fit:
        """The values from the coalitions (k, n) and their scores (k,); k is smaller for a partial map."""


def superpixels(image: np.ndarray, n_segments: int, segmentation: str = "slic") -> np.ndarray:
    """Divides an image (h, w, c) into about `n_segments` superpixels: labels (h, w) int from 0 without gaps.

    "slic" finds regions of similar colour (Achanta et al. 2012, doi 10.1109/TPAMI.2012.120). If it finds far fewer
    than `n_segments`, as in noise, it is repeated with a higher compactness, up to nearly square regions. "grid" cuts
    the image into rectangles, at least as many columns as rows.
    """
    if segmentation == "grid":
        n_rows = math.isqrt(n_segments)
        n_columns = round(n_segments / n_rows)
        rows, columns = (np.arange(side) * n // side for side, n in zip(image.shape, (n_rows, n_columns), strict=False))
        return _without_gaps(rows[:, None] * n_columns + columns)
    from skimage.segmentation import slic  # imported late, so that importing vislib stays quick

    image = image if image.dtype == np.uint8 else unit_bands(image)  # no band counts more for its unit
    for compactness in (20, 200, 2000):
        labels = slic(image, n_segments, compactness, start_label=0)
        if 3 * (labels.max() + 1) >= 2 * n_segments:
            break
    return _without_gaps(labels)


def _without_gaps(labels: np.ndarray) -> np.ndarray:
    return np.unique(labels, return_inverse=True)[1].reshape(labels.shape)


def every_coalition(n: int) -> np.ndarray:
    """All 2ⁿ coalitions, (2ⁿ, n) bool; in row r superpixel i is shown if bit i of r is set."""
    return (np.arange(2**n)[:, None] >> np.arange(n)) & 1 == 1

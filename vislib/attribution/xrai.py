"""XRAI: regions of the image, ranked by the integrated gradients in them."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from vislib.attribution import blank_maps
from vislib.attribution.base import Attribution, Explainer, Family, parameter
from vislib.attribution.fills import unit_bands
from vislib.attribution.integrated_gradients import baseline_image, integrate
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.progress import Progress
from vislib.targets.base import Target

_BASELINES = ("black", "white")
_PAPERS_SIDE = 224  # the lengths and areas below are for images of this size
_SCALES = (50, 100, 150, 250, 500, 1200)
_SIGMA, _LEAST_AREA, _DILATION, _LEAST_NEW_AREA = 0.8, 150, 5, 50


@dataclass(frozen=True)
class Xrai(Explainer):
    """Each pixel has the mean of the integrated gradients over the region with which it was taken, best regions first.

    The regions are the segments of six segmentations by Felzenszwalb & Huttenlocher, from fine to coarse, each widened
    by 5 of 224 pixels. From an empty mask on, the region is added whose pixels outside the mask have the largest mean
    (section 3.2), until all are in it. Integrated gradients are the mean of those from black and from white, summed
    over channels.

    The map is constant within a region and signed. Its sum is that of the integrated gradients. `details`: "regions"
    (h, w) numbers the regions by rank, from 0; "pixels" (h, w) holds the integrated gradients.

    Departs from the authors' code, which takes the largest channel instead of the sum.

    Reference: Kapishnikov et al. 2019, arXiv 1906.02825.
    """

    name = "xrai"
    title = "XRAI"
    question = text("Which regions of similar colour add most to the score?")
    family = Family.GRADIENT
    reference = "Kapishnikov et al. 2019, arXiv 1906.02825"
    caveat = text(
        "A region is a region of similar colour, not of the network's own: what it shows as one part "
        "can be two for the network. The ranking is greedy, so a small region beside a strong one "
        "can be lost in it."
    )
    signed = True
    unit = text("mean share of the score per pixel")
    costly = True

    n_steps: int = parameter(
        32,
        text("Steps"),
        low=1,
        high=512,
        help=text("Steps of the integrated gradients from each of the two baselines."),
    )

    def attribute(self, classifier: Classifier, resized: np.ndarray, target: Target, progress: Progress) -> Attribution:
        inputs, *baselines = classifier.preprocess_input(
            np.stack([resized, *(baseline_image(resized, name) for name in _BASELINES)])
        )
        each = self.n_steps + 1
        total, pixels = each * len(baselines), np.zeros(resized.shape[:2])
        progress(0, total)
        for number, baseline in enumerate(baselines):

            def partly(done: int, _: int, partial: np.ndarray | None = None, before: int = number * each) -> None:
                if 0 < done < each:
                    progress(before + done, total)

            integral = integrate(
                classifier.network, inputs, baseline, target, self.n_steps, most_steps=self.n_steps, progress=partly
            )
            pixels += integral.values.sum(axis=-1) / len(baselines)
            if number + 1 < len(baselines):
                progress((number + 1) * each, total)
        if not np.isfinite(pixels).all():  # NaN cannot be ranked; the pixels show where it is
            return Attribution(pixels, details={"pixels": pixels})
        regions, values = ranked(pixels, np.array([mask.ravel() for mask in segments(resized)]), _share(resized))
        progress(total, total, values.astype(np.float32))
        note = text(
            "{n} regions, from {segmentations} segmentations.", n=int(regions.max()) + 1, segmentations=len(_SCALES)
        )
        return Attribution(values, details={"regions": regions, "pixels": pixels}, notes=(note,))

    def why_blank(
        self, classifier: Classifier, resized: np.ndarray, target: Target, attribution: Attribution, score: float
    ) -> str:
        details = attribution.details
        if "regions" in details and not details["regions"].any() and details["pixels"].any():
            return text(
                "The segmentations find a single region in this image, so the map has one value. Integrated gradients "
                "show its pixels."
            )
        return blank_maps.of_gradient(classifier, resized, target, self.title)


def _share(image: np.ndarray) -> float:
    """An image's number of pixels as a share of the paper's."""
    return image.shape[0] * image.shape[1] / _PAPERS_SIDE**2


def segments(image: np.ndarray) -> Iterator[np.ndarray]:
    """The widened segments (h, w) bool of an image (h, w, c), of all segmentations; different ones only."""
    from scipy.ndimage import find_objects  # imported late, so that importing vislib stays quick
    from skimage.morphology import dilation, disk
    from skimage.segmentation import felzenszwalb

    share, seen = _share(image), set[bytes]()
    radius = round(_DILATION * share**0.5)
    least = max(round(_LEAST_AREA * share), 1)
    for scale in _SCALES:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Got image with third dimension")  # an image may have many bands
            labels = felzenszwalb(2 * unit_bands(image) - 1, scale * share, _SIGMA, least, channel_axis=-1)
        for number, place in enumerate(find_objects(labels + 1)):
            rows, columns = (slice(max(one.start - radius, 0), one.stop + radius) for one in place)
            mask = np.zeros(labels.shape, bool)
            mask[rows, columns] = dilation((labels[rows, columns] == number).astype(np.uint8), disk(radius)) > 0
            packed = np.packbits(mask).tobytes()
            if packed not in seen:
                seen.add(packed)
                yield mask


def ranked(pixels: np.ndarray, masks: np.ndarray, share: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """The regions by rank, and the map.

    Args:
        pixels: Attributions (h, w).
        masks: Segments (n, h·w) bool; what none of them covers is the last region.
        share: The image's area as a share of that for which the least new area of a region holds, 50 pixels.

    Returns:
        The rank of each pixel's region (h, w) int, from 0; the mean attribution of its region (h, w).
    """
    flat, least = pixels.ravel().astype(np.float64), max(_LEAST_NEW_AREA * share, 1)
    sums, areas = masks @ flat, masks.sum(axis=1)  # of what each would add
    regions, values = np.full(flat.shape, -1), np.zeros(flat.shape)
    rank = 0
    while (possible := areas >= least).any():
        best = int(np.argmax(np.where(possible, sums / np.maximum(areas, 1), -np.inf)))
        new = np.flatnonzero(masks[best] & (regions < 0))
        regions[new], values[new] = rank, flat[new].mean()
        taken = masks[:, new]
        sums, areas = sums - taken @ flat[new], areas - taken.sum(axis=1)
        rank += 1
    left = regions < 0
    if left.any():
        regions[left], values[left] = rank, flat[left].mean()
    return regions.reshape(pixels.shape), values.reshape(pixels.shape)

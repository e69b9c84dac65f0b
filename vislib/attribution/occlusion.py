"""Occlusion: how far the score falls when a patch of the image is covered."""

import dataclasses
from dataclasses import dataclass
from typing import Self

import numpy as np

from vislib.attribution import blank_maps
from vislib.attribution.base import Attribution, Explainer, Family, parameter
from vislib.attribution.fills import FILLS, black_and_white, cover_image
from vislib.errors import ParameterError
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.progress import Progress, takes_partial
from vislib.targets.base import Target

_MOST = 64
"""Patches in a batch: few, so that progress updates and cancellation respond quickly."""


@dataclass(frozen=True)
class Occlusion(Explainer):
    """The fall of the target's score when a patch of the image is covered, as the patch slides over the image.

    A pixel's value is the mean fall over the patches that cover it, in logits: positive where covering lowers the
    score. A patch starts every `stride_px` pixels. If that leaves a strip uncovered at the far edge, one more row or
    column of patches covers it, so that every pixel is covered.

    `details`, with one entry for each patch, (rows, columns): "drop" is the fall of the score; for class scores,
    "probability" is the class's probability and "winner" the index of the class with the highest score. "tops" and
    "lefts" are the patches' first rows and columns in the network's input.

    Departs from the paper, which maps the class's probability and feature activity: this maps the logit, which does
    not saturate. The probability is in `details`.

    Reference: Zeiler & Fergus 2013, arXiv 1311.2901, section 4.2.
    """

    name = "occlusion"
    title = text("Occlusion")
    question = text("How far does the score fall if this part is covered?")
    family = Family.PERTURBATION
    reference = "Zeiler & Fergus 2013, arXiv 1311.2901"
    caveat = text(
        "A covered image is unlike the training images, so the size and the fill of the patch change "
        "the map. Evidence that occurs twice is missed."
    )
    signed = True
    needs_gradients = False
    unit = text("fall of the score")
    counted = text("patches")

    patch_px: int | None = parameter(
        None,
        text("Patch"),
        kind=int,
        unit="px",
        low=1,
        high=4096,
        help=text("Side of the square; by default a seventh of the input's."),
    )
    stride_px: int | None = parameter(
        None,
        text("Stride"),
        kind=int,
        unit="px",
        low=1,
        high=4096,
        help=text("Step of the square; by default half its side."),
    )
    fill: str = parameter("grey", text("Fill"), choices=FILLS, help=text("What covers the patch."))
    grey: int = parameter(127, text("Grey level"), low=0, high=255, help=text("For the grey fill: 0 black, 255 white."))
    border_px: int = parameter(
        0,
        text("Black border"),
        unit="px",
        low=0,
        high=4096,
        help=text("Width of a black border inside the patch's edge."),
    )
    seed: int = parameter(0, text("Seed"), low=0, high=2**31 - 1, help=text("For the noise fill."))

    def resolved(self, classifier: Classifier, target: Target | None = None) -> Self:
        side = min(classifier.input_size)
        patch = self.patch_px if self.patch_px is not None else max(1, round(side / 7))
        stride = self.stride_px if self.stride_px is not None else max(1, patch // 2)
        if patch > side:
            raise ParameterError(
                text(
                    "The `patch_px` parameter of `Occlusion` must be at most {side}, the input's side; not {patch}.",
                    side=side,
                    patch=patch,
                )
            )
        if stride > patch:
            raise ParameterError(
                text(
                    "The `stride_px` parameter of `Occlusion` must be at most the patch, {patch} px, so that every "
                    "pixel is covered; not {stride}.",
                    patch=patch,
                    stride=stride,
                )
            )
        if 2 * self.border_px > patch:
            raise ParameterError(
                text(
                    "The `border_px` parameter of `Occlusion` must be at most half the patch, {half} px; not {border}.",
                    half=patch // 2,
                    border=self.border_px,
                )
            )
        return dataclasses.replace(self, patch_px=patch, stride_px=stride)

    def positions(self, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        """First rows (n,) and first columns (m,) of the patches on an input (height, width); needs `resolved`."""
        assert self.patch_px is not None
        assert self.stride_px is not None
        tops, lefts = (_starts(side, self.patch_px, self.stride_px) for side in size)
        return tops, lefts

    def covered(self, resized: np.ndarray, top: int, left: int) -> np.ndarray:
        """The image with the patch at (top, left) covered, of the same shape and type."""
        assert self.patch_px is not None
        picture = resized.copy()
        picture[top : top + self.patch_px, left : left + self.patch_px] = self._patch(
            self.cover(resized), black_and_white(resized)[0], top, left
        )
        return picture

    def _patch(self, cover: np.ndarray, black: np.ndarray, top: int, left: int) -> np.ndarray:
        """The pixels that cover the patch at (top, left), (patch, patch, c): a piece of the cover in a black border."""
        assert self.patch_px is not None
        patch, border = np.empty((self.patch_px, self.patch_px, cover.shape[2]), cover.dtype), self.border_px
        patch[:] = black
        inside = slice(border, self.patch_px - border)
        patch[inside, inside] = cover[top : top + self.patch_px, left : left + self.patch_px][inside, inside]
        return patch

    def cover(self, resized: np.ndarray) -> np.ndarray:
        """The image of the same shape and type whose pixels replace the covered ones."""
        return cover_image(resized, self.fill, self.grey, self.seed)

    def attribute(self, classifier: Classifier, resized: np.ndarray, target: Target, progress: Progress) -> Attribution:
        assert self.patch_px is not None
        network = classifier.network
        size, patch = resized.shape[:2], self.patch_px
        tops, lefts = self.positions(size)
        inputs = classifier.preprocess_input(resized[None])
        cover, black = self.cover(resized), black_and_white(resized)[0]
        patched = network.patched(inputs, (patch, patch), target)

        drop = np.full((len(tops), len(lefts)), np.nan)
        probability = np.empty(drop.shape, np.float32)
        winner = np.empty(drop.shape, np.int64)
        has_winners = network.head.task.has_classes and len(network.output_shape) == 1
        done = 0
        progress(done, drop.size)
        for cells in _batches(tops, lefts, patch, min(patched.batch_size, _MOST)):
            rows, columns = cells.T
            patches = np.stack([self._patch(cover, black, tops[row], lefts[column]) for row, column in cells])
            scores, logits = patched.values(classifier.preprocess_input(patches), tops[rows], lefts[columns])
            drop[rows, columns] = patched.unchanged - scores
            if logits is not None and has_winners:
                winner[rows, columns] = logits.argmax(axis=1)
                if target.class_index is not None:
                    probability[rows, columns] = network.probabilities(logits)[:, target.class_index]
            has_winners = has_winners and logits is not None
            done += len(cells)
            partial = None
            if takes_partial(progress):
                partial = _mean_over_patches(_fill_from_nearest(drop), tops, lefts, patch, size)
            progress(done, drop.size, partial)
        details = {"drop": drop.astype(np.float32), "tops": tops, "lefts": lefts}
        if has_winners:
            details["winner"] = winner
        if has_winners and target.class_index is not None:
            details["probability"] = probability
        return Attribution(_mean_over_patches(drop, tops, lefts, patch, size), details=details, score=patched.unchanged)

    def why_blank(
        self, classifier: Classifier, resized: np.ndarray, target: Target, attribution: Attribution, score: float
    ) -> str:
        drop = attribution.details["drop"]
        if drop.size == 1:
            return text("A single patch covers the whole image, so the map has one value. Choose a smaller `patch_px`.")
        cover = None if self.border_px else self.cover(resized)
        patches = text("{n:,} covered patches", n=drop.size)
        return blank_maps.of_covering(classifier, resized, cover, score, patches)


def _starts(side: int, patch: int, stride: int) -> np.ndarray:
    starts = list(range(0, side - patch + 1, stride))
    if starts[-1] != side - patch:
        starts.append(side - patch)
    return np.array(starts)


def _batches(tops: np.ndarray, lefts: np.ndarray, patch: int, most: int) -> list[np.ndarray]:
    """The cells (row, column) of the grid in batches (n, 2): every fourth first, for a coarse map, then every second,
    then the rest. Of the rest, cells near an edge have their own batches, as there a patch changes less of the maps.

    Batches do not depend on whether progress is reported, because the batch decides how numbers are rounded.
    """
    rows, columns = np.indices((len(tops), len(lefts))).reshape(2, -1)
    level = np.select([(rows % 4 == 0) & (columns % 4 == 0), (rows % 2 == 0) & (columns % 2 == 0)], [0, 1], default=2)
    near = [
        (np.minimum(starts, starts[-1] - starts) < patch)[cells] for starts, cells in ((tops, rows), (lefts, columns))
    ]
    group = np.where(level < 2, level, 2 + near[0] + 2 * near[1])
    cells = np.stack([rows, columns], axis=1)
    found = []
    for number in np.unique(group):
        members = cells[group == number]
        found += np.array_split(members, -(-len(members) // most))
    return found


def _fill_from_nearest(drop: np.ndarray) -> np.ndarray:
    """Replaces each cell not yet computed (NaN) by the nearest computed one."""
    from scipy import ndimage  # imported late, as this takes half a second

    nearest = ndimage.distance_transform_edt(np.isnan(drop), return_distances=False, return_indices=True)
    return drop[tuple(nearest)]


def _mean_over_patches(drop, tops, lefts, patch: int, size: tuple[int, int]) -> np.ndarray:
    """Mean fall over the patches that cover each pixel, (h, w) float32."""
    total, count = np.zeros(size), np.zeros(size)
    for row, top in enumerate(tops):
        for column, left in enumerate(lefts):
            total[top : top + patch, left : left + patch] += drop[row, column]
            count[top : top + patch, left : left + patch] += 1
    return (total / count).astype(np.float32)

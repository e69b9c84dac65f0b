"""Localisation: how much of a map lies in a box or a mask that a person drew."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vislib.errors import ParameterError
from vislib.language import Text, text
from vislib.model.classifier import Classifier


@dataclass(frozen=True)
class Localisation:
    """A map against a mask; all numbers are of the map's positive part.

    Attributes:
        mass: The share of the map's sum inside the mask, 0..1 (Böhle et al. 2021, arXiv 2104.00032).
        rank: The share of the k highest places that lie inside, k the number of places inside, 0..1 (relevance rank
            accuracy: Arras, Osman & Samek 2022, arXiv 2003.07258).
        auc: The chance that a place inside has a higher value than one outside, ties counted half, 0..1.
        hit: Whether the highest place lies inside (the pointing game: Zhang et al. 2016, arXiv 1608.00507).
        by_chance: The share of the places that lie inside: what a map of random numbers gets as mass and rank.

    Example:
        >>> heatmap = vislib.explain("grad-cam", classifier, image)
        >>> found = vislib.trust.localisation(heatmap.values, vislib.trust.box_mask(classifier, image, (4, 4, 24, 24)))
        >>> round(found.by_chance, 2)
        0.51
    """

    mass: float
    rank: float
    auc: float
    hit: bool
    by_chance: float

    def in_words(self) -> Text:
        """The comparison with chance, in one sentence."""
        figures = {"mass": self.mass, "rank": self.rank, "chance": self.by_chance}
        if self.hit:
            return text(
                "{mass:.0%} of the map and {rank:.0%} of its highest places lie inside ({chance:.0%} by chance), "
                "and its highest place is inside.",
                **figures,
            )
        return text(
            "{mass:.0%} of the map and {rank:.0%} of its highest places lie inside ({chance:.0%} by chance), "
            "and its highest place is not inside.",
            **figures,
        )


def localisation(values: np.ndarray, mask: np.ndarray) -> Localisation:
    """How well a map (h, w) finds the places of a mask (h, w).

    Raises:
        ParameterError: If the mask has another shape, or is true nowhere or everywhere.

    Example:
        >>> heatmap = vislib.explain("grad-cam", classifier, image)
        >>> inside = vislib.trust.box_mask(classifier, image, (4, 4, 24, 24))
        >>> 0 <= vislib.trust.localisation(heatmap.values, inside).mass <= 1
        True
    """
    from scipy.stats import rankdata

    mask = np.asarray(mask, bool)
    if mask.shape != values.shape or mask.all() or not mask.any():
        raise ParameterError(
            text(
                "The mask must have the map's size {size} with places inside and outside; not shape "
                "{shape} with {n} places inside.",
                size=values.shape,
                shape=mask.shape,
                n=int(mask.sum()),
            )
        )
    positive = np.maximum(np.nan_to_num(values), 0).astype(np.float64)
    inside, n = mask.ravel(), int(mask.sum())
    ranks = rankdata(positive.ravel())
    auc = (ranks[inside].sum() - n * (n + 1) / 2) / (n * (mask.size - n))
    highest = np.argsort(-positive.ravel(), kind="stable")
    return Localisation(
        mass=mass_inside(values, mask),
        rank=float(inside[highest[:n]].mean()),
        auc=float(auc),
        hit=bool(inside[highest[0]] and positive.max() > 0),
        by_chance=n / mask.size,
    )


def mass_inside(values: np.ndarray, inside) -> float:
    """The share 0..1 of a map's positive part at some places, a mask or slices; 0 if it has no positive part."""
    positive = np.maximum(values, 0).astype(np.float64)
    total = positive.sum()
    return float(positive[inside].sum() / total) if total else 0.0


def box_mask(classifier: Classifier, image: np.ndarray, box: tuple[float, float, float, float]) -> np.ndarray:
    """The mask at the network's input size of a box drawn on the image.

    Args:
        classifier: The classifier, which says which part of the image is its input.
        image: (H, W, 3).
        box: (left, top, right, bottom) in pixels of the image.

    Returns:
        (h, w) bool: the places whose centre lies in the box.

    Raises:
        ParameterError: If the box is none, or lies outside what the network sees or holds all of it.

    Example:
        >>> int(vislib.trust.box_mask(classifier, image, (4, 4, 24, 24)).sum())
        400
    """
    left, top, right, bottom = box
    y, x = _centres(classifier, image)
    mask = ((top <= y) & (y < bottom))[:, None] & ((left <= x) & (x < right))
    given = ", ".join(f"{each:g}" for each in box)
    return _checked(mask, classifier, image, text("A box is left, top, right, bottom in pixels of the image"), given)


def outline_mask(classifier: Classifier, image: np.ndarray, points: Sequence[tuple[float, float]]) -> np.ndarray:
    """The mask at the network's input size of an outline drawn on the image; as `box_mask`.

    Args:
        classifier: The classifier, which says which part of the image is its input.
        image: (H, W, 3).
        points: The corners (x, y) of a polygon, at least three, in pixels of the image.

    Raises:
        ParameterError: If there are fewer points, or the outline lies outside what the network sees or holds all of it.

    Example:
        >>> vislib.trust.outline_mask(classifier, image, [(4, 4), (24, 4), (24, 24)]).shape
        (28, 28)
    """
    from skimage.measure import points_in_poly

    corners = np.asarray(points, np.float64)
    mask = np.zeros(classifier.input_size, bool)
    if corners.ndim == 2 and corners.shape[1] == 2 and len(corners) > 2 and np.isfinite(corners).all():
        y, x = np.meshgrid(*_centres(classifier, image), indexing="ij")
        mask = points_in_poly(np.stack([x.ravel(), y.ravel()], axis=1), corners).reshape(mask.shape)
    what = text("An outline has at least three points x, y in pixels of the image")
    return _checked(mask, classifier, image, what, text("{n} points", n=len(points)))


def image_mask(classifier: Classifier, image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The mask at the network's input size of a mask of the image; as `box_mask`.

    Args:
        classifier: The classifier, which says which part of the image is its input.
        image: (H, W, 3).
        mask: (H, W), true or above 0 where the thing is.

    Raises:
        ParameterError: If the mask has another size, or it is true nowhere or everywhere in what the network sees.

    Example:
        >>> vislib.trust.image_mask(classifier, image, image[..., 0] > 100).shape
        (28, 28)
    """
    if mask.shape != image.shape[:2]:
        raise ParameterError(
            text(
                "The image is {width} × {height} pixels; its mask must have that size, not {given}.",
                width=image.shape[1],
                height=image.shape[0],
                given=" × ".join(map(str, mask.shape[::-1])),
            )
        )
    rows, columns = (np.floor(centres).astype(int) for centres in _centres(classifier, image))
    on_image = ((rows >= 0) & (rows < mask.shape[0]))[:, None] & ((columns >= 0) & (columns < mask.shape[1]))
    inside = mask[np.ix_(rows.clip(0, mask.shape[0] - 1), columns.clip(0, mask.shape[1] - 1))] > 0
    what = text("A mask has the image's size, with values above 0 where the thing is")
    return _checked(on_image & inside, classifier, image, what, text("{n} such places", n=int((mask > 0).sum())))


def _centres(classifier: Classifier, image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The centres of the places of the network's input, (h,) and (w,) in pixels of the image from top and left."""
    seen, (height, width) = classifier.box(image), classifier.input_size
    return (
        seen.top + (np.arange(height) + 0.5) * seen.height / height,
        seen.left + (np.arange(width) + 0.5) * seen.width / width,
    )


def _checked(mask: np.ndarray, classifier: Classifier, image: np.ndarray, what: str, given: str) -> np.ndarray:
    """A mask (h, w) with places inside and outside; `what` is asked for, and `given` came."""
    if not mask.any() or mask.all():
        seen = classifier.box(image)
        raise ParameterError(
            text(
                "{what}, and holds a part of what the network sees: from {left:.0f}, {top:.0f} to "
                "{right:.0f}, {bottom:.0f}; not {given}.",
                what=what,
                left=seen.left,
                top=seen.top,
                right=seen.left + seen.width,
                bottom=seen.top + seen.height,
                given=given,
            )
        )
    return mask

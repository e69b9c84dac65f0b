"""Many masks of one image, as the few numbers from which the function that uses them makes them."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

import numpy as np


class Kind(StrEnum):
    """How a mask is described."""

    SUPERPIXELS = "superpixels"
    RANKS = "ranks"
    GRIDS = "grids"
    MAPS = "maps"


@dataclass(frozen=True, eq=False)
class Masks:
    """n masks (h, w): bool, or float32 in 0..1; 1 shows a pixel, 0 hides it.

    n arrays of the image's size would have to be made in NumPy and copied for every batch. These few numbers are
    copied instead.

    Attributes:
        kind: How a mask is described.
        shared: Arrays that describe all masks.
        each: Arrays (n, …) that describe one mask each.
    """

    kind: Kind
    shared: tuple[np.ndarray, ...]
    each: tuple[np.ndarray, ...]

    @classmethod
    def of_superpixels(cls, segments: np.ndarray, coalitions: np.ndarray) -> Self:
        """Shows the superpixels of a coalition: labels (h, w) of k superpixels, and coalitions (n, k) bool."""
        return cls(Kind.SUPERPIXELS, (segments.astype(np.int32),), (coalitions,))

    @classmethod
    def of_ranks(cls, ranks: np.ndarray, counts: np.ndarray) -> Self:
        """Shows the first pixels of an order: each pixel's place in the order (h, w), and how many are shown (n,)."""
        return cls(Kind.RANKS, (ranks.astype(np.int32),), (counts.astype(np.int32),))

    @classmethod
    def of_grids(
        cls, rows: np.ndarray, columns: np.ndarray, grids: np.ndarray, tops: np.ndarray, lefts: np.ndarray
    ) -> Self:
        """Enlarges grids (n, p, q), and cuts each mask from its enlarged grid, at a row and a column (n,).

        `rows` (H, p) and `columns` (W, q) are the weights of the enlargement: rows @ grid @ columnsᵀ.
        """
        places = tops.astype(np.int32), lefts.astype(np.int32)
        matrices = [array.astype(np.float32) for array in (rows, columns, grids)]
        return cls(Kind.GRIDS, tuple(matrices[:2]), (matrices[2], *places))

    @classmethod
    def of_maps(cls, rows: np.ndarray, columns: np.ndarray, maps: np.ndarray) -> Self:
        """Enlarges feature maps (n, p, q), and stretches each to 0..1; a constant map hides everything.

        `rows` (h, p) and `columns` (w, q) are the weights of the enlargement.
        """
        return cls(Kind.MAPS, tuple(array.astype(np.float32) for array in (rows, columns)), (maps.astype(np.float32),))

    def __len__(self) -> int:
        return len(self.each[0])

    def part(self, now: slice) -> Self:
        """Some of the masks."""
        return replace(self, each=tuple(array[now] for array in self.each))

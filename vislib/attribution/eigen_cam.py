"""Eigen-CAM: the strongest pattern in a layer, whatever the class."""

from dataclasses import dataclass

import numpy as np

from vislib.attribution.weighted_maps import WeightedMaps


@dataclass(frozen=True)
class EigenCam(WeightedMaps):
    """ReLU(A v₁), v₁ the first right singular vector of the maps as a matrix (h·w, k).

    Its sign, which the decomposition leaves open, is chosen such that the projection's sum is positive.
    No class enters. Values are ≥ 0.

    Reference: Muhammad & Yeasin 2020, arXiv 2008.00299.
    """

    name = "eigen-cam"
    title = "Eigen-CAM"
    reference = "Muhammad & Yeasin 2020, arXiv 2008.00299"
    caveat = "Knows no class: it shows what is strongest in the layer, the same for every class."
    signed = False
    class_discriminative = False

    def cells(self, maps: np.ndarray, gradients: np.ndarray) -> np.ndarray:
        matrix = maps.reshape(-1, maps.shape[-1])
        projection = matrix @ np.linalg.svd(matrix, full_matrices=False)[2][0]
        return np.maximum(projection if projection.sum() >= 0 else -projection, 0).reshape(maps.shape[:2])

"""Spectral relevance analysis (SpRAy): which kinds of reasons a class has, and which kind looks like a shortcut.

Lapuschkin et al. 2019, arXiv 1902.10178 (Nature Communications 10:1096), cluster the maps of all images of a class and
look at the clusters; so they find that a network recognises horses by a source tag. Here the maps are made small. Each
map is joined to its nearest neighbours in a graph. The eigengap of the graph's Laplacian gives the number of clusters,
and spectral clustering finds them.

Departs from the paper in three ways. The maps are those of the batch's method, not of layer-wise relevance propagation.
They are compared by their cosine, so that a strong and a weak map of the same place are alike. And where the reader of
the paper looks for the odd cluster by eye, `Reason.suspicion` ranks the clusters.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

SIDE = 14
MOST_CLUSTERS = 8
_LEAST_IMAGES = 8
_LEAST_SHARE = 0.02
_LEAST_IN_CLUSTER = 4
_RARELY = 0.1
_NEAR_ZERO = 0.15


@dataclass(frozen=True, eq=False)
class Reason:
    """A cluster of a class's maps: images that look at the same place.

    Attributes:
        class_index: The class that the maps explain.
        numbers: Numbers of its images in the batch, those nearest to the cluster's mean first.
        of: Number of images of the class that were clustered.
        n_clusters: Number of clusters of the class.
        mean_map: (h, w) float32: the mean of its maps, each divided by its largest value.
        place: (row, column) of the cell of the mean map where the cluster differs most from the other classes.
        always: 0..1: nine in ten of the cluster's maps have at least this value at `place`, as a share of their
            largest value.
        others: 0..1: nine in ten of the other classes' maps have at most this value at `place`.

    Example:
        >>> [field for field in vislib.report.Reason.__dataclass_fields__][:2]
        ['class_index', 'numbers']
    """

    class_index: int
    numbers: tuple[int, ...]
    of: int
    n_clusters: int
    mean_map: np.ndarray
    place: tuple[int, int]
    always: float
    others: float

    @property
    def suspicion(self) -> float:
        """always − others, −1..1: high if nearly all maps of the cluster are strong at one fixed place and nearly all
        maps of the other classes are weak there.

        An object has another place and pose in every image. So where some maps of a class are strong, others are weak,
        and the objects of other classes cover the same middle of the image. A mark, a tag or a watermark is at the
        same place in all images. Quantiles separate the two cases; means do not, because the mean over many objects
        is also high in the middle. It does not matter that maps are strong on the object too: one place is enough.
        """
        return self.always - self.others


def small_maps(maps: np.ndarray) -> np.ndarray:
    """The positive part of maps (n, h, w), averaged down to at most `SIDE` pixels: (n, h', w'), each of Euclidean
    length 1.

    Negative values count as 0; a map without positive values is zero.
    """
    scale = min(1.0, SIDE / max(maps.shape[1:]))
    height, width = (max(1, round(side * scale)) for side in maps.shape[1:])
    small = np.empty((len(maps), height, width), np.float32)
    for at, values in enumerate(np.maximum(maps, 0).astype(np.float32)):
        small[at] = np.asarray(Image.fromarray(values).resize((width, height), Image.Resampling.BOX))
    lengths = np.sqrt((small**2).sum(axis=(1, 2), keepdims=True))
    return np.divide(small, lengths, out=np.zeros_like(small), where=lengths > 0)


def cluster(maps: np.ndarray) -> np.ndarray:
    """The cluster (n,) of each map (n, h, w) of one class, from `small_maps`; 0 for all if the maps are too few or of
    one kind."""
    n = len(maps)
    if n < _LEAST_IMAGES or np.ptp(maps, axis=0).max() < 1e-6:
        return np.zeros(n, np.int64)
    from sklearn.cluster import SpectralClustering
    from sklearn.neighbors import kneighbors_graph

    flat = maps.reshape(n, -1)
    # Von Luxburg 2007 (arXiv 0711.0189, section 8.2) advises a number of the order of log n, which splits one kind of
    # map into many clusters.
    n_neighbours = min(n - 1, int(np.ceil(2 * np.sqrt(n))))
    graph = kneighbors_graph(flat, n_neighbours, include_self=False).toarray()
    affinity = np.maximum(graph, graph.T)
    n_clusters = eigengap(affinity)
    if n_clusters == 1:
        return np.zeros(n, np.int64)
    made = SpectralClustering(n_clusters, affinity="precomputed", assign_labels="cluster_qr", random_state=0)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Graph is not fully connected")  # that is good: the clusters are separate
        return made.fit_predict(affinity).astype(np.int64)


def eigengap(affinity: np.ndarray) -> int:
    """The number of clusters of a graph, 1 to `MOST_CLUSTERS`, by the eigengap: the place of the largest step between
    the sorted eigenvalues of its normalized Laplacian (von Luxburg 2007, arXiv 0711.0189, section 8.3).

    Only steps that start at an eigenvalue near zero (at most 0.15) count; a later step lies inside a cluster. A large
    group of maps that change gradually may still be split into up to three clusters.

    Args:
        affinity: (n, n), symmetric: 1 for neighbours, else 0.
    """
    from scipy.sparse.csgraph import laplacian

    values = np.linalg.eigvalsh(laplacian(affinity, normed=True))[: MOST_CLUSTERS + 1]
    steps = np.where(values[:-1] <= _NEAR_ZERO, np.diff(values), -np.inf)
    return int(np.argmax(steps)) + 1


def reasons(maps: np.ndarray, classes: np.ndarray, numbers: Sequence[int]) -> list[Reason]:
    """The clusters of every class, the most suspicious first.

    Args:
        maps: (n, h, w) from `small_maps`.
        classes: (n,) the class that each map explains.
        numbers: (n,) the numbers of the images in the batch.
    """
    every, found = np.asarray(numbers), []
    largest = maps.max(axis=(1, 2), keepdims=True)
    shares = np.divide(maps, largest, out=np.zeros_like(maps), where=largest > 0)
    for class_index in np.unique(classes):
        of_class = classes == class_index
        places = np.flatnonzero(of_class & (largest[:, 0, 0] > 0))
        if len(places) < _LEAST_IMAGES:
            continue
        clusters = cluster(maps[places])
        n_clusters = len(np.unique(clusters))
        for each in range(n_clusters):
            members = places[clusters == each]
            if len(members) < max(_LEAST_IN_CLUSTER, _LEAST_SHARE * len(places)):
                continue
            # If the batch has no other class, the cluster is compared with the other clusters of its class.
            rest = ~of_class if not of_class.all() else ~np.isin(np.arange(len(maps)), members)
            where, always, others = _fixed_place(shares[members], shares[rest])
            mean = maps[members].mean(axis=0)
            near = members[np.argsort(-(maps[members] * mean).sum(axis=(1, 2)), kind="stable")]
            found.append(
                Reason(
                    int(class_index),
                    tuple(every[near].tolist()),
                    len(places),
                    n_clusters,
                    shares[members].mean(axis=0),
                    where,
                    always,
                    others,
                )
            )
    return sorted(found, key=lambda reason: -reason.suspicion)


def _fixed_place(members: np.ndarray, rest: np.ndarray) -> tuple[tuple[int, int], float, float]:
    """The cell where maps (n, h, w) in 0..1 are always strong and the others are not: (row, column), both strengths."""
    always = np.quantile(members, _RARELY, axis=0)
    others = np.quantile(rest, 1 - _RARELY, axis=0) if len(rest) else always
    row, column = np.unravel_index(np.argmax(always - others), always.shape)
    return (int(row), int(column)), float(always[row, column]), float(others[row, column])

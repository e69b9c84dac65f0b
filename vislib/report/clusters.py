"""Spectral relevance analysis (SpRAy): which kinds of reasons a class has, and which kind looks like a shortcut.

Lapuschkin et al. 2019, arXiv 1902.10178 (Nature Communications 10:1096), find that a network tells horses by a source tag by
clustering the maps of all images of a class and looking at the clusters. Here: the maps are made small, the graph of
each map's nearest neighbours is built, the eigengap of its Laplacian tells the number of clusters, and spectral
clustering finds them.

Departs from the paper: the maps are those of the batch's method, not of layer-wise relevance propagation; they are
compared by their cosine, so that a strong and a faint map of the same place are alike; and the paper's eye that looks
for the odd cluster is helped by a figure (`Reason.suspicion`).
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
        class_index: The class explained.
        numbers: Of its images in the batch, those nearest to the cluster's mean first.
        of: How many images of the class were clustered.
        n_clusters: Into how many.
        mean_map: (h, w) float32: the mean of its maps, each divided by its largest value.
        place: (row, column) of the mean map where the cluster differs most from the other classes.
        always: 0..1: nine in ten of the cluster's maps have at least this there, as a share of their largest value.
        others: 0..1: nine in ten of the other classes' maps have at most this there.
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
        """always − others, −1..1: how far there is one fixed place that nearly all images of the cluster rest on and
        nearly none of the other classes'.

        An object is at another place and in another pose in every image: where some maps are strong, others of the
        same class are not, and so do other classes' objects cover the same middle of the image. A mark, a tag, a
        watermark is at the same place in all of them. Quantiles, and not means, tell the two apart: means over
        many objects are high in the middle too. That each method leaks to the object besides does not matter, as
        one place suffices.
        """
        return self.always - self.others


def small_maps(maps: np.ndarray) -> np.ndarray:
    """What speaks for the class in maps (n, h, w), at most `SIDE` pixels high and wide, each of length 1: (n, h', w').

    Negative values are left out; a map without positive ones stays zero.
    """
    scale = min(1.0, SIDE / max(maps.shape[1:]))
    height, width = (max(1, round(side * scale)) for side in maps.shape[1:])
    small = np.empty((len(maps), height, width), np.float32)
    for at, values in enumerate(np.maximum(maps, 0).astype(np.float32)):
        small[at] = np.asarray(Image.fromarray(values).resize((width, height), Image.Resampling.BOX))
    lengths = np.sqrt((small**2).sum(axis=(1, 2), keepdims=True))
    return np.divide(small, lengths, out=np.zeros_like(small), where=lengths > 0)


def cluster(maps: np.ndarray) -> np.ndarray:
    """The cluster (n,) of each of the maps (n, h, w) of one class, as `small_maps` makes them; 0 for all where they are
    too few or of one kind."""
    n = len(maps)
    if n < _LEAST_IMAGES or np.ptp(maps, axis=0).max() < 1e-6:
        return np.zeros(n, np.int64)
    from sklearn.cluster import SpectralClustering
    from sklearn.neighbors import kneighbors_graph

    flat = maps.reshape(n, -1)
    # Of the order of log n, as von Luxburg 2007 (arXiv 0711.0189, section 8.2) advises, cuts one kind of map into many.
    n_neighbours = min(n - 1, int(np.ceil(2 * np.sqrt(n))))
    graph = kneighbors_graph(flat, n_neighbours, include_self=False).toarray()
    affinity = np.maximum(graph, graph.T)
    n_clusters = eigengap(affinity)
    if n_clusters == 1:
        return np.zeros(n, np.int64)
    made = SpectralClustering(n_clusters, affinity="precomputed", assign_labels="cluster_qr", random_state=0)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Graph is not fully connected")  # so much the better: the clusters are apart
        return made.fit_predict(affinity).astype(np.int64)


def eigengap(affinity: np.ndarray) -> int:
    """The number of clusters of a graph (n, n), 1 … `MOST_CLUSTERS`: where the eigenvalues of its normalized Laplacian,
    in rising order, make their largest step (von Luxburg 2007, arXiv 0711.0189, section 8.3).

    Only after eigenvalues near zero, at most 0.15: a further step is not between clusters but within one. A large
    group of maps that change gradually may still be cut into up to three.
    """
    from scipy.sparse.csgraph import laplacian

    values = np.linalg.eigvalsh(laplacian(affinity, normed=True))[: MOST_CLUSTERS + 1]
    steps = np.where(values[:-1] <= _NEAR_ZERO, np.diff(values), -np.inf)
    return int(np.argmax(steps)) + 1


def reasons(maps: np.ndarray, classes: np.ndarray, numbers: Sequence[int]) -> list[Reason]:
    """The clusters of every class, the most suspicious first.

    Args:
        maps: (n, h, w), as `small_maps` makes them.
        classes: (n,) the class that each explains.
        numbers: (n,) of the images in the batch.
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
            # Where the batch has no other class, the class's other clusters are what there is to compare with.
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
    """Where maps (n, h, w) in 0..1 are always strong while the others are not: (row, column), and both strengths."""
    always = np.quantile(members, _RARELY, axis=0)
    others = np.quantile(rest, 1 - _RARELY, axis=0) if len(rest) else always
    row, column = np.unravel_index(np.argmax(always - others), always.shape)
    return (int(row), int(column)), float(always[row, column]), float(others[row, column])

"""The clusters of maps of a batch, read from its folder."""

from weakref import WeakKeyDictionary

import numpy as np

from vislib.batch import Batch
from vislib.report.clusters import Reason, reasons, small_maps
from vislib.speed.blas_threads import one_blas_thread

MOST_IN_CLASS = 500
MOST_CLASSES = 200
_AT_ONCE = 2000
_found: WeakKeyDictionary[Batch, dict[str, list[Reason]]] = WeakKeyDictionary()
"""What was found, as long as the batch stays open: the report and the map of a batch show the same clusters."""


def found_reasons(batch: Batch, method: str) -> list[Reason]:
    """The clusters of a method's maps, clustered class by class, the most suspicious first; see
    `vislib.report.clusters`.

    For a class with more than 500 images, 500 evenly spaced ones are used. For a batch with more than 200 explained
    classes, the 200 classes with the most images are used.

    Raises:
        ParameterError: If the batch has no such method.

    Example:
        >>> _ = vislib.explain_many(classifier, vislib.sample_path("digits"), "grad-cam", out="results")
        >>> vislib.report.found_reasons(vislib.open_batch("results"), "grad-cam")
        []
    """
    found = _found.setdefault(batch, {})
    if method not in found:
        found[method] = _clustered(batch, method)
    return found[method]


@one_blas_thread()
def _clustered(batch: Batch, method: str) -> list[Reason]:
    table = batch.table(["number", "explained"])
    numbers = table.column("number").to_numpy()
    explained = table.column("explained").to_numpy(zero_copy_only=False).astype(np.float64)
    classes, counts = np.unique(explained[~np.isnan(explained)], return_counts=True)
    chosen = []
    for class_index in classes[np.argsort(-counts, kind="stable")][:MOST_CLASSES]:
        places = np.flatnonzero(explained == class_index)
        if len(places) > MOST_IN_CLASS:
            places = places[np.linspace(0, len(places) - 1, MOST_IN_CLASS).astype(int)]
        chosen.append(places)
    if not chosen:
        return []
    places = np.sort(np.concatenate(chosen))
    parts = [places[start : start + _AT_ONCE] for start in range(0, len(places), _AT_ONCE)]
    small = np.concatenate([small_maps(batch.maps(method, numbers[part])) for part in parts])
    return reasons(small, explained[places].astype(np.int64), numbers[places])

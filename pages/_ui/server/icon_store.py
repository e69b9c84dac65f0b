"""The icons of each network's channels: those that come with vislib, or found once in the background.

Finding them takes one pass over a few images. Only the places and the images are kept: 10 bytes a channel.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

import vislib
from pages._ui.server import journal, memory, work
from pages._ui.server.gate import Gate
from pages._ui.server.results_folder import ResultsFolder
from pages._ui.server.store import Store
from vislib.activations.places import StrongestPlaces, steps
from vislib.activations.shipped_places import shipped_places
from vislib.images.sets import ImageSet
from vislib.language import text

MAX_BYTES = 32_000_000
"""What the places and images of all networks take together at most, measured by `size_of`."""
_SECONDS_BETWEEN_LOOKS = 0.1
_ARRAYS = ("values", "numbers", "rows", "columns", "images")


@dataclass
class Filling:
    """How far the search for the icons of a network is; `failed` says why it ended without a result."""

    done: int = 0
    total: int = 1
    failed: str = ""


@st.cache_resource(show_spinner=False)
def store() -> Store:
    """The places of all networks; the least recently used are removed."""
    return Store(MAX_BYTES)


@st.cache_resource(show_spinner=False)
def _fillings() -> dict[tuple, Filling]:
    return {}


_lock = threading.Lock()


def places(classifier: vislib.Classifier, images: Callable[[], ImageSet]) -> StrongestPlaces | Filling:
    """The strongest places of a network's channels; while they are being found in the background, how far that is.

    Args:
        classifier: The network.
        images: Returns the images to search, for a network without shipped icons.
    """
    key = (classifier.key, "icons")
    found = store().get(key)
    if found is None:
        found = shipped_places(classifier)
        if found is None and (folder := work.results_folder()) is not None:
            found = _read(folder, key)
        if found is not None and found.suits(classifier):
            store().put(key, found)
    return found if found is not None and found.suits(classifier) else _being_found(key, classifier, images)


def _being_found(key: tuple, classifier: vislib.Classifier, images: Callable[[], ImageSet]) -> Filling:
    with _lock:
        filling = _fillings().get(key)
        if filling is None:
            filling = _fillings()[key] = Filling()
            given = (key, filling, classifier, images(), work.gate(), store(), work.results_folder())
            threading.Thread(target=fill, args=given, name="icons", daemon=True).start()
        return filling


def fill(
    key: tuple,
    filling: Filling,
    classifier: vislib.Classifier,
    images: ImageSet,
    gate: Gate,
    keep: Store,
    folder: ResultsFolder | None,
) -> None:
    """Finds the places, one image at a time, each when no other computation waits."""
    started = time.monotonic()
    try:
        work_left = steps(classifier, images)
        found = None
        while found is None:
            while len(gate):
                time.sleep(_SECONDS_BETWEEN_LOOKS)
            with gate.turn(lambda ahead: None), memory.catch_shortage(text("The icons")):
                filling.done, filling.total, found = next(work_left)
    except vislib.VislibError as error:
        filling.failed = error.args[0]
        return
    keep.put(key, found)
    if folder is not None:
        _write(folder, key, found)
    with _lock:
        _fillings().pop(key, None)
    seconds = round(time.monotonic() - started, 2)
    journal.log("icons", seconds=seconds, channels=len(found.values), store_kb=keep.n_bytes // 1000)


def _write(folder: ResultsFolder, key: tuple, found: StrongestPlaces) -> None:
    arrays = {name: getattr(found, name) for name in _ARRAYS}
    folder.write(key, arrays, {"layers": found.layers, "titles": list(found.titles), "source": found.source})


def _read(folder: ResultsFolder, key: tuple) -> StrongestPlaces | None:
    kept = folder.read(key)
    if kept is None:
        return None
    arrays, facts = kept
    try:
        return StrongestPlaces(
            layers=facts["layers"],
            titles=tuple(facts["titles"]),
            source=facts["source"],
            **{name: arrays[name] for name in _ARRAYS},
        )
    except (KeyError, TypeError):  # a file of another kind
        return None

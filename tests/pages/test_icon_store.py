"""The store of icons: filled once for each network, one step at a time, in memory and on disk, within its limit."""

import threading

import numpy as np
import pytest
from stopping import HANG_SECONDS
from tiny_models import random_image, tiny

import vislib
from pages._ui.server import icon_store, work
from pages._ui.server.gate import Gate
from pages._ui.server.icon_store import Filling
from pages._ui.server.results_folder import ResultsFolder
from pages._ui.server.store import Store, size_of
from vislib.activations.places import StrongestPlaces, strongest_places
from vislib.images.sets import ArrayImages

IMAGES = ArrayImages([random_image(seed=seed) for seed in range(3)], "three images", ("a", "b", "c"))
CLASSIFIER = tiny("conv_relu")
KEY = (CLASSIFIER.key, "icons")


@pytest.fixture(autouse=True)
def alone(monkeypatch) -> Store:
    own, fillings, gate = Store(10**6), {}, Gate()
    monkeypatch.setattr(icon_store, "store", lambda: own)
    monkeypatch.setattr(icon_store, "_fillings", lambda: fillings)
    monkeypatch.setattr(work, "gate", lambda: gate)
    monkeypatch.setattr(work, "results_folder", lambda: None)
    return own


def ended() -> None:
    for thread in threading.enumerate():
        if thread.name == "icons":
            thread.join(HANG_SECONDS)


def test_found_once_in_the_background_then_kept(alone):
    first = icon_store.places(CLASSIFIER, lambda: IMAGES)
    assert isinstance(first, Filling)
    ended()
    found = icon_store.places(CLASSIFIER, lambda: pytest.fail("searched again"))
    assert isinstance(found, StrongestPlaces)
    np.testing.assert_array_equal(found.values, strongest_places(CLASSIFIER, IMAGES).values)
    assert alone.n_bytes == size_of(found)
    assert (first.done, first.total) == (3, 3)


def test_waits_while_others_compute():
    gate, filling, keep = Gate(), Filling(), Store(10**6)
    with gate.turn(lambda ahead: None):
        given = (KEY, filling, CLASSIFIER, IMAGES, gate, keep, None)
        thread = threading.Thread(target=icon_store.fill, args=given, daemon=True)
        thread.start()
        thread.join(0.3)
        assert filling.done == 0
        assert keep.get(KEY) is None
    thread.join(HANG_SECONDS)
    assert keep.get(KEY) is not None


def test_kept_on_disk_for_the_next_server(tmp_path, monkeypatch, alone):
    folder = ResultsFolder(tmp_path)
    icon_store.fill(KEY, Filling(), CLASSIFIER, IMAGES, Gate(), Store(10**6), folder)
    monkeypatch.setattr(work, "results_folder", lambda: folder)
    found = icon_store.places(CLASSIFIER, lambda: pytest.fail("searched again"))
    expected = strongest_places(CLASSIFIER, IMAGES)
    assert found.titles == ("a", "b", "c")
    for name in ("values", "numbers", "rows", "columns", "images"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))


def test_of_another_network_under_the_same_name_not_used(alone):
    alone.put(KEY, strongest_places(tiny("sequential"), IMAGES))
    assert isinstance(icon_store.places(CLASSIFIER, lambda: IMAGES), Filling)
    ended()
    assert alone.get(KEY).suits(CLASSIFIER)


def test_failure_says_why_and_is_not_tried_again(monkeypatch):
    def refused(*_):
        raise vislib.ImageError("None of the images can be read.")
        yield

    monkeypatch.setattr(icon_store, "steps", refused)
    icon_store.places(CLASSIFIER, lambda: IMAGES)
    ended()
    again = icon_store.places(CLASSIFIER, lambda: pytest.fail("searched again"))
    assert again.failed == "None of the images can be read."


def test_built_in_networks_have_theirs_at_once():
    found = icon_store.places(vislib.load_classifier("digits"), lambda: pytest.fail("searched"))
    assert found.source == "10 sample digits"

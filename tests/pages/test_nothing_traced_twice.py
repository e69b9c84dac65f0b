"""A second image, and another class, trace no function on any page: all that a network needs is there."""

import pytest
from page_text import check_sound, compute_all

from vislib.network import function_cache

PAGES = (
    "overview",
    "feature_maps",
    "filters",
    "what_a_unit_wants",
    "saliency",
    "class_activation",
    "occlusion",
    "compare_and_trust",
)
FEW = {"rise.n_masks": "16", "lime.n_samples": "32", "kernel-shap.n_samples": "32", "smoothgrad.n_samples": "2"}


@pytest.fixture
def traced(monkeypatch) -> list:
    """Fills with the key of every function that is traced."""
    keys: list = []
    add = function_cache._add
    monkeypatch.setattr(function_cache, "_add", lambda cache, key, n: keys.append(key) or add(cache, key, n))
    return keys


@pytest.mark.parametrize("name", PAGES)
def test_second_image_and_second_class_trace_nothing(name, open_page, traced):
    check_sound(compute_all(open_page(name, model="cifar10", image="cifar10/horse.png", **FEW)))
    traced.clear()
    check_sound(compute_all(open_page(name, model="cifar10", image="cifar10/ship.png", **FEW)))
    assert traced == []
    check_sound(compute_all(open_page(name, model="cifar10", image="cifar10/ship.png", **{"class": "frog"}, **FEW)))
    assert traced == []

"""A second image, and another class, trace no function on any page: all that a network needs is there."""

import pytest
from page_text import check_sound, compute_all

PAGES = (
    "overview",
    "feature_maps",
    "filters",
    "what_a_unit_wants",
    "unit_card",
    "saliency",
    "class_activation",
    "channels",
    "concepts",
    "what_if",
    "adversarial",
    "similar_images",
    "occlusion",
    "compare_and_trust",
)
FEW = {"rise.n_masks": "16", "lime.n_samples": "32", "kernel-shap.n_samples": "32", "smoothgrad.n_samples": "2"}


@pytest.mark.parametrize("name", PAGES)
def test_second_image_and_second_class_trace_nothing(name, open_page, traced):
    check_sound(compute_all(open_page(name, model="cifar10", image="cifar10/horse.png", **FEW)))
    traced.clear()
    check_sound(compute_all(open_page(name, model="cifar10", image="cifar10/ship.png", **FEW)))
    assert traced == []
    check_sound(compute_all(open_page(name, model="cifar10", image="cifar10/ship.png", **{"class": "frog"}, **FEW)))
    assert traced == []

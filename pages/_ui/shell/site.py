"""Addresses on the documentation site, for a link beside each picture; no site, no link.

`VISLIB_DOCS_URL` is the address of the site that `make docs` builds, such as "https://vis.example.org/docs".
"""

import os

import streamlit as st

import vislib
from vislib.attribution.base import Family

_FAMILIES = {
    Family.GRADIENT: "methods/gradient",
    Family.CLASS_ACTIVATION: "methods/class_activation",
    Family.PERTURBATION: "methods/perturbation",
    Family.BASELINE: "methods/baselines",
}
PAGES = {
    "overview": "getting_started",
    "a_cat_through_a_cnn": "getting_started",
    "adversarial": "asking_back",
    "architecture": "examples/inside/layer_table",
    "architectures": "examples/inside/architectures",
    "batch": "batch",
    "channels": "guide/channels",
    "class_activation": "guide/where",
    "compare_and_trust": "guide/trust",
    "concepts": "concepts",
    "convolution_lab": "examples/inside/convolution",
    "feature_maps": "examples/inside/feature_maps",
    "filters": "examples/inside/filters",
    "glossary": "getting_started",
    "occlusion": "guide/where",
    "saliency": "guide/pixels",
    "similar_images": "asking_back",
    "train": "training",
    "unit_card": "guide/units",
    "what_a_unit_wants": "guide/units",
    "what_if": "what_if",
    "which_method": "methods",
    "your_model": "networks",
}
"""By the name of a page's file, the part of the site about it."""


def path_of_method(name: str) -> str:
    """The part of the site about an explanation method, such as "methods/class_activation.html#grad-cam"."""
    return f"{_FAMILIES[vislib.methods()[name].family]}.html#{name.replace('++', '-plus-plus')}"


def path_of_page(page: str) -> str:
    """The part of the site about a page of the app, by its name in the address; another name is the Overview."""
    return f"{PAGES.get(page, PAGES['overview'])}.html"


def address(method: str | None = None) -> str | None:
    """The address about a method, or about the page that is open; None if there is no site."""
    base = os.environ.get("VISLIB_DOCS_URL", "").rstrip("/")
    if not base:
        return None
    page = (st.context.url or "").rstrip("/").rsplit("/", 1)[-1]
    return f"{base}/{path_of_method(method) if method else path_of_page(page)}"

"""Methods on the kinds of blocks of the networks people use, with random weights and small inputs: every way through
each network, and more of them through a base in a new head."""

import dataclasses
import functools

import numpy as np
import pytest
from famous_networks import beginning, in_a_new_head
from method_pairs import EVERYWHERE
from tiny_models import random_image

import vislib
from vislib.backend import keras

WAYS = ("eigen-cam", "grad-cam", "guided-backprop", "occlusion", "saliency")
"""One method for each way through a network: maps, maps and gradients, gradients under a rule, patches, gradients."""
NEW_HEAD = "base in a new head"

# What makes a method cheap, by the name of its parameter; for the methods that have it.
CHEAP = {"n_samples": 2, "n_masks": 2, "n_steps": 2, "add_steps": False, "patch_px": 32, "stride_px": 32}
CHEAP |= {"max_channels": 4, "n_designs": 2, "n_cells": 2}


# EfficientNet-Lite0 goes each of these ways with its own weights, in the tests of the methods.
NETWORKS = {
    "ResNet-50": lambda: beginning("ResNet50", 64),
    "DenseNet-121": lambda: beginning("DenseNet121", 64),
    "InceptionV3": lambda: beginning("InceptionV3", 75),
    NEW_HEAD: lambda: in_a_new_head(64),
}


@functools.lru_cache(maxsize=1)  # one of them in memory at a time
def classifier_of(network: str) -> vislib.Classifier:
    keras.utils.set_random_seed(0)
    return vislib.load_classifier(NETWORKS[network](), preprocess="-1..1")


@pytest.mark.parametrize(
    ("network", "method"),
    # Two layers follow the pooling of a base in a new head, so CAM does not exist there.
    [
        (network, method)
        for network in NETWORKS
        for method in (EVERYWHERE if network == NEW_HEAD else WAYS)
        if method != "cam"
    ],
)
def test_heatmap_large_network_finite_float32_at_input_size(network, method):
    classifier = classifier_of(network)
    known = {spec.name for spec in dataclasses.fields(vislib.methods()[method])}
    cheap = {name: value for name, value in CHEAP.items() if name in known}
    heatmap = vislib.explain(method, classifier, random_image(*classifier.input_size), 1, **cheap)
    assert heatmap.values.shape == classifier.input_size
    assert heatmap.values.dtype == np.float32
    assert np.isfinite(heatmap.values).all()
    # Random weights may give every channel a negative weight, of which a class activation map shows nothing.
    assert heatmap.values.any() or vislib.methods()[method].family == "class activation"

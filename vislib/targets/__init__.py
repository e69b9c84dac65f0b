"""Targets: the number of a network that explanations, pictures, trust measures and batches are about.

    from vislib import targets
    targets.ClassScore("tabby", against="lynx")
    targets.Channel("block5_expand_relu", 12)
    0.5 * targets.Channel("conv2", 3) - targets.Layer("conv1")

A target is frozen, names the layers that it reads, gives one number for each image, and has a description in words.
This package does not import TensorFlow when it is imported.
"""

from vislib.targets.base import LOGITS, Form, Sum, Target, Term
from vislib.targets.odds import LogOdds
from vislib.targets.scores import SCORES, ClassScore, Output, Pixels
from vislib.targets.units import Channel, Direction, Neuron, Region
from vislib.targets.wholes import Diversity, Layer, Likeness, Similarity, likeness, similarity

__all__ = [
    "LOGITS",
    "SCORES",
    "Channel",
    "ClassScore",
    "Direction",
    "Diversity",
    "Form",
    "Layer",
    "Likeness",
    "LogOdds",
    "Neuron",
    "Output",
    "Pixels",
    "Region",
    "Similarity",
    "Sum",
    "Target",
    "Term",
    "likeness",
    "similarity",
]

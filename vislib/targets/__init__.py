"""Which number of a network is asked about: one idea for explanations, pictures, trust measures and batches.

    from vislib import targets
    targets.ClassScore("tabby", against="lynx")
    targets.Channel("block5_expand_relu", 12)
    0.5 * targets.Channel("conv2", 3) - targets.Layer("conv1")

A target is frozen, names the layers that it reads, gives one number for each image, and says itself in words. Importing
this imports no TensorFlow.
"""

from vislib.targets.base import LOGITS, Form, Sum, Target, Term
from vislib.targets.scores import SCORES, ClassScore, Output
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
    "Neuron",
    "Output",
    "Region",
    "Similarity",
    "Sum",
    "Target",
    "Term",
    "likeness",
    "similarity",
]

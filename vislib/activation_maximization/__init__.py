"""Activation maximization: pictures of what a unit responds to. TensorFlow is imported when the first one is made."""

from vislib.activation_maximization.deep_dream import DeepDreamer, deep_dream
from vislib.activation_maximization.icons import wanted_icons
from vislib.activation_maximization.maximization import Maximization, sheet
from vislib.activation_maximization.maximizer import Maximizer, class_pictures, default_transforms, maximize
from vislib.activation_maximization.parametrizations import PARAMETRIZATIONS, Fourier, Parametrization, Phase, Pixels
from vislib.activation_maximization.regularisers import L2, Blur, Regulariser, TotalVariation
from vislib.activation_maximization.transforms import Jitter, Padding, Rotation, Scale, Transform
from vislib.targets import (
    Channel,
    ClassScore,
    Direction,
    Diversity,
    Layer,
    Likeness,
    Neuron,
    Sum,
    Target,
    Term,
    likeness,
)

Objective = Target
ClassLogit = ClassScore
"""The old names of targets."""

__all__ = [
    "L2",
    "PARAMETRIZATIONS",
    "Blur",
    "Channel",
    "ClassLogit",
    "DeepDreamer",
    "Direction",
    "Diversity",
    "Fourier",
    "Jitter",
    "Layer",
    "Likeness",
    "Maximization",
    "Maximizer",
    "Neuron",
    "Objective",
    "Padding",
    "Parametrization",
    "Phase",
    "Pixels",
    "Regulariser",
    "Rotation",
    "Scale",
    "Sum",
    "Term",
    "TotalVariation",
    "Transform",
    "class_pictures",
    "deep_dream",
    "default_transforms",
    "likeness",
    "maximize",
    "sheet",
    "wanted_icons",
]

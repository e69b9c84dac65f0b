"""Activation maximization: pictures of what a unit of a network responds to. Imports no TensorFlow until one is made."""

from vislib.activation_maximization.deep_dream import DeepDreamer, deep_dream
from vislib.activation_maximization.maximization import Maximization, sheet
from vislib.activation_maximization.maximizer import Maximizer, class_pictures, default_transforms, maximize
from vislib.activation_maximization.objectives import Objective, Sum, Term
from vislib.activation_maximization.parametrizations import Fourier, Parametrization, Pixels
from vislib.activation_maximization.regularisers import L2, Blur, Regulariser, TotalVariation
from vislib.activation_maximization.transforms import Jitter, Padding, Rotation, Scale, Transform
from vislib.activation_maximization.units import Channel, ClassLogit, Direction, Neuron
from vislib.activation_maximization.wholes import Diversity, Layer, Likeness, likeness

__all__ = [
    "L2",
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
]

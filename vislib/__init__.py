"""Look inside a convolutional network: kernels, feature maps, and what a decision rests on.

    import vislib
    classifier = vislib.load_classifier("efficientnet-lite0")
    image = vislib.load_image("sample_images/cat.jpg")
    heatmap = vislib.explain("grad-cam", classifier, image)

Importing vislib does not import TensorFlow; loading a network does.
"""

from vislib import activation_maximization, figures, render
from vislib.activations import feature_maps, feature_maps_of, filter_layers, filters
from vislib.attribution import Explainer, explain, methods
from vislib.batch import explain_many, open_batch
from vislib.classifier import Classifier, Prediction, load_classifier
from vislib.errors import ImageError, LayerError, ModelError, ParameterError, VislibError
from vislib.export import save
from vislib.heatmap import Heatmap
from vislib.images import load_image
from vislib.labels import read_labels
from vislib.patches import TopPatches, top_patches
from vislib.preprocessing import PREPROCESSINGS, Preprocessing
from vislib.target import Target
from vislib.zoo import models

__all__ = [
    "PREPROCESSINGS",
    "Classifier",
    "Explainer",
    "Heatmap",
    "ImageError",
    "LayerError",
    "ModelError",
    "ParameterError",
    "Prediction",
    "Preprocessing",
    "Target",
    "TopPatches",
    "VislibError",
    "activation_maximization",
    "explain",
    "explain_many",
    "feature_maps",
    "feature_maps_of",
    "figures",
    "filter_layers",
    "filters",
    "load_classifier",
    "load_image",
    "methods",
    "models",
    "open_batch",
    "read_labels",
    "render",
    "save",
    "top_patches",
]

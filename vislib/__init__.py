"""Look inside a convolutional network: kernels, feature maps, and explanations of its decisions.

    import vislib
    classifier = vislib.load_classifier("efficientnet-lite0")
    image = vislib.load_image("sample_images/cat.jpg")
    heatmap = vislib.explain("grad-cam", classifier, image)

Importing vislib does not import TensorFlow; loading a network does.
"""

from vislib import activation_maximization, arithmetic, diagram, layers, report, targets, training, trust
from vislib.activations.maps import feature_maps, feature_maps_of, filter_layers, filters
from vislib.activations.patches import TopPatches, top_patches
from vislib.attribution import Explainer, explain, methods
from vislib.batch import explain_many, open_batch
from vislib.errors import ImageError, LayerError, ModelError, ParameterError, VislibError, VislibWarning
from vislib.images.bands import load_bands, read_bands
from vislib.images.reading import load_image, read_image
from vislib.lessons import architectures
from vislib.loading.load import load_classifier
from vislib.model.classifier import Classifier, Prediction
from vislib.model.labels import read_labels
from vislib.model.preprocessing import PREPROCESSINGS, Preprocessing
from vislib.opinion import SecondOpinion, second_opinion
from vislib.output import figures, render
from vislib.output.export import save
from vislib.output.heatmap import Heatmap
from vislib.targets.scores import ClassScore as Target
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
    "SecondOpinion",
    "Target",
    "TopPatches",
    "VislibError",
    "VislibWarning",
    "activation_maximization",
    "architectures",
    "arithmetic",
    "diagram",
    "explain",
    "explain_many",
    "feature_maps",
    "feature_maps_of",
    "figures",
    "filter_layers",
    "filters",
    "layers",
    "load_bands",
    "load_classifier",
    "load_image",
    "methods",
    "models",
    "open_batch",
    "read_bands",
    "read_image",
    "read_labels",
    "render",
    "report",
    "save",
    "second_opinion",
    "targets",
    "top_patches",
    "training",
    "trust",
]

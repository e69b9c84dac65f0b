"""Look inside a convolutional network: kernels, feature maps, and explanations of its decisions.

    import vislib
    classifier = vislib.load_classifier("efficientnet-lite0")
    image = vislib.load_image(vislib.sample_path("cat.jpg"))
    heatmap = vislib.explain("grad-cam", classifier, image)

Importing vislib does not import TensorFlow; loading a network does.
"""

from vislib import (
    activation_maximization,
    adversarial,
    arithmetic,
    callbacks,
    concepts,
    diagram,
    edits,
    language,
    layers,
    neighbours,
    report,
    targets,
    training,
    trust,
)
from vislib.activations.activity import ChannelActivity, channel_activity
from vislib.activations.class_effects import ClassEffects, class_effects
from vislib.activations.contributions import before_activation, contributions, layer_before
from vislib.activations.icons import Icons, icons
from vislib.activations.maps import feature_maps, feature_maps_of, filter_layers, filters
from vislib.activations.patches import TopPatches, top_patches
from vislib.activations.places import StrongestPlaces, strongest_places
from vislib.activations.strongest import ChannelValue, strongest_at
from vislib.attribution import Explainer, explain, methods
from vislib.attribution.channels import Channels, channels
from vislib.batch import explain_many, open_batch
from vislib.errors import ImageError, LayerError, ModelError, ParameterError, VislibError, VislibWarning
from vislib.images.bands import load_bands, read_bands
from vislib.images.reading import load_image, read_image
from vislib.images.samples import sample_path
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

__version__ = "0.2.0"

__all__ = [
    "PREPROCESSINGS",
    "ChannelActivity",
    "ChannelValue",
    "Channels",
    "ClassEffects",
    "Classifier",
    "Explainer",
    "Heatmap",
    "Icons",
    "ImageError",
    "LayerError",
    "ModelError",
    "ParameterError",
    "Prediction",
    "Preprocessing",
    "SecondOpinion",
    "StrongestPlaces",
    "Target",
    "TopPatches",
    "VislibError",
    "VislibWarning",
    "activation_maximization",
    "adversarial",
    "architectures",
    "arithmetic",
    "before_activation",
    "callbacks",
    "channel_activity",
    "channels",
    "class_effects",
    "concepts",
    "contributions",
    "diagram",
    "edits",
    "explain",
    "explain_many",
    "feature_maps",
    "feature_maps_of",
    "figures",
    "filter_layers",
    "filters",
    "icons",
    "language",
    "layer_before",
    "layers",
    "load_bands",
    "load_classifier",
    "load_image",
    "methods",
    "models",
    "neighbours",
    "open_batch",
    "read_bands",
    "read_image",
    "read_labels",
    "render",
    "report",
    "sample_path",
    "save",
    "second_opinion",
    "strongest_at",
    "strongest_places",
    "targets",
    "top_patches",
    "training",
    "trust",
]

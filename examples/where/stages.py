"""
The same question at every stage
================================

A class activation map can be computed at any layer. Early layers give fine maps of simple things, late layers coarse
maps of the class.
"""

import vislib
from vislib.activations.maps import stages

classifier = vislib.load_classifier("efficientnet-lite0")
image = vislib.load_image(vislib.sample_path("cat.jpg"))
layers = stages(classifier)
maps = [vislib.explain("layer-cam", classifier, image, layer=layer) for layer in layers]
pictures = [vislib.render.overlay(image, heatmap) for heatmap in maps]
vislib.figures.pictures(pictures, layers, columns=3)

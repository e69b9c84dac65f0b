"""
Feature maps, early and late
============================

A convolution's output has one map for each filter. Early maps are large and look like the image; late maps are small
and say where something was found.
"""

import vislib

classifier = vislib.load_classifier("efficientnet-lite0")
image = vislib.load_image(vislib.sample_path("cat.jpg"))
maps = vislib.feature_maps(classifier, image, "stem_relu")
vislib.figures.figure(maps, title=f"stem_relu, {maps.shape}", most=16)

# %%
# The last maps have 7 × 7 places and 1,280 channels; these are the sixteen strongest.

maps = vislib.feature_maps(classifier, image, "head_relu")
vislib.figures.figure(maps, title=f"head_relu, {maps.shape}", most=16)

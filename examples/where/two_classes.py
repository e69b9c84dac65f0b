"""
One map for each class
======================

A picture with two things gives two maps. If the maps of two classes are the same, the method does not depend on the
class.
"""

import vislib

classifier = vislib.load_classifier("efficientnet-lite0")
image = vislib.load_image(vislib.sample_path("cat_and_coffee.jpg"))
maps = [vislib.explain("grad-cam", classifier, image, label) for label in ("tiger cat", "espresso")]
pictures = [vislib.render.overlay(image, heatmap) for heatmap in maps]
vislib.figures.pictures(pictures, [heatmap.label for heatmap in maps])

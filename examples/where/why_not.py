"""
Why this class and not that one?
================================

The explained number may be a difference of two classes. What both classes share cancels, and what speaks for the
first against the second stays.
"""

import vislib
from vislib.targets import ClassScore

classifier = vislib.load_classifier("efficientnet-lite0")
image = vislib.load_image(vislib.sample_path("cat.jpg"))
cat = vislib.explain("grad-cam", classifier, image, "tiger cat")
difference = vislib.explain("grad-cam", classifier, image, ClassScore("tiger cat", against="lynx"))
pictures = [vislib.render.overlay(image, heatmap) for heatmap in (cat, difference)]
vislib.figures.pictures(pictures, [cat.explained, difference.explained])

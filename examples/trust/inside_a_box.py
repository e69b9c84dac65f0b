"""
How much of the map lies on the object?
=======================================

Draw a box around the object, and compare how much of each map lies inside with what chance would give. It measures
agreement with your box, not whether the network is right.
"""

import vislib
from vislib import trust

classifier = vislib.load_classifier("efficientnet-lite0")
image = vislib.load_image(vislib.sample_path("cat_and_coffee.jpg"))
height, width = image.shape[:2]
mask = trust.box_mask(classifier, image, (0, 0, width / 2, height))  # left, top, right, bottom in pixels
maps = [vislib.explain(name, classifier, image, "tiger cat") for name in ("grad-cam", "saliency", "random")]
for heatmap in maps:
    print(f"{heatmap.title}: {trust.localisation(heatmap.values, mask).in_words()}")
vislib.figures.comparison(maps, image)

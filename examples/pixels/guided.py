"""
Sharp is not the same as true
=============================

Guided backpropagation gives the sharpest pictures, and they hardly change when the class does. Look at the maps of
two classes before you believe one.
"""

import vislib

classifier = vislib.load_classifier("efficientnet-lite0")
image = vislib.load_image(vislib.sample_path("cat_and_coffee.jpg"))
pictures, titles = [], []
for method in ("guided-backprop", "guided-grad-cam"):
    for label in ("tiger cat", "espresso"):
        heatmap = vislib.explain(method, classifier, image, label)
        pictures.append(vislib.render.heatmap_image(heatmap))
        titles.append(f"{heatmap.title}, {label}")
vislib.figures.pictures(pictures, titles)

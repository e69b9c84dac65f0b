"""
Smooth any method
=================

``smooth=20`` averages a method's maps over twenty noisy copies of the image. It works for every method, not for the
gradient alone.
"""

import vislib

classifier = vislib.load_classifier("digits")
image = vislib.load_image(vislib.sample_path("digits/4.png"))
pictures, titles = [], []
for method in ("gradient-x-input", "deeplift", "layer-cam"):
    for smooth in (None, 20):
        options = {} if smooth is None else {"smooth": smooth}
        heatmap = vislib.explain(method, classifier, image, **options)
        pictures.append(vislib.render.heatmap_image(heatmap))
        titles.append(f"{method}\n{'smoothed' if smooth else 'plain'}")
vislib.figures.pictures(pictures, titles, columns=6)

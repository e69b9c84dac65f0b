"""
Every method on one digit
=========================

The registry knows every method, so one loop draws them all. The two on the right of the last row explain nothing:
they are the baselines that a useful map has to differ from.
"""

import vislib

classifier = vislib.load_classifier("digits")
image = vislib.load_image(vislib.sample_path("digits/3.png"))
maps = []
for name in vislib.methods():
    try:
        maps.append(vislib.explain(name, classifier, image))
    except vislib.ModelError as error:
        print(error)  # CAM needs a network that ends in pooling and one dense layer
pictures = [vislib.render.heatmap_image(heatmap) for heatmap in maps]
vislib.figures.pictures(pictures, [heatmap.title for heatmap in maps], columns=6)

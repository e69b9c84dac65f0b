"""
LRP: the composite decides the picture
======================================

Layer-wise relevance propagation divides the score among the pixels, layer by layer. A composite says which rule each
kind of layer has. The pictures show how much the choice matters.
"""

import vislib

classifier = vislib.load_classifier("efficientnet-lite0")
image = vislib.load_image(vislib.sample_path("cat.jpg"))
composites = ["lrp-0", "epsilon", "epsilon-plus", "epsilon-gamma-box"]
maps = [vislib.explain("lrp", classifier, image, composite=name) for name in composites]
pictures = [vislib.render.overlay(image, heatmap, clip=0.01) for heatmap in maps]
vislib.figures.pictures(pictures, composites, columns=4)

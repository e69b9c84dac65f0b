"""
Saliency and its smoothed forms
===============================

The plain gradient says how strongly a small change of each pixel would change the score. It is noisy; the mean over
noisy copies of the image (SmoothGrad) is calmer, and their variance (VarGrad) shows where the gradient changes most.
"""

import vislib

classifier = vislib.load_classifier("efficientnet-lite0")
image = vislib.load_image(vislib.sample_path("cat.jpg"))
maps = [vislib.explain(name, classifier, image) for name in ("saliency", "smoothgrad", "vargrad")]
vislib.figures.comparison(maps, image)

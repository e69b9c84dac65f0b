"""
Superpixels: LIME, KernelSHAP and RISE
======================================

Three ways to cover many places at once. LIME fits a linear model to the scores, KernelSHAP divides the score fairly
among the superpixels, RISE averages random masks. Where they agree, the finding does not depend on how the image was
covered.
"""

import vislib

classifier = vislib.load_classifier("efficientnet-lite0")
image = vislib.load_image(vislib.sample_path("cat.jpg"))
maps = [
    vislib.explain("lime", classifier, image, n_samples=200),
    vislib.explain("kernel-shap", classifier, image, n_samples=200),
    vislib.explain("rise", classifier, image, n_masks=200),
]
vislib.figures.comparison(maps, image)

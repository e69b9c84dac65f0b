"""
Occlusion
=========

Cover a patch, ask again, and write down by how much the score fell; then move the patch. Nothing is needed but the
network's answers, so the method also works where there are no gradients. Red places lower the score when they are
covered, blue places raise it.
"""

import vislib

classifier = vislib.load_classifier("efficientnet-lite0")
image = vislib.load_image(vislib.sample_path("cat.jpg"))
heatmap = vislib.explain("occlusion", classifier, image, patch_px=56, stride_px=28)
vislib.figures.figure(heatmap, image)

"""
A segmentation: one segment, one pixel
======================================

For a segmentation the explained number is the mean score of a segment, or the score at one pixel. The second map
shows what the network needed to label that pixel.
"""

import vislib
from vislib import targets
from vislib.output.masks import mask_picture

classifier = vislib.load_classifier("scene-segmentation")
image = vislib.load_image(vislib.sample_path("scenes/scene-1.png"))
mask = classifier.segment(image)
whole = vislib.explain("grad-cam", classifier, image)
pixel = vislib.explain("saliency", classifier, image, targets.Pixels(whole.label, where=(20, 30)))
pictures = [image, mask_picture(mask, classifier.labels)]
pictures += [vislib.render.overlay(image, heatmap, size=300) for heatmap in (whole, pixel)]
vislib.figures.pictures(pictures, ["image", "predicted mask", f"the segment “{whole.label}”", "one pixel"], columns=4)

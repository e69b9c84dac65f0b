"""
Grad-CAM in ten lines
=====================

Load a network and an image, ask for the answer, and see where the evidence for it is. The map is as coarse as the
layer that it is computed at: 7 × 7 cells, enlarged.
"""

import vislib

classifier = vislib.load_classifier("efficientnet-lite0")
image = vislib.load_image(vislib.sample_path("cat.jpg"))
for prediction in classifier.predict(image, top=3):
    print(f"{prediction.label}: {prediction.probability:.0%}")

heatmap = vislib.explain("grad-cam", classifier, image)
vislib.figures.figure(heatmap, image)

"""
A regression: what makes the number large?
==========================================

The network predicts the height and the width of a digit in pixels. Every method explains such a number as it explains
a class.
"""

import vislib

classifier = vislib.load_classifier("digit-size")
image = vislib.load_image(vislib.sample_path("scenes/scene-2.png"))
for prediction in classifier.predict(image):
    print(f"{prediction.label}: {prediction.value:.1f} {classifier.unit}")
maps = [vislib.explain("gradient-x-input", classifier, image, label) for label in classifier.labels]
pictures = [vislib.render.overlay(image, heatmap, size=300) for heatmap in maps]
vislib.figures.pictures(pictures, classifier.labels)

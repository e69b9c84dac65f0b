"""
DeepDream
=========

The image itself is changed so that what a layer detects in it becomes stronger. It shows what the layer is made to
find.
"""

import vislib
from vislib import activation_maximization as am

classifier = vislib.load_classifier("efficientnet-lite0")
image = vislib.load_image(vislib.sample_path("coffee.jpg"))
dream = am.deep_dream(classifier, image, am.Layer("block5_project_bn"), steps=8)
vislib.figures.pictures([classifier.resize(image), dream.picture], ["image", dream.titles[0]])

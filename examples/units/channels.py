"""
Which channels decided?
=======================

The score is divided among the channels of a layer. Each picture shows where on the image one of the six strongest
channels acts; below zero a channel speaks against the class.
"""

import vislib

classifier = vislib.load_classifier("efficientnet-lite0")
image = vislib.load_image(vislib.sample_path("cat.jpg"))
found = vislib.channels(classifier, image)
numbers = [int(channel) for channel in found.strongest(6)]
maps = vislib.feature_maps(classifier, image, found.layer)
box = classifier.box(image)
pictures = [vislib.render.overlay_map(image, box, maps[..., channel]) for channel in numbers]
titles = [f"{found.layer} {channel}: {found.values[channel]:+.2f}" for channel in numbers]
vislib.figures.pictures(pictures, titles, columns=3)

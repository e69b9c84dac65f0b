"""
The vocabulary of a place
=========================

At one place of a layer a few channels are strongest. With a small picture for each of them, a list of numbers becomes
something to read: the semantic dictionary of the place.
"""

import vislib

classifier = vislib.load_classifier("efficientnet-lite0")
image = vislib.load_image(vislib.sample_path("cat.jpg"))
strongest = vislib.strongest_at(classifier, image, "head_relu", row=3, column=3, n=8)
icons = vislib.icons(classifier, "head_relu", channels=[one.channel for one in strongest])
print(icons.source)
vislib.figures.pictures(icons.pictures, [f"{one.channel}: {one.value:.1f}" for one in strongest], columns=4)

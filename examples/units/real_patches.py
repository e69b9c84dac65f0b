"""
Real patches that excite a channel
==================================

A made picture may mislead; real patches are the check. These are the places in ten small photographs where three
channels of the CIFAR-10 network are most active.
"""

import vislib

classifier = vislib.load_classifier("cifar10")
folder = vislib.sample_path("cifar10")
layer = vislib.filter_layers(classifier)[2]
top = vislib.top_patches(classifier, folder, layer, 5)
pictures, titles = [], []
for channel in (0, 1, 2):
    for patch, value in zip(top.patches(classifier, folder, channel), top.values[channel], strict=True):
        pictures.append(patch)
        titles.append(f"channel {channel}: {value:.2f}")
vislib.figures.pictures(pictures, titles, columns=5)

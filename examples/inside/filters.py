"""
The kernels of the first convolution
====================================

The first layer reads the image itself, so its kernels are small colour pictures: edges in several directions, spots
and colour contrasts. The strongest come first.
"""

import vislib

classifier = vislib.load_classifier("efficientnet-lite0")
layer = vislib.filter_layers(classifier)[0]
kernels = vislib.filters(classifier, layer)
print(layer, kernels.shape)
vislib.figures.figure(kernels, title=f"Kernels of {layer}")

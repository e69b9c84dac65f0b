"""
How one number is computed
==========================

Every number in a network is a sum of products. This is one cell of the first convolution of the digit network, with
its window, its kernel and the whole sum.
"""

import vislib

classifier = vislib.load_classifier("digits")
image = vislib.load_image(vislib.sample_path("digits/3.png"))
layer = vislib.filter_layers(classifier)[0]
operation = vislib.layers.operation_of(classifier, image, layer)
cell = operation.at(row=12, column=12, channel=0)
print(*cell.lines, sep="\n")

# %%
# The whole map of that channel: the cell is one of its numbers.

vislib.render.map_image(operation.output[..., 0], signed=True, size=(280, 280))

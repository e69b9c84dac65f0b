"""
What a unit can see
===================

A unit's receptive field is the part of the image that it can depend on. It grows from layer to layer; here it is
drawn for the unit in the middle of some layers.
"""

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import vislib

classifier = vislib.load_classifier("efficientnet-lite0")
image = classifier.resize(vislib.load_image(vislib.sample_path("cat.jpg")))
fields = vislib.layers.receptive_fields(classifier.network.graph)
drawn = Figure(figsize=(5, 5), layout="constrained")
axes = drawn.add_subplot()
axes.imshow(image)
for number, layer in enumerate(("stem_relu", "block1_project_bn", "block3_expand_relu", "block5_expand_relu")):
    height, width = classifier.network.map_node(layer).output.shape[1:3]
    box = fields[layer].box(height // 2, width // 2, classifier.input_size)
    colour = f"C{number}"
    axes.add_patch(Rectangle((box.left, box.top), box.width, box.height, fill=False, edgecolor=colour, linewidth=2))
    axes.plot([], [], color=colour, label=f"{layer}: {box.height:.0f} × {box.width:.0f} px")
axes.legend(loc="lower left", fontsize=8)
axes.set_axis_off()
drawn

"""
The sanity check under random weights
=====================================

If a network's weights are replaced by random ones, layer by layer from the output, the map of a faithful method must
change. Here is Grad-CAM above and guided backpropagation below; ρ is the rank correlation with the first map.
"""

import vislib
from vislib import trust

classifier = vislib.load_classifier("efficientnet-lite0")
image = vislib.load_image(vislib.sample_path("cat.jpg"))
methods = {name: vislib.methods()[name]().resolved(classifier) for name in ("grad-cam", "guided-backprop")}
target = classifier.target("tiger cat")
stages = trust.cascading_randomization(methods, classifier, classifier.resize(image), target, n_stages=3)
pictures, titles = [], []
for name in methods:
    for stage in stages[name]:
        pictures.append(vislib.render.map_image(stage.values, colormap="inferno"))
        titles.append(f"{stage.share:.0%} random\nρ = {stage.rank_correlation:.2f}")
vislib.figures.pictures(pictures, titles, columns=4)

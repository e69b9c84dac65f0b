"""
The sanity check under random weights
=====================================

If a network's weights are replaced by random ones, layer by layer from the output, the map of a faithful method must
change. The upper row is gradient × input, the lower one guided backpropagation.
"""

import vislib
from vislib import trust

classifier = vislib.load_classifier("digits")
image = vislib.load_image(vislib.sample_path("digits/3.png"))
methods = {name: vislib.methods()[name]() for name in ("gradient-x-input", "guided-backprop")}
target = classifier.target("3")
stages = trust.cascading_randomization(methods, classifier, classifier.resize(image), target)
pictures, titles = [], []
for name in methods:
    for stage in stages[name]:
        pictures.append(vislib.render.map_image(stage.values, signed=bool((stage.values < 0).any())))
        titles.append(f"{stage.share:.0%} random\nρ = {stage.rank_correlation:.2f}")
vislib.figures.pictures(pictures, titles, columns=len(stages["gradient-x-input"]))

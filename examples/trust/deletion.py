"""
Deletion and insertion
======================

Cover the pixels that a map calls important first, and the score should fall fast; show them first, and it should rise
fast. The random map is the line to beat.
"""

from matplotlib.figure import Figure

import vislib
from vislib import trust

classifier = vislib.load_classifier("efficientnet-lite0")
image = vislib.load_image(vislib.sample_path("cat.jpg"))
resized = classifier.resize(image)
target = classifier.target(vislib.Target("tiger cat", score="probability"))
drawn = Figure(figsize=(8, 3.2), layout="constrained")
for axes, curve in zip(drawn.subplots(1, 2), (trust.deletion, trust.insertion), strict=True):
    for name in ("grad-cam", "saliency", "random"):
        values = vislib.explain(name, classifier, image, "tiger cat").values
        found = curve(classifier, resized, values, target, n_steps=14)
        axes.plot(found.shares, found.scores, label=f"{name}: {found.area:.2f}")
    axes.set(title=curve.__name__, xlabel="share of the pixels", ylabel="probability")
    axes.legend(fontsize=8)
drawn

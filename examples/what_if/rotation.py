"""
How far can it be turned?
=========================

One setting as a curve: the probability of each class while the image is rotated. ``in_words`` says in which range the
answer stays the same.
"""

from matplotlib.figure import Figure

import vislib
from vislib.edits import Rotate

classifier = vislib.load_classifier("digits")
image = vislib.load_image(vislib.sample_path("digits/4.png"))
curve = vislib.edits.sweep(classifier, image, Rotate, range(-90, 91, 5))
print(curve.in_words("°"))
drawn = Figure(figsize=(7, 3), layout="constrained")
axes = drawn.add_subplot()
for number, label in enumerate(curve.labels):
    axes.plot(curve.settings, curve.values[:, number], label=label)
axes.set(xlabel="rotation, °", ylabel="probability")
axes.legend(title="class", fontsize=8)
drawn

"""
A change that nobody sees
=========================

Two grey levels in each pixel are enough to change the answer. The perturbation is shown magnified; it is not an
explanation, but it shows how near the network's border is.
"""

import vislib

classifier = vislib.load_classifier("efficientnet-lite0")
image = vislib.load_image(vislib.sample_path("cat.jpg"))
found = vislib.adversarial.pgd(classifier, image, epsilon=2, steps=10)
print(found.in_words())
titles = [found.before[0].label, "change, magnified", found.after[0].label]
vislib.figures.pictures([found.original, found.magnified(), found.image], titles)

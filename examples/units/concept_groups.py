"""
Groups of channels instead of a thousand
========================================

A layer's 1,280 channels are factored into six groups that are active together. Each region of the picture has the
colour of its strongest group; the numbers say what each group adds to the class.
"""

import vislib

classifier = vislib.load_classifier("efficientnet-lite0")
image = vislib.load_image(vislib.sample_path("cat.jpg"))
groups = vislib.concepts.groups(classifier, image, n_groups=6)
for number, contribution in enumerate(groups.contributions):
    print(f"group {number}: {contribution:+.2f} to the {groups.explained}")
vislib.concepts.regions_picture(image, groups, size=480)

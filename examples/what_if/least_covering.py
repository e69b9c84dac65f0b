"""
The least that changes the answer
=================================

A search covers one superpixel after another until the answer changes, then takes back all that can be taken back.
"""

import vislib

classifier = vislib.load_classifier("efficientnet-lite0")
image = vislib.load_image(vislib.sample_path("cat.jpg"))
found = vislib.edits.least_covering(classifier, image, n_segments=20)
print(found.in_words())
vislib.figures.pictures([image, vislib.edits.apply(image, found.edit)], ["image", found.outcome])

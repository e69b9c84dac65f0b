"""
A second opinion
================

``tf-keras-vis`` is an independent library. The same question is put to it, and the difference between the two maps is
told in figures.
"""

import vislib

classifier = vislib.load_classifier("efficientnet-lite0")
image = vislib.load_image(vislib.sample_path("cat.jpg"))
opinion = vislib.second_opinion("grad-cam", classifier, image)
print(opinion.in_words())
box = classifier.box(image)
pictures = [vislib.render.overlay_map(image, box, values) for values in (opinion.ours.values, opinion.values)]
vislib.figures.pictures(pictures, ["vislib", f"tf-keras-vis {opinion.version}"])

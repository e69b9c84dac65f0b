"""
Erase a part and ask again
==========================

An edit is a value: a stroke, a rotation, a change of light. The answer before and after is the simplest explanation
there is.
"""

import vislib
from vislib.edits import Erase, Rotate

classifier = vislib.load_classifier("efficientnet-lite0")
image = vislib.load_image(vislib.sample_path("cat.jpg"))
edits = [Erase(points=((0.55, 0.6),), radius=0.15, fill="inpaint"), Rotate(15)]
change = vislib.edits.what_if(classifier, image, edits)
print(f"{change.explained}: {change.score_before:.2f} → {change.score_after:.2f}")
vislib.figures.pictures([image, vislib.edits.apply(image, edits)], ["before", "after"])

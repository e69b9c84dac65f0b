"""
What a channel wants to see
===========================

Pictures that excite one channel each, from early layers to late ones: first colours and edges, then textures, then
parts of things. A few steps are enough for a first look.
"""

import vislib
from vislib import activation_maximization as am

classifier = vislib.load_classifier("efficientnet-lite0")
targets = [am.Channel("block2_project_bn", 3), am.Channel("block5_project_bn", 3), am.Channel("block8_project_bn", 0)]
pictures = [am.maximize(classifier, target, steps=24).picture for target in targets]
vislib.figures.pictures(pictures, [target.in_words() for target in targets])

"""
What a digit looks like to the network
======================================

Activation maximization starts from noise and changes the picture until the class's score is high. One picture for
each class of the digit network, all computed together.
"""

import vislib
from vislib import activation_maximization as am

classifier = vislib.load_classifier("digits")
result = am.class_pictures(classifier, steps=64)
vislib.figures.pictures(list(result.pictures), classifier.labels)

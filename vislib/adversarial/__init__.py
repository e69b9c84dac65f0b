"""Adversarial examples: pictures a few grey levels from an image that the network takes for something else.

found = vislib.adversarial.fgsm(classifier, image, epsilon=2)
found = vislib.adversarial.pgd(classifier, image, epsilon=2, towards="lynx")
print(found.in_words())

They show how close the network's border is. They are no explanation: the perturbation does not show what matters to the
network in ordinary images.
"""

from vislib.adversarial.attacks import MOST_GREY_LEVELS, fgsm, pgd
from vislib.adversarial.found import Adversarial, save_adversarial
from vislib.adversarial.whole import picture_for_network

__all__ = ["MOST_GREY_LEVELS", "Adversarial", "fgsm", "pgd", "picture_for_network", "save_adversarial"]

"""Guided backpropagation: a gradient that passes a ReLU only where its input and the gradient are positive."""

from dataclasses import dataclass

from vislib.attribution.saliency import LargestGradient
from vislib.language import text


@dataclass(frozen=True)
class GuidedBackprop(LargestGradient):
    """max_c |g_c|, where g is the gradient by the input x for which every ReLU y = f(x) passes back

        f'(x) · g   where x > 0, y > 0 and the incoming gradient g > 0, else 0.

    The rule applies to every kind of ReLU: `activation=`, layers, `keras.ops`; capped, leaky and with a threshold.
    Other activations keep their usual gradient, and `notes` names them. x is the preprocessed input. Values are ≥ 0;
    the signed g (h, w, c) is `details["gradient"]`.

    Raises:
        ModelError: If the network has a ReLU that the rule cannot reach, or none that it can.

    Reference: Springenberg et al. 2014, arXiv 1412.6806, section 3.4.
    """

    name = "guided-backprop"
    title = text("Guided backpropagation")
    question = text("Which fine patterns reach the score along positive signals alone?")
    unit = text("|guided gradient|")
    reference = "Springenberg et al. 2014, arXiv 1412.6806"
    caveat = text(
        "It is sharp, but it shows edges rather than reasons: it hardly depends on the class and "
        "hardly changes when the weights are randomized (Adebayo et al. 2018, arXiv 1810.03292)."
    )
    rule = "guided"

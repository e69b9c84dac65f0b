"""Deconvnet: a gradient for which every ReLU passes back only positive values, whatever its input was."""

from dataclasses import dataclass

from vislib.attribution.saliency import LargestGradient
from vislib.language import text


@dataclass(frozen=True)
class Deconvnet(LargestGradient):
    """max_c |g_c|, where g is the gradient by the input for which every ReLU passes back max(g, 0).

    Also known as the 'relu' variant of saliency. Max pooling passes the gradient back to the position of the
    maximum, as the paper's switches do. Other activations keep their usual gradient, and `notes` names them. The
    gradient is by the preprocessed input. Values are ≥ 0; the signed g (h, w, c) is `details["gradient"]`.

    Departs from the paper, which starts from a feature map's activation: this starts from the target.

    Raises:
        ModelError: If the network has a ReLU that the rule cannot reach, or none that it can.

    Reference: Zeiler & Fergus 2013, arXiv 1311.2901, section 2.1; as a gradient: Simonyan et al. 2013,
    arXiv 1312.6034, section 4.
    """

    name = "deconvnet"
    title = "Deconvnet"
    question = text("Which patterns of the image can be rebuilt from the score, back through the network?")
    unit = text("|deconvnet signal|")
    reference = "Zeiler & Fergus 2013, arXiv 1311.2901"
    caveat = text(
        "It shows mostly the input's edges, whatever the class, and in networks without max pooling "
        "not even those (Nie, Zhang & Patel 2018, arXiv 1805.07039)."
    )
    rule = "deconvnet"

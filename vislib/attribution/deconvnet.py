"""Deconvnet: a gradient of which every ReLU passes on what is positive, whatever its own input was."""

from dataclasses import dataclass

from vislib.attribution.saliency import LargestGradient


@dataclass(frozen=True)
class Deconvnet(LargestGradient):
    """max_c |g_c|, where g is the gradient by the input for which every ReLU passes on max(g, 0).

    Also known as the 'relu' variant of saliency. Max pooling passes gradients to where the maximum was, as the
    paper's switches do. Other activations pass their usual gradient and `notes` names them. Values are ≥ 0, by the
    preprocessed input; the signed g (h, w, c) is `details["gradient"]`.

    Departs from the paper, which starts from a feature map's activation; here from the class.

    Raises:
        ModelError: If the network has a ReLU that the rule cannot reach, or none that it can.

    Reference: Zeiler & Fergus 2013, arXiv 1311.2901, section 2.1; as a gradient: Simonyan et al. 2013,
    arXiv 1312.6034, section 4.
    """

    name = "deconvnet"
    title = "Deconvnet"
    reference = "Zeiler & Fergus 2013, arXiv 1311.2901"
    caveat = (
        "Nearly an image of the input's edges, whatever the class, and in networks without max pooling not even that "
        "(Nie, Zhang & Patel 2018, arXiv 1805.07039)."
    )
    rule = "deconvnet"

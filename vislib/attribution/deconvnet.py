"""Deconvnet: a gradient of which every ReLU passes on what is positive, whatever its own input was."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vislib.attribution.base import Attribution, Explainer
from vislib.attribution.saliency import largest_gradient, largest_gradients
from vislib.progress import Progress
from vislib.targets.scores import Target


@dataclass(frozen=True)
class Deconvnet(Explainer):
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
    family = "gradient"
    reference = "Zeiler & Fergus 2013, arXiv 1311.2901"
    caveat = (
        "Nearly an image of the input's edges, whatever the class, and in networks without max pooling not even that "
        "(Nie, Zhang & Patel 2018, arXiv 1805.07039)."
    )
    signed = False

    def attribute(self, classifier, fitted: np.ndarray, target: Target, progress: Progress) -> Attribution:
        return largest_gradient(classifier, fitted, target, progress, rule="deconvnet")

    def attribute_many(self, classifier, fitted: np.ndarray, targets: Sequence[Target]) -> list[Attribution]:
        return largest_gradients(classifier, fitted, targets, rule="deconvnet")

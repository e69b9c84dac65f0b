"""Guided Grad-CAM: the detail of guided backpropagation in the places that Grad-CAM highlights."""

from dataclasses import dataclass

import numpy as np

from vislib.attribution import blank_maps
from vislib.attribution.base import AtLayer, Attribution, Detail, Family
from vislib.attribution.grad_cam import GradCam
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.progress import Progress, no_progress
from vislib.targets.base import Target


@dataclass(frozen=True)
class GuidedGradCam(AtLayer):
    """max_c |g_c · L|: guided backpropagation's g times the up-sampled Grad-CAM L, element by element.

    The paper shows the product as a coloured image. This map is its largest absolute value over the channels, as for
    the other gradients. Values are ≥ 0. The signed product (h, w, c) is `details["gradient"]`; Grad-CAM's map before
    up-sampling is `details["cells"]`.

    Raises:
        ModelError: If the network has a ReLU that the guided rule cannot reach, or none that it can.

    Reference: Selvaraju et al. 2017, arXiv 1610.02391, section 3.2.
    """

    name = "guided-grad-cam"
    title = "Guided Grad-CAM"
    question = text("Which fine details lie where Grad-CAM finds evidence?")
    unit = text("Grad-CAM · guided gradient")
    family = Family.CLASS_ACTIVATION
    detail = Detail.PIXELS
    reference = "Selvaraju et al. 2017, arXiv 1610.02391"
    caveat = text(
        "The fine detail shows edges, whatever the weights are (Adebayo et al. 2018, arXiv "
        "1810.03292); only the coarse part depends on the class."
    )
    signed = False

    def attribute(self, classifier: Classifier, resized: np.ndarray, target: Target, progress: Progress) -> Attribution:
        progress(0, 2)
        cam = GradCam(self.layer).attribute(classifier, resized, target, no_progress)
        progress(1, 2, cam.values)
        (gradient,), _ = classifier.network.gradients(classifier.preprocess_input(resized[None]), target, "guided")
        product = gradient * cam.values[..., None]
        values = np.abs(product).max(axis=-1)
        progress(2, 2, values)
        details = {"gradient": product, **{name: cam.details[name] for name in ("cells", "signed_cells")}}
        return Attribution(values, self.layer, details, classifier.network.graph_with_rule("guided").notes, cam.score)

    def why_blank(
        self, classifier: Classifier, resized: np.ndarray, target: Target, attribution: Attribution, score: float
    ) -> str:
        details = attribution.details
        if not details["cells"].any():
            return blank_maps.of_layer(classifier, resized, self.map_layer, target, GradCam.title, details)
        return blank_maps.of_gradient(classifier, resized, target, self.title)

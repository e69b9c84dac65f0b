"""The image's edges as a map: what a method shows if it depends on the image and not on the decision."""

from dataclasses import dataclass

import numpy as np

from vislib.attribution.base import Attribution, Detail, Explainer, Family
from vislib.attribution.fills import unit_bands
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.progress import Progress
from vislib.targets.base import Target


@dataclass(frozen=True)
class EdgeBaseline(Explainer):
    """The Sobel magnitude of the image's brightness: √((G_x² + G_y²) / 2), for brightness in 0..1.

    G_x and G_y are the differences across each pixel, smoothed along the edge; image borders are mirrored. The
    brightness is 0.2125 R + 0.7154 G + 0.0721 B; of bands, the mean of all, each scaled to 0..1. Values are from 0
    (flat) to 1. They do not depend on the network or the class.

    Reference: Adebayo et al. 2018, arXiv 1810.03292, who show how much some methods' maps look like an edge
    detector's.
    """

    name = "edges"
    title = text("Edges (baseline)")
    question = text("How well does a map of the image's edges do?")
    family = Family.BASELINE
    detail = Detail.PIXELS
    reference = "Adebayo et al. 2018, arXiv 1810.03292"
    caveat = text(
        "Explains nothing: the edges of the image do not depend on the class or the network. A "
        "method whose map looks similar may show the image and not the decision."
    )
    signed = False
    needs_gradients = False
    unit = text("edge strength")
    class_discriminative = False

    def attribute(self, classifier: Classifier, resized: np.ndarray, target: Target, progress: Progress) -> Attribution:
        from skimage import color, filters  # imported late, so that importing vislib stays quick

        progress(0, 1)
        pictures = classifier.takes_pictures
        brightness = color.rgb2gray(resized) if pictures else unit_bands(resized).mean(axis=2)
        values = filters.sobel(brightness).astype(np.float32)
        progress(1, 1, values)
        return Attribution(values)

    def why_blank(
        self, classifier: Classifier, resized: np.ndarray, target: Target, attribution: Attribution, score: float
    ) -> str:
        return text("The image has the same brightness everywhere, so it has no edges.")

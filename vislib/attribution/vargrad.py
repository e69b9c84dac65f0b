"""VarGrad: how much the gradient varies over noisy copies of the input."""

from dataclasses import dataclass

import numpy as np

from vislib.attribution.base import Attribution, parameter
from vislib.attribution.running import Running
from vislib.attribution.smoothgrad import NoisyGradients
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.targets.base import Target


@dataclass(frozen=True)
class VarGrad(NoisyGradients):
    """max_c Var_k(∂ logit(x + ε_k) / ∂ x_c), the variance (1/n) over n noisy copies, ε_k ~ N(0, σ²).

    σ is a share of the input's range. x is the preprocessed input. Values are ≥ 0; zero where the network is linear.

    Reference: Adebayo et al. 2018, arXiv 1810.03307; its meaning: Seo et al. 2018, arXiv 1806.03000.
    """

    name = "vargrad"
    title = "VarGrad"
    question = text("At which pixels does the gradient vary most when the image is noisy?")
    unit = text("variance of ∂ score / ∂ input")
    reference = "Adebayo et al. 2018, arXiv 1810.03307"
    caveat = text(
        "It shows where the gradient varies, which is the network's curvature and not always where "
        "the evidence is (Seo et al. 2018, arXiv 1806.03000). The noise level changes it."
    )

    n_samples: int = parameter(
        20, text("Samples"), low=2, high=500, help=text("Noisy copies whose gradients are compared.")
    )

    def statistic(self, gradients: Running) -> np.ndarray:
        return gradients.variance.max(axis=-1).astype(np.float32)

    def why_blank(
        self, classifier: Classifier, resized: np.ndarray, target: Target, attribution: Attribution, score: float
    ) -> str:
        if self.noise == 0:
            return text("Without noise all gradients are equal, so their variance is 0. Choose a larger `noise`.")
        if classifier.network.gradients(classifier.preprocess_input(resized[None]), target)[0].any():
            return text(
                "The gradient is the same for every noisy copy, so its variance is 0: the network is linear near this "
                "image. Saliency shows the gradient itself."
            )
        return super().why_blank(classifier, resized, target, attribution, score)

"""GradientSHAP: expected gradients over random baselines."""

from dataclasses import dataclass

import numpy as np

from vislib.attribution import blank_maps
from vislib.attribution.base import Attribution, Detail, Explainer, Family, parameter
from vislib.attribution.completeness import Completeness
from vislib.attribution.integrated_gradients import BASELINES, baseline_image, why_blank_from
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.progress import Progress
from vislib.targets.base import Target

EVERY = text("all")


@dataclass(frozen=True)
class GradientShap(Explainer):
    """Σ_c E[(x_c − b_c) · ∂ score(b + α (x − b)) / ∂ x_c] over baselines b and α uniform in 0..1.

    A baseline is one of the named images with Gaussian noise on it, of a standard deviation that is a share of the
    input's range; "all" takes the four in turn. α is drawn once from each of `n_samples` equal parts of 0..1.

    Values are signed. In expectation they add up to score(image) − E[score(b)]; `notes` and
    `details["completeness_error"]` say how far these samples do.

    Departs from the paper, which draws baselines from the training images: a network comes without them.

    Reference: Erion et al. 2019, arXiv 1906.10670; Lundberg & Lee 2017, arXiv 1705.07874.
    """

    name = "gradient-shap"
    title = text("GradientSHAP (expected gradients)")
    question = text("How much does each pixel add to the score, compared with many random baselines?")
    family = Family.GRADIENT
    detail = Detail.PIXELS
    reference = "Erion et al. 2019, arXiv 1906.10670"
    caveat = text(
        "It explains the difference to random baselines, which are a choice and no images of the "
        "training. With few samples it is noisy."
    )
    signed = True
    unit = text("share of the score")
    counted = text("samples")
    random = True
    costly = True

    baseline: str = parameter(
        EVERY,
        text("Baseline"),
        choices=(EVERY, *BASELINES),
        help=text("What the noise is added to; all: the four in turn."),
    )
    n_samples: int = parameter(
        64, text("Samples"), low=1, high=5000, help=text("Pairs of a baseline and a place on the way.")
    )
    noise: float = parameter(
        0.1,
        text("Noise"),
        low=0.0,
        high=1.0,
        help=text("Its standard deviation as a share of the input's range (max − min)."),
    )
    seed: int = parameter(0, text("Seed"), low=0, high=2**31 - 1, help=text("The same seed gives the same map."))

    def attribute(self, classifier: Classifier, resized: np.ndarray, target: Target, progress: Progress) -> Attribution:
        network, random = classifier.network, np.random.default_rng(self.seed)
        names = BASELINES if self.baseline == EVERY else (self.baseline,)
        images = np.stack([resized, *(baseline_image(resized, name) for name in names)])
        inputs, *centres = classifier.preprocess_input(images)
        sigma = self.noise * float(np.ptp(inputs))
        places = ((random.permutation(self.n_samples) + random.random(self.n_samples)) / self.n_samples).astype(
            np.float32
        )
        values, of_baselines = np.zeros(inputs.shape), 0.0
        progress(0, self.n_samples)
        for start in range(0, self.n_samples, network.gradient_batch_size):
            now = range(start, min(start + network.gradient_batch_size, self.n_samples))
            centre = np.stack([centres[number % len(centres)] for number in now])
            baselines = centre + random.normal(0, sigma, centre.shape).astype(np.float32)
            points = baselines + places[now.start : now.stop, None, None, None] * (inputs - baselines)
            slopes, _ = network.gradients(points, target, fold_batch_norm=True)
            values += ((inputs - baselines).astype(np.float64) * slopes).sum(axis=0)
            of_baselines += float(network.values(baselines, target).sum())
            progress(now.stop, self.n_samples, (values / now.stop).sum(axis=-1).astype(np.float32))
        values = values.sum(axis=-1) / self.n_samples
        score = float(network.values(inputs[None], target)[0])
        sum_up = Completeness(
            float(values.sum()), score - of_baselines / self.n_samples, text("the baselines' mean score")
        )
        return Attribution(values, details=sum_up.details, notes=(sum_up.note,), score=score)

    def why_blank(
        self, classifier: Classifier, resized: np.ndarray, target: Target, attribution: Attribution, score: float
    ) -> str:
        same = "" if self.baseline == EVERY or self.noise else why_blank_from(self.baseline, resized)
        return same or blank_maps.of_gradient(classifier, resized, target, self.title)

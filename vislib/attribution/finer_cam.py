"""Finer-CAM: Grad-CAM of what sets a class apart from those that the network takes for similar."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from vislib.attribution.base import Attribution, parameter
from vislib.attribution.grad_cam import GradCam
from vislib.errors import listed
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.targets.base import Target
from vislib.targets.pixels import Pixels
from vislib.targets.scores import ClassScore

if TYPE_CHECKING:
    from vislib.network.network import Network


@dataclass(frozen=True)
class FinerCam(GradCam):
    """Grad-CAM of s_c − α · mean_d s_d, with the classes d whose scores are nearest to that of the explained class c.

    What c shares with the similar classes cancels, and what sets it apart stays. `notes` names the classes d.
    `details` are those of Grad-CAM.

    Another target than the score of one class, such as a channel or a contrast, has no similar classes: the map is
    Grad-CAM's, and `notes` says so.

    Reference: Zhang et al. 2025, arXiv 2501.11309.
    """

    name = "finer-cam"
    title = "Finer-CAM"
    question = text("Where is what sets the class apart from the most similar classes?")
    unit = "Finer-CAM, ReLU(Σ α · A)"
    reference = "Zhang et al. 2025, arXiv 2501.11309"
    caveat = text(
        "It shows what sets the class apart from its neighbours, not all that speaks for it. It is "
        "as coarse as the layer, and where the similar classes have most of their evidence in common "
        "with it, little is left."
    )

    n_similar: int = parameter(
        3, text("Similar classes"), low=1, high=50, help=text("How many of the nearest classes count.")
    )
    alpha: float = parameter(
        1.0, text("Strength"), low=0.0, high=2.0, help=text("Weight of the similar classes' mean score; 0 is Grad-CAM.")
    )

    def attribute_many(
        self, classifier: Classifier, resized: np.ndarray, targets: Sequence[Target]
    ) -> list[Attribution]:
        network, size = classifier.network, classifier.network.batch_size
        inputs = classifier.preprocess_input(resized)
        logits = np.concatenate([network.logits(inputs[n : n + size]) for n in range(0, len(inputs), size)])
        compared, notes = zip(
            *(self.compared(classifier, target, one) for target, one in zip(targets, logits, strict=True)), strict=True
        )
        found = super().attribute_many(classifier, resized, compared)
        # The score is that of the class alone.
        return [
            replace(each, score=each.score if one is target else None, notes=(note, *each.notes))
            for each, note, one, target in zip(found, notes, compared, targets, strict=True)
        ]

    def compared(self, classifier: Classifier, target: Target, logits: np.ndarray) -> tuple[Target, str]:
        """The target minus α times the mean score of the similar classes, and a sentence; for logits (…, classes)."""
        network = classifier.network
        similar = similar_classes(network, target, logits, self.n_similar)
        if not similar:
            return target, text(
                "Only the score of a single class has similar classes to compare with: this is Grad-CAM."
            )
        names = listed(f"“{classifier.labels[int(one.class_index)]}”" for one in similar)
        apart = target
        for one in similar:
            apart = apart - (self.alpha / len(similar)) * one
        return apart, text("Compared with the nearest: {classes}.", classes=names)

    def why_blank(
        self, classifier: Classifier, resized: np.ndarray, target: Target, attribution: Attribution, score: float
    ) -> str:
        logits = classifier.network.logits(classifier.preprocess_input(resized[None]))[0]
        compared, _ = self.compared(classifier, target, logits)
        return super().why_blank(classifier, resized, compared, attribution, score)


def similar_classes(network: "Network", target: Target, logits: np.ndarray, n: int) -> list[ClassScore | Pixels]:
    """The same score of the n classes whose value is nearest to the target's, for the logits (…, classes) of one image.

    Empty for a target that is not the score of one class.
    """
    if not isinstance(target, ClassScore | Pixels) or target.against is not None or target.counterfactual:
        return []
    if not network.head.task.has_classes:
        return []
    plain = replace(target, score="logit")
    others = [index for index in range(network.n_classes) if index != int(target.class_index)]
    value = network.scores(logits[None], plain)[0]
    if isinstance(target, ClassScore):
        distances = np.abs(logits[others] - value)
    else:
        distances = np.abs([network.scores(logits[None], replace(plain, class_index=k))[0] - value for k in others])
    nearest = [others[place] for place in np.argsort(distances, kind="stable")[:n]]
    return [replace(target, class_index=index) for index in nearest]

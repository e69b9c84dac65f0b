"""Layer-CAM of the last layer of each stage, fused: the places of the deep layers with the detail of the early ones."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vislib.activations.maps import stages
from vislib.attribution.base import Attribution, Family, OnePass, parameter, upsample
from vislib.attribution.layer_cam import LayerCam
from vislib.attribution.weighted_maps import each_maps_and_gradients
from vislib.errors import listed
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.network.together import layers_together
from vislib.targets.base import Target, form

_GAMMA = 2.0


@dataclass(frozen=True)
class LayerCamFused(OnePass):
    """max_l M̂_l over the last layers l of the last stages, with M_l the Layer-CAM of layer l (section III-D).

    A stage is all layers of one map size. M̂ = M / max M for the last of them. For the others, whose values are small
    but for a few, M̂ = tanh(γ · M / max M) with γ = 2 (equation 8). All are enlarged to the input's size. Values are in
    0..1. All layers are computed in one pass. `notes` names them.

    Reference: Jiang et al. 2021, IEEE Transactions on Image Processing 30, doi 10.1109/TIP.2021.3089943.
    """

    name = "layer-cam-fused"
    title = text("Layer-CAM, fused")
    question = text("Where is the evidence, with the detail of early layers too?")
    unit = text("largest scaled Layer-CAM of the stages")
    family = Family.CLASS_ACTIVATION
    reference = "Jiang et al. 2021, IEEE TIP 30, doi 10.1109/TIP.2021.3089943"
    caveat = text(
        "Every stage is scaled to the same range, so the strong edges of an early layer look as "
        "important as the places that a deep layer finds. More stages give finer detail and more "
        "noise."
    )
    signed = False

    n_stages: int = parameter(3, text("Stages"), low=1, high=12, help=text("How many of the last stages are fused."))

    def attribute_many(
        self, classifier: Classifier, resized: np.ndarray, targets: Sequence[Target]
    ) -> list[Attribution]:
        every = layers_before(classifier, targets[0])
        layers = every[-self.n_stages :]
        size, found = classifier.network.gradient_batch_size, list[Attribution]()
        for start in range(0, len(resized), size):
            now = slice(start, start + size)
            with layers_together(every):  # the traced function with which other methods show all stages
                each = [_layer_cams(classifier, resized[now], layer, targets[now]) for layer in layers]
            for of_image in zip(*each, strict=True):
                cams, scores = zip(*of_image, strict=True)
                values = fused(cams, classifier.input_size)
                note = text("Fused from {layers}.", layers=listed(layers))
                found.append(Attribution(values, notes=(note,), score=scores[0]))
        return found

    def why_blank(
        self, classifier: Classifier, resized: np.ndarray, target: Target, attribution: Attribution, score: float
    ) -> str:
        last = LayerCam(layer=layers_before(classifier, target)[-1])
        (alone,) = last.attribute_many(classifier, resized[None], [target])
        return last.why_blank(classifier, resized, target, alone, score)


def layers_before(classifier: Classifier, target: Target) -> list[str]:
    """The last layer of each stage that depends on the image and that the target depends on, in the order of depth.

    Raises:
        LayerError: If there is no layer with feature maps before the target.
    """
    network, graph = classifier.network, classifier.network.graph
    read, of_image = network.read(graph, form(target, network)), graph.of_image
    before = [
        layer
        for layer in stages(classifier)
        if (node := network.map_node(layer)) in of_image and any(graph.leads_to(node, tensor) for tensor in read)
    ]
    return before or [network.last_map_layer_before(target)]


def _layer_cams(
    classifier: Classifier, resized: np.ndarray, layer: str, targets: Sequence[Target]
) -> list[tuple[np.ndarray, float]]:
    method = LayerCam(layer=layer)
    return [
        (np.maximum(method.signed_cells(maps.astype(np.float64), gradients.astype(np.float64)), 0), score)
        for maps, gradients, score in each_maps_and_gradients(classifier, resized, layer, targets)
    ]


def fused(cams: Sequence[np.ndarray], size: tuple[int, int]) -> np.ndarray:
    """The largest of the scaled maps (h_l, w_l) ≥ 0 at each place of `size`; the last is that of the deepest layer."""
    shares = [cam / (cam.max() or 1.0) for cam in cams]
    scaled = [*(np.tanh(_GAMMA * share) for share in shares[:-1]), shares[-1]]
    return np.max([upsample(each, size) for each in scaled], axis=0)

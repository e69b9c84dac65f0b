"""Why a map shows nothing, as far as that is known: a sentence for each way in which a method can end in one value.

Every sentence names a way on that a test follows.
"""

from collections.abc import Mapping

import numpy as np

from vislib.activations.maps import stages
from vislib.errors import VislibError
from vislib.language import sentences, text
from vislib.model.classifier import Classifier
from vislib.targets.base import Target
from vislib.targets.scores import ClassScore, with_score

SAME_EVERYWHERE = text("The map has the same value everywhere, so it shows no place as more important than another.")
_COVERING = text("A method that covers whole parts of the image, such as occlusion, measures larger changes.")
_MOST_LAYERS_TRIED = 3


def is_blank(values: np.ndarray, tolerance: float = 0.0) -> bool:
    """Whether all finite values of a map are equal up to rounding, and up to `tolerance`."""
    finite = values[np.isfinite(values)].astype(np.float64)
    return bool(finite.size) and float(np.ptp(finite)) <= max(1e-6 * float(np.abs(finite).max()), tolerance)


def of_layer(
    classifier: Classifier,
    resized: np.ndarray,
    layer: str,
    target: Target,
    title: str,
    details: Mapping[str, np.ndarray],
) -> str:
    """Why a map of a layer's feature maps and their gradients is blank.

    Args:
        classifier: The classifier.
        resized: The image, resized to the network's input.
        layer: The layer.
        target: What is explained.
        title: The method's name for people.
        details: "cells", the map at the layer's size, and for a method with a ReLU "signed_cells", that before it.
    """
    network, inputs = classifier.network, classifier.preprocess_input(resized[None])
    (maps,), (gradients,), _ = network.maps_and_gradients(inputs, layer, target)
    if not maps.any():
        return of_maps(classifier, resized, layer, title)
    if not gradients.any():
        no_weights = text(
            "The gradient of the target by layer '{layer}' is 0 for this image, so {method} has no weights.",
            layer=layer,
            method=title,
        )
        return sentences(no_weights, _saturated(classifier, inputs, target))
    if details["cells"].any() or "signed_cells" not in details:
        return sentences(SAME_EVERYWHERE, _same_maps(maps, layer))
    hires = (maps * gradients).sum(axis=-1)
    signed = text("HiRes-CAM at the same layer also shows what speaks against it.") if np.ptp(hires) else ""
    negative = _only_negative(layer, title, details["signed_cells"])
    return sentences(negative, signed, _earlier(classifier, resized, layer, target))


def of_maps(classifier: Classifier, resized: np.ndarray, layer: str, title: str) -> str:
    """Why a map that is made from a layer's feature maps is blank, as far as they show it."""
    (maps,) = classifier.network.maps(classifier.preprocess_input(resized[None]), [layer])[0]
    if maps.any():
        return sentences(SAME_EVERYWHERE, _same_maps(maps, layer))
    nothing = text(
        "All maps of layer '{layer}' are 0 for this image, so {method} has nothing to show.", layer=layer, method=title
    )
    return sentences(nothing, _nonzero(classifier, resized, layer))


def of_channels(
    classifier: Classifier, resized: np.ndarray, layer: str, title: str, details: Mapping[str, np.ndarray]
) -> str:
    """Why a map of measured channels is blank."""
    (maps,) = classifier.network.maps(classifier.preprocess_input(resized[None]), [layer])[0]
    if not maps.any():
        return of_maps(classifier, resized, layer, title)
    if not details["weights"].any():
        return text(
            "No channel of layer '{layer}' changes the target when it is measured, so {method} has no weights. "
            "HiRes-CAM weights channels by gradients instead.",
            layer=layer,
            method=title,
        )
    return sentences(
        _only_negative(layer, title, details["signed_cells"]), text("Another layer may have some: choose it.")
    )


def of_gradient(classifier: Classifier, resized: np.ndarray, target: Target, title: str) -> str:
    """Why a map of a gradient by the image is blank."""
    inputs = classifier.preprocess_input(resized[None])
    gradients, _ = classifier.network.gradients(inputs, target)
    if gradients.any():
        return text(
            "The plain gradient of the target is not 0 for this image, but {method} leaves nothing of it. Saliency "
            "shows it.",
            method=title,
        )
    flat = text(
        "The gradient of the target is 0 at every pixel: a small change of the image does not change the target."
    )
    return sentences(flat, _saturated(classifier, inputs, target))


def of_covering(
    classifier: Classifier, resized: np.ndarray, cover: np.ndarray | None, score: float, pictures: str
) -> str:
    """Why a map of scores of partly covered images is blank.

    Args:
        classifier: The classifier.
        resized: The image, resized to the network's input.
        cover: The image that replaces the covered parts; None if it is not known.
        score: The target's value.
        pictures: What was scored, such as "512 masks".
    """
    if cover is not None and np.array_equal(cover, resized):
        return text("The fill equals the image, so covering changes nothing. Choose another `fill` or `grey`.")
    return text(
        "The target stays at {score:.3g} for all {pictures}: the network does not react to what is covered. If "
        "classifier.logits(image) is the same for another image too, the network ignores its images, as with weights "
        "that were never loaded.",
        score=score,
        pictures=pictures,
    )


def _only_negative(layer: str, title: str, signed: np.ndarray) -> str:
    if not signed.any():
        return text(
            "No place of layer '{layer}' has positive evidence for the target: {method} keeps positive gradients only, "
            "and where the maps are not 0 all are negative or 0.",
            layer=layer,
            method=title,
        )
    return text(
        "No place of layer '{layer}' has positive evidence for the target: {method} keeps positive values only (ReLU), "
        'and all are negative or 0 (in a script, `details["signed_cells"]` has them with their sign).',
        layer=layer,
        method=title,
    )


def _same_maps(maps: np.ndarray, layer: str) -> str:
    if np.ptp(maps, axis=(0, 1)).any():
        return ""
    return text("So has each map of layer '{layer}'; vislib.feature_maps shows earlier ones.", layer=layer)


def _saturated(classifier: Classifier, inputs: np.ndarray, target: Target) -> str:
    """The way on where a gradient is 0: the logit of a saturated probability, or larger changes."""
    if isinstance(target, ClassScore) and target.score == "probability":
        gradients, _ = classifier.network.gradients(inputs, with_score(target, "logit"))
        if gradients.any():
            return text('The probability is saturated; explain the logit instead, with score="logit".')
    return sentences(text("So it is where the ReLUs on the way are all 0."), _COVERING)


def _earlier(classifier: Classifier, resized: np.ndarray, layer: str, target: Target) -> str:
    """An earlier layer that has positive evidence, as a sentence; "" if none of those tried has."""
    network, inputs = classifier.network, classifier.preprocess_input(resized[None])
    for name in _before(classifier, layer):
        try:
            (maps,), (gradients,), _ = network.maps_and_gradients(inputs, name, target)
        except VislibError:  # such as where the target does not depend on it
            continue
        if (np.maximum(maps @ gradients.mean(axis=(0, 1)), 0) > 0).any():
            return text("Grad-CAM finds some at the layer {layer}.", layer=name)
    return ""


def _nonzero(classifier: Classifier, resized: np.ndarray, layer: str) -> str:
    """An earlier layer whose maps are not all 0, as a sentence."""
    before = _before(classifier, layer)
    maps = classifier.network.maps(classifier.preprocess_input(resized[None]), before) if before else []
    found = [name for name, values in zip(before, maps, strict=True) if values.any()]
    return text("Those of layer='{layer}' are not.", layer=found[0]) if found else ""


def _before(classifier: Classifier, layer: str) -> list[str]:
    """The layers before one to try, the nearest first: the one before it, then the last of each larger size."""
    every = list(classifier.network.map_layers)
    before = every[: every.index(layer)]
    found = [*before[-1:], *reversed([name for name in stages(classifier) if name in before])]
    return list(dict.fromkeys(found))[:_MOST_LAYERS_TRIED]

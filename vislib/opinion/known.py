"""Where tf-keras-vis 0.8.7 is known to be wrong, as sentences for one map; each was reproduced with it.

It imports TensorFlow, so other modules import it late.
"""

import numpy as np

from vislib.attribution.base import Explainer
from vislib.backend import keras
from vislib.graph.graph import Graph
from vislib.graph.relu_rules import is_or_ends_in_relu
from vislib.language import sentences, text
from vislib.model.classifier import Classifier

SAME_NUMBER = ("saliency", "guided-backprop", "grad-cam", "layer-cam", "smoothgrad")
"""Methods whose maps are the same numbers; the sizes of the others have no common meaning."""

_SMOOTHGRAD = text(
    "It takes the absolute value of each gradient before it averages, so noise adds up instead "
    "of averaging out, and its noise has no seed: each run gives another map."
)
_GRAD_CAM_PLUS_PLUS = text(
    "It multiplies the whole map by exp(score), which overflows at a score of 89, and divides "
    "the α of each channel by their sum, which equations 7 and 19 of the paper do not."
)
_SCORE_CAM = text(
    "It does not subtract the score of the empty image, as the paper does, and it enlarges the "
    "masks with aligned corners, which shifts them."
)


def reasons(method: Explainer, classifier: Classifier, theirs: np.ndarray) -> tuple[str, ...]:
    """Why its map is another, although it is called as well as it can be; empty where nothing is known.

    Args:
        method: Our method, resolved.
        classifier: The classifier that is explained.
        theirs: Its map.
    """
    found: list[str] = []
    if method.name == "smoothgrad" and method.noise > 0:  # type: ignore[attr-defined]
        found.append(_SMOOTHGRAD)
    if method.name == "grad-cam++":
        found.append(_GRAD_CAM_PLUS_PLUS)
    if method.name == "guided-backprop":
        found += _not_guided(classifier.network.graph)
    if method.name == "score-cam":
        found += [_SCORE_CAM, *_softmax_where_none_is(method, classifier)]
    if not np.isfinite(theirs).all():
        found.append(text("{share:.0%} of its map is NaN or infinite.", share=(~np.isfinite(theirs)).mean()))
    return tuple(found)


def called_by_itself(method: Explainer, classifier: Classifier) -> tuple[str, ...]:
    """What it would do on this model with its defaults, which are not used here.

    Args:
        method: Our method, resolved.
        classifier: The classifier that is explained.
    """
    model, found = classifier.model, []
    layer = getattr(method, "layer", None)
    if layer is not None:
        found += [*_other_layer(classifier, layer), *_shifted(classifier, layer)]
    if method.name != "score-cam" and classifier.network.graph.activation_removed:
        found += _softmax_stays(model)
    return tuple(found)


def _not_guided(graph: Graph) -> list[str]:
    """ReLUs whose gradient its guided backpropagation leaves as it is: it looks for one function, in one attribute."""
    relus = [node for node in graph.nodes if is_or_ends_in_relu(graph, node)]
    left = [node for node in relus if getattr(node.operation, "activation", None) is not keras.activations.relu]
    if not left:
        return []
    return [
        text(
            "It guides only ReLUs written as `activation='relu'`: {n} of the {of} ReLUs here keep their "
            "plain gradient, such as '{layer}', and it does not say so.",
            n=len(left),
            of=len(relus),
            layer=left[0].name,
        )
    ]


def _softmax_where_none_is(method: Explainer, classifier: Classifier) -> list[str]:
    network = classifier.network
    if getattr(method, "weights", "probability") == "logit":
        return [text("It weighs channels by probabilities, and the map beside it by logits.")]
    if network.is_binary:
        return [
            text(
                "It applies softmax, which makes 1 of a single output: every channel has the same weight, "
                "whatever the network answers."
            )
        ]
    if network.activation != "softmax":
        return [
            text("It applies softmax to outputs that are not made for it, so its weights are no scores of the network.")
        ]
    return []


def _other_layer(classifier: Classifier, layer: str) -> list[str]:
    """The layer that it would take of the model as it is, if that is another one."""
    from tf_keras_vis.utils import find_layer
    from tf_keras_vis.utils.model_modifiers import Conv

    layers = getattr(classifier.model, "layers", ())
    if not layers:
        return [text("It cannot look into a subclassed model.")]
    node = classifier.network.graph.node(layer)
    found = find_layer(classifier.model, lambda each: isinstance(each, Conv), offset=layers[-1])
    if found is None:
        return [text("It finds no layer in this model: it looks for the class of plain convolutions.")]
    if node is None or found is node.operation:
        return []
    channels = node.output.shape[-1]
    sentence = text(
        "It would take layer '{other}' with {n_other} channels instead of '{layer}' with {channels}, "
        "the last one of the class of plain convolutions.",
        other=found.name,
        n_other=found.filters,
        layer=layer,
        channels=channels,
    )
    nested = [each.name for each in layers if isinstance(each, keras.Model)]
    if nested:
        fails = text("It would fail there, since the layer lies inside the nested model '{model}'.", model=nested[0])
        return [sentences(sentence, fails)]
    return [sentence]


def _shifted(classifier: Classifier, layer: str) -> list[str]:
    """How far its up-sampling moves the first cell: scipy's zoom aligns corners, not cell centres."""
    cells = classifier.network.map_node(layer).output.shape[1:3]
    shift = max((side / n - 1) / 2 for side, n in zip(classifier.input_size, cells, strict=True))
    if shift < 0.5:
        return []
    return [
        text("Its up-sampling moves the cells at the border outwards, by {shift:.3g} pixels of the input.", shift=shift)
    ]


def _softmax_stays(model: keras.Model) -> list[str]:
    """Its way to leave out the softmax changes an attribute of the last layer, if there is one of that name."""
    if isinstance(model, keras.Sequential):
        return [text("Its ReplaceToLinear, which leaves the softmax out, fails on a Sequential model.")]
    layers = getattr(model, "layers", ())
    if layers and not hasattr(layers[-1], "activation"):
        return [
            text(
                "Its ReplaceToLinear does nothing here, as the last activation is a layer or a model of its "
                "own, so it would explain the probability."
            )
        ]
    return []

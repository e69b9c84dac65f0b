"""Which methods are tried on which networks: not all on all, whose number grows with both."""

from collections.abc import Sequence

import vislib

METHODS = sorted(vislib.methods())
# One method for each way in which methods ask a network: they are tried on every network.
EVERYWHERE = (
    "saliency",  # the gradient of one image
    "integrated-gradients",  # gradients of a batch
    "guided-backprop",  # the gradient with another rule
    "deeplift",  # the gradient with two passes compared
    "lrp",  # relevance
    "fullgrad",  # gradients at all layers
    "grad-cam",  # maps and their gradients
    "cam",  # the last layer's weights
    "score-cam",  # outputs of images covered by maps
    "occlusion",  # outputs of covered patches, incrementally
    "sobol",  # outputs of any masks
)


def pairs(networks: Sequence[str], each: int, always: Sequence[str] = ()) -> list[tuple[str, str]]:
    """(method, network): `EVERYWHERE` on every network, each other method on `always` and on `each` in turn."""
    chosen = [(method, network) for method in EVERYWHERE for network in networks]
    others = [method for method in METHODS if method not in EVERYWHERE]
    for number, method in enumerate(others):
        turns = [networks[(number * each + turn) % len(networks)] for turn in range(each)]
        chosen += [(method, network) for network in dict.fromkeys([*always, *turns])]
    return chosen

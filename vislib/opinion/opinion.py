"""The same explanation by two implementations."""

import time
from typing import Any

import numpy as np

from vislib.attribution.base import methods, upsample
from vislib.attribution.named import explain
from vislib.errors import ParameterError, listed
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.opinion.maximized import second_picture
from vislib.opinion.result import AGREES, SecondOpinion, correlation, largest_difference, rounding
from vislib.output.heatmap import Heatmap
from vislib.progress import Progress, progress_bar, within
from vislib.targets.base import Target

MAXIMIZATION = "activation-maximization"
MAPS = ("saliency", "guided-backprop", "smoothgrad", "grad-cam", "grad-cam++", "layer-cam", "score-cam")
METHODS = (*MAPS, MAXIMIZATION)
"""What tf-keras-vis has, too."""


def second_opinion(
    method: str,
    classifier: Classifier,
    image: np.ndarray | None,
    class_index: int | str | Target | None = None,
    progress: Progress = progress_bar,
    **params: Any,
) -> SecondOpinion:
    """Explains an image twice, by vislib and by tf-keras-vis, an independent implementation, and compares the results.

    tf-keras-vis runs on the flat graph up to the logits, with the same layer, and with its normalising, up-sampling,
    regularisers and modifiers off. So its known errors on models as people write them do not enter; the
    result's `by_itself` describes these.

    Args:
        method: One of `METHODS`.
        classifier: The classifier whose decision is explained. Its model is not changed.
        image: (H, W, 3) in 0..255; for activation maximization the start, or None for noise.
        class_index: As for `vislib.explain`. tf-keras-vis takes the logit of a class, also against another class, a
            predicted number, or a channel, neuron, region or direction of a layer.
        progress: Called as progress(done, 2) before, between and after the two results. If it raises, the work stops.
        **params: The method's parameters, for both; those of `vislib.opinion.Plain` for activation maximization.

    Returns:
        Both results and the difference in figures.

    Raises:
        ParameterError: If tf-keras-vis has no such method, or cannot take the target or a parameter.
        ModelError: If one of the two fails on the network, or tf-keras-vis is not installed.

    Example:
        >>> opinion = vislib.second_opinion("grad-cam", classifier, image)
        >>> opinion.correlation > 0.9
        True
    """
    if method == MAXIMIZATION:
        return second_picture(classifier, image, class_index, progress, params)
    check_method(method)
    if image is None:
        raise ParameterError(
            text(
                "A second opinion on '{method}' needs an image; only {other} starts without one.",
                method=method,
                other=MAXIMIZATION,
            )
        )
    progress(0, 2)
    ours = explain(method, classifier, image, class_index, within(progress, 0, 2), **params)
    return second_opinion_on(ours, classifier, image, progress)


def second_opinion_on(
    ours: Heatmap, classifier: Classifier, image: np.ndarray, progress: Progress = progress_bar
) -> SecondOpinion:
    """The second opinion on a map that exists already; result and exceptions as for `second_opinion`.

    Args:
        ours: The map, as `vislib.explain` made it.
        classifier: The classifier that it explains.
        image: The image that it explains.
        progress: See `second_opinion`.
    """
    check_method(ours.method)
    from vislib.opinion import known, peer

    progress(1, 2)
    method = methods()[ours.method](**ours.params)
    start = time.perf_counter()
    inputs = classifier.preprocess_input(classifier.resize(image)[None])

    def compute(inputs: np.ndarray) -> np.ndarray:
        return peer.raw_map(method, classifier, inputs, ours.target, lambda: progress(1, 2))

    cells = compute(inputs)
    seconds = time.perf_counter() - start
    own = np.asarray(ours.details.get("cells", ours.values))
    same_number = ours.method in known.SAME_NUMBER
    difference = largest_difference(cells, own, same_number)
    reasons = known.reasons(method, classifier, cells)
    if difference > AGREES and not reasons:
        reasons = rounding(difference, cells, compute(np.nextafter(inputs, np.float32(np.inf))))
    found = SecondOpinion(
        ours=ours,
        values=cells if cells.shape == classifier.input_size else upsample(cells, classifier.input_size),
        cells=cells,
        same_number=same_number,
        largest_difference=difference,
        correlation=correlation(cells, own),
        reasons=reasons,
        by_itself=known.called_by_itself(method, classifier),
        version=peer.version(),
        seconds=seconds,
    )
    progress(2, 2)
    return found


def check_method(method: str) -> None:
    """Checks that tf-keras-vis has an explanation method.

    Raises:
        ParameterError: If it has not.
    """
    if method not in MAPS:
        raise ParameterError(
            text(
                "There is no second opinion on '{method}': tf-keras-vis has {methods}.",
                method=method,
                methods=listed(METHODS),
            )
        )

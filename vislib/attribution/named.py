"""A method from its name and its parameters, for scripts, the command line and batches."""

import dataclasses
from collections.abc import Iterable
from typing import Any

import numpy as np

from vislib.attribution.base import Explainer, method_named
from vislib.attribution.smoothed import SMOOTHING, Smoothed
from vislib.errors import ParameterError, listed
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.output.heatmap import Heatmap
from vislib.progress import Progress, progress_bar
from vislib.targets.base import Target


def named(method: str, **params: Any) -> Explainer:
    """The named method with these parameters.

    Args:
        method: One of `methods()`.
        **params: The method's parameters; and for every method `smooth`, the number of noisy copies of the image over
            which its maps are averaged, `smooth_noise`, `smooth_statistic` and `smooth_seed`; see
            `vislib.attribution.smoothed.Smoothed`.

    Raises:
        ParameterError: If there is no such method or parameter, or a value is not accepted.
    """
    kind = method_named(method)
    known = [spec.name for spec in dataclasses.fields(kind)]
    smoothing = {SMOOTHING[name]: params.pop(name) for name in SMOOTHING if name in params and name not in known}
    unknown = sorted(set(params) - set(known))
    if unknown:
        about = {"method": kind.title, "unknown": listed(unknown), "every": listed(SMOOTHING)}
        if not known:
            raise ParameterError(
                text(
                    "{method} has no parameter {unknown}; it takes none of its own, and every method {every}.", **about
                )
            )
        raise ParameterError(
            text(
                "{method} has no parameter {unknown}; it takes {known}, and every method {every}.",
                known=listed(known),
                **about,
            )
        )
    if not smoothing:
        return kind(**params)
    if "n_samples" not in smoothing:
        raise ParameterError(
            text(
                "A map is smoothed over a number of noisy copies, which `smooth` gives, such as smooth=20; it is "
                "missing."
            )
        )
    return Smoothed(kind(**params), **smoothing)


def given_methods(methods: str | Explainer | Iterable[str | Explainer]) -> list[Explainer]:
    """The methods, each given by its name or as an explainer.

    Raises:
        ParameterError: If there is no such method, or what is given is neither.
    """
    found = []
    for method in [methods] if isinstance(methods, str | Explainer) else methods:
        if isinstance(method, str):
            method = named(method)
        if not isinstance(method, Explainer):
            raise ParameterError(
                text("A method is given by its name or as an explainer; not as {kind}.", kind=type(method).__name__)
            )
        found.append(method)
    return found


def explain(
    method: str,
    classifier: Classifier,
    image: np.ndarray,
    class_index: int | str | Target | None = None,
    progress: Progress = progress_bar,
    *,
    keep_image: bool = True,
    **params: Any,
) -> Heatmap:
    """Explains a classifier's score for a class with the named method.

    Args:
        method: One of `methods()`.
        classifier: The classifier whose decision is explained.
        image: (H, W, 3) in 0..255.
        class_index: The class whose logit is explained, as a number or a label; None means the most probable class, the
            first predicted number, or the largest segment. Or any target of `vislib.targets`, such as a channel of a
            hidden layer.
        progress: Called as progress(done, total, partial=None). If it raises, the work stops. Without it, work of more
            than a second shows a bar in a terminal or a notebook.
        keep_image: Whether the heatmap keeps the image as the network saw it, to draw itself over it: (h, w, 3) uint8,
            three quarters of the map's own bytes.
        **params: The method's parameters; and for every method `smooth`, a number of noisy copies of the image over
            which the maps are averaged, with `smooth_noise`, `smooth_statistic` and `smooth_seed` (see `named`).

    Returns:
        A heatmap at the resolution of the network's input.

    Raises:
        ParameterError: If there is no such method, class or parameter, or a value is not accepted.
        LayerError: If the requested layer has no feature maps, or the target does not depend on it.
        ModelError: If the method cannot work on this network.

    Example:
        >>> heatmap = vislib.explain("occlusion", classifier, image, "3", patch_px=7)
        >>> heatmap.values.shape, heatmap.explained
        ((28, 28), 'logit of “3”')
    """
    return named(method, **params).explain(classifier, image, class_index, progress, keep_image)

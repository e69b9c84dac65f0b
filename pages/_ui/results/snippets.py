"""The Python lines that compute the results of a page."""

from collections.abc import Sequence
from dataclasses import fields, replace

import vislib
from pages._ui.shell import models
from pages._ui.shell.context import Context

_WHERE = "# Run this in vislib's folder, or install it there once: pip install .\n"


def classifier_lines(context: Context) -> str:
    """The lines that load the network."""
    return f"{_WHERE}{models.loading_lines(context.model_name)}"


def preamble(context: Context) -> str:
    """The lines that load the network and the image."""
    return f"{classifier_lines(context)}image = {context.reading}"


def heatmap(context: Context, result: vislib.Heatmap) -> str:
    """The lines that compute a heatmap."""
    params = "".join(f", {name}={value!r}" for name, value in result.params.items())
    lines, target = _target(context, result.target)
    return (
        f"{preamble(context)}\n{lines}"
        f"heatmap = vislib.explain(\n    {result.method!r}, classifier, image, "
        f"class_index={target}{params}\n)\n"
        f"heatmap.values  # {result.values.shape} float32\n"
        f"vislib.save(heatmap, {result.method + '.png'!r}, image)\n"
    )


def second_opinion(context: Context, result: vislib.Heatmap) -> str:
    """The lines that compute a heatmap twice and compare."""
    params = "".join(f", {name}={value!r}" for name, value in result.params.items())
    lines, target = _target(context, result.target)
    return (
        f"{preamble(context)}\n{lines}"
        f"found = vislib.second_opinion(\n    {result.method!r}, classifier, image, class_index={target}{params}\n)\n"
        "print(found.in_words())\n"
    )


def trust(context: Context, explainers: Sequence[vislib.Explainer], grid: Sequence[Context]) -> str:
    """The lines that measure these methods; `grid` are the images of the grid pointing game."""
    every = []
    for explainer in explainers:
        usual = type(explainer)().resolved(context.classifier)
        changed = [
            f"{spec.name}={getattr(explainer, spec.name)!r}"
            for spec in fields(explainer)
            if getattr(explainer, spec.name) != getattr(usual, spec.name)
        ]
        every.append(f"    methods[{explainer.name!r}]({', '.join(changed)}),\n")
    images = ", ".join("image" if one.digest == context.digest else one.reading for one in grid)
    lines, target = _target(context, context.classifier.target(context.target))
    return (
        f"{preamble(context)}\n{lines}from vislib import trust\n\nmethods = vislib.methods()\n"
        f"explainers = [\n{''.join(every)}]\n"
        + (f"grid = trust.make_grid(classifier, [{images}])\n" if grid else "grid = None\n")
        + f"measured = trust.measure(explainers, classifier, image, class_index={target}, grid=grid)\n"
        "rows = [one.row() for one in measured]\n"
    )


def _target(context: Context, target: vislib.targets.Target) -> tuple[str, str]:
    """Lines before the call, and the expression for a target; the index of a class, where that means the same."""
    if context.reference is not None:
        return f"other = {context.reference_reading}\n", "vislib.targets.similarity(classifier, other)"
    point = ""
    if isinstance(target, vislib.targets.Pixels):
        if isinstance(target.where, tuple):
            point = f", where={target.where}"
        else:  # the region of this image, which is found again
            target = replace(target, where="predicted")
    if target == context.classifier.target(context.class_index):
        is_unique = context.classifier.labels.count(context.label) == 1
        return "", repr(context.label) if is_unique else str(context.class_index)
    return "", f"vislib.targets.{repr(target)[:-1]}{point})"


def feature_maps(context: Context, layer: str) -> str:
    """The lines that compute a layer's feature maps."""
    return f"{preamble(context)}\nmaps = vislib.feature_maps(classifier, image, {layer!r})  # (h, w, c)\n"


def filters(context: Context, layer: str) -> str:
    """The lines that read a layer's kernels."""
    return f"{classifier_lines(context)}kernels = vislib.filters(classifier, {layer!r})  # (k_h, k_w, c_in, c_out)\n"

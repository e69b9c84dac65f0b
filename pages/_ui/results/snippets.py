"""The Python lines that compute the results of a page."""

from collections.abc import Sequence
from dataclasses import fields

import vislib
from pages._ui.shell import models
from pages._ui.shell.context import Context


def classifier_lines(context: Context) -> str:
    """The lines that load the network."""
    return models.loading_lines(context.model_name)


def preamble(context: Context) -> str:
    """The lines that load the network and the image."""
    return f"{classifier_lines(context)}image = {context.reading}"


def heatmap(context: Context, result: vislib.Heatmap) -> str:
    """The lines that compute a heatmap."""
    params = "".join(f", {name}={value!r}" for name, value in result.params.items())
    target = result.class_index if result.target.is_class_logit else f"vislib.targets.{result.target!r}"
    return (
        f"{preamble(context)}\n"
        f"heatmap = vislib.explain(\n    {result.method!r}, classifier, image, "
        f"class_index={target}{params}\n)\n"
        f"heatmap.values  # {result.values.shape} float32\n"
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
    target = context.class_index if context.target.is_class_logit else f"vislib.targets.{context.target!r}"
    return (
        f"{preamble(context)}\nfrom vislib import trust\n\nmethods = vislib.methods()\n"
        f"explainers = [\n{''.join(every)}]\n"
        + (f"grid = trust.make_grid(classifier, [{images}])\n" if grid else "grid = None\n")
        + f"measured = trust.measure(explainers, classifier, image, class_index={target}, grid=grid)\n"
        "rows = [one.row() for one in measured]\n"
    )


def feature_maps(context: Context, layer: str) -> str:
    """The lines that compute a layer's feature maps."""
    return f"{preamble(context)}\nmaps = vislib.feature_maps(classifier, image, {layer!r})  # (h, w, c)\n"


def filters(context: Context, layer: str) -> str:
    """The lines that read a layer's kernels."""
    return f"{classifier_lines(context)}kernels = vislib.filters(classifier, {layer!r})  # (k_h, k_w, c_in, c_out)\n"

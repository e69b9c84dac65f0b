"""The Python lines that compute the results of a page, and print them or save their picture."""

from collections.abc import Sequence
from dataclasses import fields, replace

import vislib
from pages._ui.shell import models
from pages._ui.shell.context import Context
from vislib.activations.maps import is_depthwise
from vislib.adversarial import Adversarial
from vislib.edits import Edit, python_lines

_WHERE = "# Run this in vislib's folder, or install it there once: pip install .\n"
_IMPORT = "import vislib"
_TRUST = "from vislib import trust"


def classifier_lines(context: Context, *imports: str) -> str:
    """The lines that import vislib and more, and load the network."""
    before, after = models.loading_lines(context.model_name).split(f"{_IMPORT}\n", 1)
    return "\n".join([f"{_WHERE}{before}{_IMPORT}", *imports, after])


def preamble(context: Context, *imports: str) -> str:
    """The lines that import vislib and more, and load the network and the image."""
    return f"{classifier_lines(context, *imports)}image = {context.reading}"


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


def trust(
    context: Context,
    explainers: Sequence[vislib.Explainer],
    grid: Sequence[Context],
    mask: str = "",
    **settings: object,
) -> str:
    """The lines that measure these methods.

    Args:
        context: The network, the image and the target.
        explainers: The methods.
        grid: The images of the grid pointing game.
        mask: The expression of the mask for the localisation; "" without one.
        settings: More arguments of `vislib.trust.measure`.
    """
    images = ", ".join("image" if one.digest == context.digest else one.reading for one in grid)
    lines, target = _target(context, context.classifier.target(context.target))
    given = "".join(f", {name}={value!r}" for name, value in settings.items())
    return (
        f"{preamble(context, _TRUST)}\n{lines}{_methods_lines(context, explainers)}"
        + (f"grid = trust.make_grid(classifier, [{images}])\n" if grid else "grid = None\n")
        + (f"mask = {mask}\n" if mask else "")
        + f"measured = trust.measure(\n    explainers, classifier, image, class_index={target}, grid=grid"
        f"{', mask=mask' if mask else ''}{given}\n)\n"
        "rows = [one.row() for one in measured]\n"
        "for row in rows:\n"
        "    print(row)\n"
    )


def verdicts_over_images(
    context: Context, explainers: Sequence[vislib.Explainer], images: str, most: int, **settings: object
) -> str:
    """The lines that measure these methods on several images; `images` is their expression."""
    lines, target = "", ""
    if not context.classifier.task.has_classes:
        lines, target = _target(context, context.classifier.target(context.target))
        target = f", {target}"
    given = "".join(f", {name}={value!r}" for name, value in settings.items())
    imports = _TRUST, "from vislib.concepts.images import images_of", "from vislib.images.sets import some_of"
    return (
        f"{classifier_lines(context, *imports)}{lines}{_methods_lines(context, explainers)}"
        f"images = some_of(images_of({images}), {most})\n"
        f"measured = trust.measure_each(explainers, classifier, images{target}{given})\n"
        "for over in trust.over_images(measured):\n"
        "    print(over.title, over.text, over.means)\n"
    )


def _methods_lines(context: Context, explainers: Sequence[vislib.Explainer]) -> str:
    """The lines that make the explainers."""
    every = []
    for explainer in explainers:
        usual = type(explainer)().resolved(context.classifier)
        changed = [
            f"{spec.name}={getattr(explainer, spec.name)!r}"
            for spec in fields(explainer)
            if getattr(explainer, spec.name) != getattr(usual, spec.name)
        ]
        every.append(f"    methods[{explainer.name!r}]({', '.join(changed)}),\n")
    return f"methods = vislib.methods()\nexplainers = [\n{''.join(every)}]\n"


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


def adversarial(context: Context, found: Adversarial, towards: str | None, params: dict[str, object]) -> str:
    """The lines that find an adversarial picture."""
    lines, away = ("", "") if towards is not None else _target(context, context.classifier.target(context.target))
    way = f"class_index={away}" if towards is None else f"towards={towards!r}"
    more = "".join(f", {name}={value!r}" for name, value in params.items())
    return (
        f"{preamble(context)}\n{lines}"
        f"found = vislib.adversarial.{found.method}(classifier, image, {found.epsilon}, {way}{more})\n"
        "print(found.in_words())\n"
        "found.perturbation  # in grey levels\n"
        "picture, exact = vislib.adversarial.picture_for_network(classifier, image, found.image)\n"
        "vislib.adversarial.save_adversarial(found, 'adversarial.png')  # what the network sees\n"
    )


def neighbours(context: Context, images: str, n: int) -> str:
    """The lines that find the most similar images of a set; `images` is its expression."""
    return (
        f"{preamble(context)}\n"
        f"index = vislib.neighbours.index_of(classifier, {images})\n"
        f"found = vislib.neighbours.search(classifier, index, image, {n})\n"
        "for row in found.rows():\n"
        "    print(row)\n"
    )


def feature_maps(context: Context, layer: str, place: tuple[int, int] | None = None, n: int = 1) -> str:
    """The lines that draw a layer's feature maps, and print its n strongest channels at a place (row, column)."""
    lines = (
        f"{preamble(context)}\nmaps = vislib.feature_maps(classifier, image, {layer!r})  # (h, w, c)\n"
        "vislib.figures.figure(maps).savefig('feature_maps.png')\n"
    )
    if place is None:
        return lines
    at = f"{layer!r}, {place[0]}, {place[1]}, n={n}"
    return f"{lines}print(vislib.strongest_at(classifier, image, {at}))  # (channel, value), highest first\n"


def channels(context: Context, found: vislib.Channels, shown: Sequence[int]) -> str:
    """The lines that compute what each channel adds, and the maps of some channels."""
    lines, target = _target(context, found.target)
    by = "" if found.composite is None else f", by={found.by!r}, composite={found.composite!r}"
    return (
        f"{preamble(context, 'from vislib.attribution.channels import heatmaps, masking_check')}\n{lines}"
        f"found = vislib.channels(classifier, image, {found.layer!r}, {target}{by})\n"
        "found.values  # one number per channel; above 0 raises the score\n"
        f"maps = heatmaps(classifier, image, found, {list(shown)})  # (n, h, w)\n"
        "check = masking_check(classifier, image, found)\n"
        f"for channel in {list(shown)}:\n"
        "    print(channel, found.values[channel])\n"
    )


def what_if(context: Context, edits: Sequence[Edit]) -> str:
    """The lines that edit the image, and print what the network says before and after."""
    lines, target = _target(context, context.classifier.target(context.target))
    return (
        f"{_to_edit(context)}\n{lines}{python_lines(edits)}"
        f"change = vislib.edits.what_if(classifier, image, edits, {target})\n"
        "change.image  # the edited image; vislib.edits.apply(image, edits) gives it alone\n"
        "print(change.explained, change.score_before, change.score_after)\n"
        "for index in change.most_changed(5):\n"
        "    print(change.labels[index], change.values_before[index], change.values_after[index])\n"
    )


def sweep(context: Context, edits: Sequence[Edit], code: str, settings: Sequence[float]) -> str:
    """The lines that vary one setting; `code` makes the edit of a value x."""
    lines, target = _target(context, context.classifier.target(context.target))
    given = "image" if not edits else "vislib.edits.apply(image, edits)"
    return (
        f"{_to_edit(context)}\n{lines}{python_lines(edits) if edits else ''}"
        f"curve = vislib.edits.sweep(\n    classifier, {given}, lambda x: vislib.edits.{code},\n"
        f"    {list(settings)}, {target}\n)\n"
        "rows = curve.rows()  # one for each value: the target, and the classes of the curves\n"
        "print(curve.in_words())\n"
    )


def least_covering(context: Context, edits: Sequence[Edit], **settings: object) -> str:
    """The lines that find the least covering."""
    lines, target = _target(context, context.classifier.target(context.target))
    given = "image" if not edits else "vislib.edits.apply(image, edits)"
    words = "".join(f", {name}={value!r}" for name, value in settings.items())
    return (
        f"{_to_edit(context)}\n{lines}{python_lines(edits) if edits else ''}"
        f"found = vislib.edits.least_covering(\n    classifier, {given}, {target}{words}\n)\n"
        "print(found.in_words())\n"
        "covered = vislib.edits.apply(image, found.edit)\n"
    )


def map_difference(context: Context, edits: Sequence[Edit], result: vislib.Heatmap) -> str:
    """The lines that compute a map before and after edits, and their difference."""
    params = "".join(f", {name}={value!r}" for name, value in result.params.items())
    lines, target = _target(context, context.classifier.target(context.target))
    return (
        f"{_to_edit(context)}\n{lines}{python_lines(edits)}"
        "before, after = (\n"
        f"    vislib.explain({result.method!r}, classifier, one, class_index={target}{params})\n"
        "    for one in (image, vislib.edits.apply(image, edits))\n)\n"
        "difference = vislib.edits.map_difference(before, after)\n"
        f"vislib.save(difference, {result.method + '-difference.png'!r}, vislib.edits.apply(image, edits))\n"
    )


def _to_edit(context: Context) -> str:
    """The lines that load the network and the image, as `vislib.edits.apply` takes it."""
    bands = "" if context.classifier.takes_pictures else ".astype('float32')"
    return f"{preamble(context)}{bands}"


def filters(context: Context, layer: str) -> str:
    """The lines that read and draw a layer's kernels."""
    depthwise = ", depthwise=True" if is_depthwise(context.classifier, layer) else ""
    return (
        f"{classifier_lines(context)}kernels = vislib.filters(classifier, {layer!r}, rgb=True)\n"
        f"vislib.figures.figure(kernels{depthwise}).savefig('filters.png')\n"
    )


def groups(context: Context, result: vislib.concepts.Groups) -> str:
    """The lines that group the channels of a layer for an image."""
    lines, target = _target(context, result.target)
    return (
        f"{preamble(context)}\n{lines}"
        f"groups = vislib.concepts.groups(\n    classifier, image, {result.layer!r}, "
        f"{len(result)}, target={target}\n)\n"
        f"groups.maps  # {result.maps.shape}: how strong each group is at each place\n"
        f"groups.channels  # {result.channels.shape}: how much each channel belongs to each group\n"
        "vislib.concepts.regions_picture(image, groups, size=1024).save('groups.png')\n"
    )


def concepts(context: Context, images: str, layer: str, only_predicted: bool, **settings: object) -> str:
    """The lines that find the concepts of a class in a set of images; `images` is its expression."""
    lines, target = _target(context, context.classifier.target(context.target))
    given = "".join(f", {name}={value!r}" for name, value in settings.items())
    return (
        f"{preamble(context)}\n{lines}images = {images}\n"
        f"concepts = vislib.concepts.craft(\n    classifier, images, {target}, {layer!r}, "
        f"only_predicted={only_predicted}{given}\n)\n"
        "concepts.importance  # total Sobol index of each concept\n"
        "heatmap = concepts.heatmap(classifier, image, 0)\n"
        "vislib.concepts.save_concepts(concepts, 'concepts.npz')\n"
    )


def tcav(context: Context, images: str, layer: str, only_predicted: bool, n_runs: int, names: Sequence[str]) -> str:
    """The lines that test a concept; `names` are the files of the concept's and of the random images."""
    lines, target = _target(context, context.classifier.target(context.target))
    concept, random = names
    shown = {concept.removesuffix(".zip"): concept}
    return (
        f"{preamble(context)}\n{lines}images = {images}\n"
        f"(score,) = vislib.concepts.tcav(\n    classifier, {shown!r}, {random!r}, images, {target}, {layer!r}, "
        f"only_predicted={only_predicted}, n_runs={n_runs}\n)\n"
        "print(score.in_words())\n"
    )


def unit_card(context: Context, layer: str, channel: int, images: str) -> str:
    """The lines that compute the parts of a channel's card; `images` is the set in a script."""
    return (
        f"{preamble(context)}\n"
        f"images = {images}\n"
        f"layer, channel = {layer!r}, {channel}\n\n"
        "maps = vislib.feature_maps(classifier, image, layer)[..., channel]  # where it fires\n"
        "row, column = divmod(int(maps.argmax()), maps.shape[1])\n"
        "top = vislib.top_patches(classifier, images, layer, 9)\n"
        "patches = top.patches(classifier, images, channel)\n"
        "activity = vislib.channel_activity(classifier, images, layer, channel)\n"
        "effects = vislib.class_effects(classifier, images, layer, channel)  # one number per class\n"
        "before = vislib.layer_before(classifier, layer, channel)\n"
        "if before is not None:\n"
        "    unit = vislib.targets.Neuron(vislib.before_activation(classifier, layer), channel, row, column)\n"
        "    feeds = vislib.contributions(classifier, image, unit, before)  # one number per channel\n"
        "icon = vislib.icons(classifier, layer, images, [channel]).pictures[0]\n"
        "wanted = vislib.activation_maximization.maximize(\n"
        "    classifier, vislib.targets.Channel(layer, channel), steps=64\n)\n"
        "wanted.save('wanted.png')\n"
    )

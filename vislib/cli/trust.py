"""The command `trust` (measures of maps), and what it shares with `compare` (maps side by side)."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vislib import attribution
from vislib.attribution.fills import FILLS
from vislib.errors import ParameterError, listed
from vislib.model.classifier import Classifier
from vislib.output import export
from vislib.targets.base import Target
from vislib.targets.scores import as_probability

DEFAULT_METHODS = "saliency,guided-backprop,grad-cam,layer-cam"
TABLES = (".csv", ".json")


def add_trust_arguments(command: argparse.ArgumentParser) -> None:
    """The arguments of `trust`, in addition to those of every command."""
    command.add_argument(
        "--method", default=DEFAULT_METHODS, help=f"one or more, with commas (default {DEFAULT_METHODS})"
    )
    command.add_argument("--out", help="also write the measures to this .csv or .json file")
    command.add_argument(
        "--grid",
        action="append",
        default=[],
        metavar="IMAGE",
        help="a further image for the grid pointing game; may be repeated",
    )
    command.add_argument(
        "--also",
        action="append",
        default=[],
        metavar="IMAGE",
        help="a further image, explained for its own answer, so that the verdicts rest on several; may be repeated",
    )
    command.add_argument("--deletion-fill", choices=FILLS, default="grey", help="what covers pixels (default grey)")
    command.add_argument("--insertion-fill", choices=FILLS, default="blur", help="what is shown first (default blur)")
    command.add_argument(
        "--box",
        metavar="LEFT,TOP,RIGHT,BOTTOM",
        help="where the thing is, in pixels of the image: how much of each map lies inside",
    )
    command.add_argument(
        "--further",
        action="store_true",
        help="also ROAD, the random logit test, and whether the order of the methods depends on the fill; takes longer",
    )
    command.add_argument("--seed", type=int, default=0, help="seed of everything that is random (default 0)")


def methods_named(text: str, option: str = "--method") -> list[type[attribution.Explainer]]:
    """The methods in a text such as "saliency,grad-cam".

    Raises:
        ParameterError: If there is no such method, one is named twice, or none is named.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    known = attribution.methods()
    for name in names:
        if name not in known:
            raise ParameterError(f"There is no method '{name}'; there are: {listed(known, 99)}.")
    if not names or len(set(names)) < len(names):
        raise ParameterError(f"{option} takes one or more different methods with commas between; not '{text}'.")
    return [known[name] for name in names]


def run_trust(
    explainers: Sequence[attribution.Explainer],
    classifier: Classifier,
    image: np.ndarray,
    target: Target,
    options: argparse.Namespace,
    others: Sequence[np.ndarray],
    also: Sequence[np.ndarray],
    path: Path | None,
    progress: attribution.Progress,
) -> None:
    """Prints the measures of each method with a verdict, and writes them to `path` if given.

    With `others`, further images, the grid pointing game is measured too; with `also`, the verdicts rest on these
    images, too.
    """
    from vislib import trust

    mask = trust.box_mask(classifier, image, _box(options.box)) if options.box else None
    grid = trust.make_grid(classifier, [image, *others]) if others else None
    settings: dict = {"deletion_fill": options.deletion_fill, "insertion_fill": options.insertion_fill}
    settings |= {"seed": options.seed, "progress": progress}
    measured = trust.measure(explainers, classifier, image, target, grid=grid, **settings)
    for one in measured:
        verdict, reasons = trust.verdict(one, measured)
        print(f"{one.title}: {verdict}")
        print(
            f"  deletion {one.deletion:.3f}, insertion {one.insertion:.3f}, "
            f"confidence drop {one.confidence_drop * 100:.1f} %, infidelity {one.infidelity:.2f}, "
            f"under noise {one.max_sensitivity:.2f}, under random weights {one.randomized:.2f}"
        )
        for reason in reasons if one.family != "baseline" else ():
            print(f"  {reason.text}")
        if mask is not None:
            print(f"  {trust.localisation(one.heatmap.values, mask).in_words()}")
    if options.further:
        _further(explainers, classifier, image, measured, options.seed, progress)
    if also:
        each = [measured, *(trust.measure(explainers, classifier, one, **settings) for one in also)]
        for over in trust.over_images(each):
            print(f"{over.title}: {over.text}")
            for reason in over.reasons:
                print(f"  {reason.text}")
    if path is not None:
        rows = [one.row() | {"verdict": trust.verdict(one, measured)[0]} for one in measured]
        export.write_whole(path, export.table_bytes(rows, path.suffix.lower()))
        print(f"→ {path}")


def _further(explainers, classifier, image, measured, seed: int, progress: attribution.Progress) -> None:
    """Prints the measures that take longer."""
    from vislib import trust

    resized, target = classifier.resize(image), measured[0].heatmap.target
    for one in measured:
        curve = trust.road(
            classifier, resized, one.heatmap.values, as_probability(target), seed=seed, progress=progress
        )
        print(f"{one.title}: ROAD {curve.area:.3f}")
    if classifier.task.has_classes and target.class_index is not None:
        for explainer in explainers:
            test = trust.random_logit(explainer, classifier, image, target.class_index, seed, progress)
            print(f"{explainer.title}: {test.in_words()}")
    maps = {one.title: one.heatmap.values for one in measured}
    for order in trust.fill_sensitivity(classifier, resized, maps, target, progress=progress):
        print(order.in_words())


def _box(text: str) -> tuple[float, float, float, float]:
    try:
        left, top, right, bottom = map(float, text.split(","))
    except ValueError:
        raise ParameterError(f"--box takes LEFT,TOP,RIGHT,BOTTOM in pixels; not '{text}'.") from None
    return left, top, right, bottom


def with_name(out: str, name: str) -> Path:
    """The path with a name before its suffix: "cat.png" and "grad-cam" give "cat-grad-cam.png"."""
    path = Path(out)
    return path.with_name(f"{path.stem}-{name}{path.suffix}")

"""The command `trust` (measures of maps), and what it shares with `compare` (maps side by side)."""

import argparse
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from vislib import attribution
from vislib.attribution.base import Family, method_named
from vislib.attribution.fills import FILLS
from vislib.batch.masks import read_mask
from vislib.cli.answer import Answer
from vislib.cli.image_options import image_reader
from vislib.errors import ParameterError
from vislib.images.finding import source_of
from vislib.images.sets import ImageSet
from vislib.language import Text, listing, text, tr
from vislib.model.classifier import Classifier
from vislib.output import export
from vislib.targets.base import Target

DEFAULT_METHODS = "saliency,guided-backprop,grad-cam,layer-cam"
TABLES = (".csv", ".json")


def add_trust_arguments(command: argparse.ArgumentParser) -> None:
    """The arguments of `trust`, in addition to those of every command."""
    command.add_argument(
        "--method",
        default=DEFAULT_METHODS,
        help=tr("one or more, with commas (default {default})", default=DEFAULT_METHODS),
    )
    command.add_argument("--out", help=tr("also write the measures to this .csv or .json file"))
    command.add_argument(
        "--grid",
        action="append",
        default=[],
        metavar="IMAGE",
        help=tr("a further image for the grid pointing game; may be repeated"),
    )
    command.add_argument(
        "--also",
        action="append",
        default=[],
        metavar="IMAGE",
        help=tr(
            "a further image, or a folder or .zip of images, each explained for its own answer, so that "
            "the verdicts rest on several; may be repeated"
        ),
    )
    command.add_argument("--deletion-fill", choices=FILLS, default="grey", help=tr("what covers pixels (default grey)"))
    command.add_argument(
        "--insertion-fill", choices=FILLS, default="blur", help=tr("what is shown first (default blur)")
    )
    command.add_argument(
        "--box",
        metavar="LEFT,TOP,RIGHT,BOTTOM",
        help=tr("where the thing is, in pixels of the image: how much of each map lies inside"),
    )
    command.add_argument(
        "--mask", metavar="FILE", help=tr("the same as a picture of the image's size, above 0 where the thing is")
    )
    command.add_argument(
        "--further",
        action="store_true",
        help=tr(
            "also ROAD, the random logit test, and whether the order of the methods depends on the fill; takes longer"
        ),
    )
    command.add_argument("--seed", type=int, default=0, help=tr("seed of everything that is random (default 0)"))


def methods_named(given: str, option: str = "--method") -> list[type[attribution.Explainer]]:
    """The methods in a text such as "saliency,grad-cam".

    Raises:
        ParameterError: If there is no such method, one is named twice, or none is named.
    """
    names = [name.strip() for name in given.split(",") if name.strip()]
    found = [method_named(name) for name in names]
    if not names or len(set(names)) < len(names):
        raise ParameterError(
            text(
                "{option} takes one or more different methods with commas between; not '{given}'.",
                option=option,
                given=given,
            )
        )
    return found


def further_images(options: argparse.Namespace) -> list[Callable[[Classifier], Sequence[np.ndarray] | ImageSet]]:
    """For each --also, a function that gives its images for a network.

    Raises:
        VislibError: If a file cannot be read as an image, or a folder or zip as a set of images.
    """
    return [_images_of(options, path) for path in options.also]


def _images_of(options: argparse.Namespace, path: str):
    if Path(path).is_dir() or path.lower().endswith(".zip"):
        found = source_of(path)
        return lambda classifier: found
    read = image_reader(options, path)
    return lambda classifier: [read(classifier)]


def run_trust(
    explainers: Sequence[attribution.Explainer],
    classifier: Classifier,
    image: np.ndarray,
    target: Target,
    options: argparse.Namespace,
    others: Sequence[np.ndarray],
    also: Sequence[Sequence[np.ndarray] | ImageSet],
    path: Path | None,
) -> None:
    """Answers with the measures of each method and a verdict, and writes them to `path` if given.

    With `others`, further images, the grid pointing game is measured too; with `also`, sets of images, the verdicts
    rest on these images, too.
    """
    from vislib import trust

    answer = options.answer
    mask = _mask(options, classifier, image)
    grid = trust.make_grid(classifier, [image, *others]) if others else None
    settings: dict = {"deletion_fill": options.deletion_fill, "insertion_fill": options.insertion_fill}
    settings |= {"road": options.further, "random_logit": options.further}
    settings |= {"seed": options.seed, "progress": answer.progress}
    measured = trust.measure(explainers, classifier, image, target, grid=grid, mask=mask, **settings)
    rows, said = [], []
    for one in measured:
        verdict, reasons = trust.verdict(one, measured)
        rows.append(one.row() | {"verdict": verdict})
        said.append(rows[-1] | {"reasons": reasons})
        answer.say(text("{name}: {what}", name=one.title, what=verdict))
        if not one.empty:
            answer.say(f"  {tr(_figures(one))}")
        answer.say(*(f"  {tr(reason.text)}" for reason in reasons if one.family is not Family.BASELINE))
        if one.localisation is not None and not one.empty:
            answer.say(f"  {tr(one.localisation.in_words())}")
    answer.give(model=classifier.key, target=target, methods=said)
    if options.further:
        maps = {one.title: one.heatmap.values for one in measured if not one.empty}
        resized = classifier.resize(image)
        asked = measured[0].heatmap.target
        orders = list(trust.fill_sensitivity(classifier, resized, maps, asked, progress=answer.progress))
        answer.say(*(order.in_words() for order in orders))
        answer.give(orders_by_fill=orders)
    if also:
        _over_images(explainers, classifier, measured, also, settings, answer)
    if path is not None:
        export.write_whole(path, export.table_bytes(rows, path.suffix.lower()))
        answer.say(f"→ {path}")
        answer.wrote(path)


def _figures(one: Any) -> Text:
    """A method's measures as one line."""
    figures = [
        text("deletion {value:.3f}", value=one.deletion),
        text("insertion {value:.3f}", value=one.insertion),
        text("confidence drop {percent:.1f} %", percent=one.confidence_drop * 100),
        text("infidelity {value:.2f}", value=one.infidelity),
        text("under noise {value:.2f}", value=one.max_sensitivity),
    ]
    if one.randomized is not None:
        figures.append(text("under random weights {value:.2f}", value=one.randomized))
    if one.road is not None:
        figures.append(text("ROAD {value:.3f}", value=one.road))
    if one.random_logit is not None:
        figures.append(text("for another class {value:.2f}", value=one.random_logit))
    return listing(figures, "plain")


def _over_images(
    explainers, classifier: Classifier, measured: Sequence, also: Sequence, settings: dict, answer: Answer
) -> None:
    """Answers with the verdicts that rest on the image and on further ones."""
    from vislib import trust

    unread: list[int] = []
    each = (trust.measure_each(explainers, classifier, images, unread=unread, **settings) for images in also)
    every = trust.over_images(chain([measured], chain.from_iterable(each)))
    for over in every:
        answer.say(
            text("{name}: {what}", name=over.title, what=over.text),
            *(f"  {tr(reason.text)}" for reason in over.reasons),
        )
    answer.give(over_images=every, n_unreadable=len(unread))
    if unread:
        answer.say(text("{n:,} of the images could not be read.", n=len(unread)))


def _mask(options: argparse.Namespace, classifier: Classifier, image: np.ndarray) -> np.ndarray | None:
    from vislib import trust

    if options.box and options.mask:
        raise ParameterError(text("--box and --mask both name where the thing is; give one of them."))
    if options.mask:
        return trust.image_mask(classifier, image, read_mask(options.mask))
    return trust.box_mask(classifier, image, _box(options.box)) if options.box else None


def _box(given: str) -> tuple[float, float, float, float]:
    try:
        left, top, right, bottom = map(float, given.split(","))
    except ValueError:
        raise ParameterError(text("--box takes LEFT,TOP,RIGHT,BOTTOM in pixels; not '{given}'.", given=given)) from None
    return left, top, right, bottom


def with_name(out: str, name: str) -> Path:
    """The path with a name before its suffix: "cat.png" and "grad-cam" give "cat-grad-cam.png"."""
    path = Path(out)
    return path.with_name(f"{path.stem}-{name}{path.suffix}")

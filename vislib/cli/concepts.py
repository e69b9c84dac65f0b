"""The command `concepts`: groups of one image, concepts of a class over a set, a test of a concept shown by images."""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np

from vislib.cli.image_options import add_image_options, image_reader
from vislib.cli.model_options import add_model_options
from vislib.cli.target_options import add_target_options, target_of
from vislib.concepts import Concepts, craft, crops_picture, groups, regions_picture, save_concepts, tcav
from vislib.concepts.stored import groups_bytes
from vislib.errors import ParameterError
from vislib.language import listing, score_number, text, tr
from vislib.model.classifier import Classifier
from vislib.output import export, figures

_GROUPS, _CRAFT, _TCAV = "groups", "craft", "tcav"
_PICTURE = (".png", ".npz")
_TABLES = (".csv", ".json")
_SET = text("a folder, a .zip, a list of paths, mnist or cifar10")
Load = Callable[[], Classifier]


def add_concepts_arguments(command: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    """The arguments of `concepts`: three kinds, whose parsers are returned."""
    kinds = command.add_subparsers(dest="kind", required=True, metavar="KIND")
    one = kinds.add_parser(_GROUPS, help=tr("a few regions of one image, by where channels are active together"))
    add_image_options(one)
    add_target_options(one)
    one.add_argument("--groups", type=int, default=6, help=tr("how many (default 6)"))
    one.add_argument("--out", required=True, help=tr("a picture (.png), or the numbers (.npz)"))
    many = kinds.add_parser(_CRAFT, help=tr("what a class is made of, found in crops of many images (CRAFT)"))
    many.add_argument("--concepts", type=int, default=10, help=tr("how many are looked for (default 10)"))
    many.add_argument(
        "--crop-share", type=float, default=0.33, help=tr("side of a crop: a share of the input's (default 0.33)")
    )
    many.add_argument("--out", required=True, help=tr("the concepts (.npz), or their crops (.png, .svg or .pdf)"))
    test = kinds.add_parser(_TCAV, help=tr("whether a concept that you show by images matters for a class (TCAV)"))
    test.add_argument(
        "--concept",
        action="append",
        required=True,
        help=tr("images that show it: {images}; may be repeated", images=_SET),
    )
    test.add_argument("--random", required=True, help=tr("random images without it: the same"))
    test.add_argument("--runs", type=int, default=20, help=tr("runs, and as many between random halves (default 20)"))
    test.add_argument("--out", help=tr("also write every run to this .csv or .json file"))
    for kind in (many, test):
        kind.add_argument("images", help=tr("the images of the class: {images}", images=_SET))
        kind.add_argument(
            "--class", dest="class_name", required=True, help=tr("label or number of the class or output")
        )
        kind.add_argument("--all", action="store_true", help=tr("use images of other predicted classes too"))
        kind.add_argument("--most", type=int, default=200, help=tr("largest number of images (default 200)"))
    for kind in (one, many, test):
        about = tr("a layer with feature maps (default: the last one before pooling)")
        if kind is many:
            about = tr(
                "a layer with feature maps (default: the last hidden one of a network that ends in dense layers, else "
                "the last one before pooling)"
            )
        kind.add_argument("--layer", help=about)
        kind.add_argument("--seed", type=int, default=0, help=tr("seed of all that is random (default 0)"))
        add_model_options(kind)
    return [one, many, test]


def run_concepts(options: argparse.Namespace, load: Load) -> None:
    """Runs one kind and answers with what it found.

    Args:
        options: Those of `add_concepts_arguments`.
        load: Loads the network, once the other options are checked.

    Raises:
        VislibError: If an option is not accepted, or the images or the network cannot be used.
    """
    {_GROUPS: _run_groups, _CRAFT: _run_craft, _TCAV: _run_tcav}[options.kind](options, load)


def _run_groups(options: argparse.Namespace, load: Load) -> None:
    path = export.check_path(options.out, _PICTURE)
    read = image_reader(options)
    classifier = load()
    image = read(classifier)
    target = target_of(options, classifier, image)
    found = groups(classifier, image, options.layer, options.groups, target=target, seed=options.seed)
    content = groups_bytes(found)
    if path.suffix.lower() == ".png":
        content = export.png_bytes(regions_picture(image, found, size=figures.LEAST_SIDE))
    export.write_whole(path, content)
    answer = options.answer
    every = []
    for k, value in enumerate(found.contributions):
        channels = [int(channel) for channel, _ in found.strongest_channels(k)]
        every.append({"group": k + 1, "contribution": value, "channels": channels})
        answer.say(
            text(
                "group {number}: {value}, channels {channels}",
                number=k + 1,
                value=score_number(value, sign=True),
                channels=listing(channels, "plain"),
            )
        )
    answer.say(
        text(
            "{explained} {score}, relative error {error:.2f} at {layer} → {path}",
            explained=found.explained,
            score=score_number(found.score),
            error=found.error,
            layer=found.layer,
            path=path,
        )
    )
    answer.say(*found.notes)
    answer.give(kind=_GROUPS, model=classifier.key, target=found.explained, score=found.score, layer=found.layer)
    answer.give(relative_error=found.error, groups=every, remarks=found.notes)
    answer.wrote(path)


def _run_craft(options: argparse.Namespace, load: Load) -> None:
    path = export.check_path(options.out)
    concepts = craft(
        load(),
        options.images,
        options.class_name,
        options.layer,
        only_predicted=False if options.all else None,
        progress=options.answer.progress,
        n_concepts=options.concepts,
        crop_share=options.crop_share,
        most_images=options.most,
        seed=options.seed,
    )
    _save(concepts, path)
    answer = options.answer
    every = []
    for k, (sobol, added) in enumerate(zip(concepts.importance, concepts.contributions, strict=True)):
        every.append({"concept": k + 1, "importance": sobol, "contribution": added})
        answer.say(
            text(
                "concept {number}: importance {importance:.2f}, gradient × activation {added:+.2f}",
                number=k + 1,
                importance=sobol,
                added=added,
            )
        )
    answer.say(
        text(
            "{explained}: {n:,} images of {set_name}, relative error {error:.2f} at {layer} → {path}",
            explained=concepts.explained,
            n=concepts.n_images,
            set_name=concepts.set_name,
            error=concepts.error,
            layer=concepts.layer,
            path=path,
        )
    )
    answer.say(*concepts.notes)
    answer.give(kind=_CRAFT, model=concepts.model, target=concepts.explained, layer=concepts.layer)
    answer.give(n_images=concepts.n_images, relative_error=concepts.error, concepts=every, remarks=concepts.notes)
    answer.wrote(path)


def _save(concepts: Concepts, path: Path) -> None:
    if path.suffix.lower() == ".npz":
        save_concepts(concepts, path)
        return
    sheets = [np.asarray(crops_picture(crops)) for crops in concepts.crops]
    titles = [
        text("concept {number}: {value:.2f}", number=k + 1, value=value) for k, value in enumerate(concepts.importance)
    ]
    export.write_whole(path, export.figure_bytes(figures.pictures(sheets, titles), path.suffix.lower()[1:]))


def _run_tcav(options: argparse.Namespace, load: Load) -> None:
    path = export.check_path(options.out, _TABLES) if options.out else None
    if len(set(options.concept)) < len(options.concept):
        raise ParameterError(text("--concept names the same images twice."))
    scores = tcav(
        load(),
        {name: name for name in options.concept},
        options.random,
        options.images,
        options.class_name,
        options.layer,
        n_runs=options.runs,
        most_images=options.most,
        only_predicted=False if options.all else None,
        seed=options.seed,
        progress=options.answer.progress,
    )
    answer = options.answer
    for score in scores:
        answer.say(
            text("significant: {what}", what=score.in_words())
            if score.significant
            else text("not significant: {what}", what=score.in_words())
        )
        answer.say(*(f"  {tr(note)}" for note in score.notes))
    names = ("concept", "layer", "score", "significant", "is_learned", "p", "p_accuracy", "n_images")
    found = [{name: getattr(score, name) for name in names} | {"remarks": score.notes} for score in scores]
    answer.give(kind=_TCAV, target=scores[0].explained, concepts=found)
    if path is not None:
        rows = [row for score in scores for row in score.rows()]
        export.write_whole(path, export.table_bytes(rows, path.suffix.lower()))
        answer.say(f"→ {path}")
        answer.wrote(path)

"""The command `maximize`: pictures that maximize classes or channels."""

import argparse

from vislib.activation_maximization.maximizer import maximize
from vislib.activation_maximization.parametrizations import PARAMETRIZATIONS
from vislib.cli.opinion import add_opinion_option, opinion_on_pictures
from vislib.errors import ParameterError
from vislib.language import listing, score_number, text, tr
from vislib.model.classifier import Classifier
from vislib.output import export
from vislib.targets import Channel, ClassScore, Target

MAX_PICTURES = 100


def add_maximize_arguments(command: argparse.ArgumentParser) -> None:
    """The arguments of `maximize`, besides the network."""
    command.add_argument(
        "--class",
        dest="classes",
        metavar="CLASS",
        help=tr("a label or number, several with commas, or a range of numbers such as 0..9"),
    )
    command.add_argument("--layer", help=tr("with --channel: channels of this layer instead of classes"))
    command.add_argument("--channel", dest="channels", metavar="NUMBERS", help=tr("such as 3 or 0,5 or 0..8"))
    command.add_argument(
        "--parametrization",
        choices=list(PARAMETRIZATIONS),
        default="fourier",
        help=tr("fourier, or maco: only the phases of the spectrum are optimised (default fourier)"),
    )
    command.add_argument("--faded", action="store_true", help=tr("white where the score hardly depends on the pixels"))
    command.add_argument("--steps", type=int, default=128, help=tr("steps of the ascent (default 128)"))
    command.add_argument("--seed", type=int, default=0, help=tr("the same seed gives the same picture (default 0)"))
    add_opinion_option(
        command, tr("also compare plain gradient ascent with that of tf-keras-vis, an independent library")
    )
    command.add_argument(
        "--out", required=True, help=tr("file to write; ends in {formats}", formats=listing(export.FORMATS, "plain"))
    )


def run_maximize(options: argparse.Namespace, classifier: Classifier) -> None:
    """Makes the pictures, writes them to one file and answers with the score that each reaches."""
    answer = options.answer
    path = export.check_path(options.out)
    objectives = objectives_named(options.classes, options.layer, options.channels, classifier)
    way = PARAMETRIZATIONS[options.parametrization]
    result = maximize(classifier, objectives, progress=answer.progress, steps=options.steps, seed=options.seed, **way)
    export.save_maximization(result.faded if options.faded else result, path)
    pictures = [
        {"target": title, "score": score} for title, score in zip(result.titles, result.scores.tolist(), strict=True)
    ]
    answer.say(
        *(text("{name}: {score}", name=one["target"], score=score_number(one["score"])) for one in pictures),
        text("{seconds:.1f} s → {path}", seconds=result.seconds, path=path),
    )
    answer.give(model=classifier.key, pictures=pictures, seed=result.seed, seconds=result.seconds)
    answer.wrote(path)
    if options.second_opinion:
        answer.give(second_opinions=opinion_on_pictures(objectives, classifier, options.seed, answer))


def objectives_named(
    classes: str | None, layer: str | None, channels: str | None, classifier: Classifier
) -> list[Target]:
    """The objectives named by texts such as "0..9" or "cat,dog".

    Raises:
        ParameterError: If neither classes alone nor a layer with channels are named, a range is not a range, or there
            are too many objectives.
    """
    if classes is not None and layer is None and channels is None:
        # A label may contain commas.
        named = [classes] if classes in classifier.labels else _numbered(classes)
        return [ClassScore(one) for one in named]
    if classes is not None or layer is None or channels is None:
        raise ParameterError(text("Choose what to maximize: either --class, or --layer with --channel."))
    numbers = _numbered(channels)
    wrong = next((number for number in numbers if not number.isdecimal()), None)
    if wrong is not None:
        raise ParameterError(text("--channel takes numbers, such as 3 or 0,5 or 0..8; not '{wrong}'.", wrong=wrong))
    return [Channel(layer, int(number)) for number in numbers]


def _numbered(names: str) -> list[str]:
    """The names in a list with ranges: "0..2,cat" gives ["0", "1", "2", "cat"]."""
    every: list[str] = []
    for part in filter(None, (part.strip() for part in names.split(","))):
        first, dots, last = part.partition("..")
        if not dots or not first.strip().isdecimal() or not last.strip().isdecimal():
            every.append(part)
            continue
        low, high = int(first), int(last)
        if high < low or high - low >= MAX_PICTURES:
            raise ParameterError(
                text(
                    "A range goes from a number up to a larger one and has at most {most} numbers; not '{part}'.",
                    most=MAX_PICTURES,
                    part=part,
                )
            )
        every += [str(number) for number in range(low, high + 1)]
    if not 0 < len(every) <= MAX_PICTURES:
        raise ParameterError(
            text("1 to {most} pictures can be made at once; not {n}.", most=MAX_PICTURES, n=len(every))
        )
    return every

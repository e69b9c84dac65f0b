"""The command `adversarial`: a picture a few grey levels from an image that the network takes for something else."""

import argparse
from collections.abc import Callable

from vislib.adversarial import MOST_GREY_LEVELS, fgsm, pgd, save_adversarial
from vislib.cli.image_options import image_reader
from vislib.errors import ParameterError
from vislib.language import text, tr
from vislib.model.classifier import Classifier
from vislib.output import export

_SUFFIXES = (".png", ".npz")


def add_adversarial_arguments(command: argparse.ArgumentParser) -> None:
    """The arguments of `adversarial`, in addition to those of every command."""
    command.add_argument("--method", choices=("pgd", "fgsm"), default="pgd", help=tr("many steps (default), or one"))
    command.add_argument(
        "--epsilon",
        type=int,
        default=2,
        help=tr(
            "largest change of a pixel in grey levels, 1 to {most} (default 2)",
            most=MOST_GREY_LEVELS,
        ),
    )
    command.add_argument(
        "--class",
        dest="class_name",
        help=tr("label or number of the class to move away from (default: the most probable one)"),
    )
    command.add_argument("--towards", metavar="CLASS", help=tr("label or number of the class to move towards instead"))
    command.add_argument("--steps", type=int, help=tr("of PGD (default 20)"))
    command.add_argument("--seed", type=int, help=tr("of PGD's random start (default 0)"))
    command.add_argument(
        "--out", required=True, help=tr("the picture as the network sees it (.png), or all the numbers (.npz)")
    )


def run_adversarial(options: argparse.Namespace, load: Callable[[], Classifier]) -> None:
    """Prints what came of it, and writes the picture or the numbers.

    Args:
        options: Those of `add_adversarial_arguments`, of the image and of the model.
        load: Loads the network, once the other options are checked.
    """
    given = {"class_index": options.class_name, "towards": options.towards}
    of_pgd = {name: getattr(options, name) for name in ("steps", "seed") if getattr(options, name) is not None}
    path = export.check_path(options.out, _SUFFIXES)
    if options.method == "fgsm" and of_pgd:
        raise ParameterError(
            text("FGSM takes one step and draws nothing at random: leave out --{option}.", option=next(iter(of_pgd)))
        )
    read = image_reader(options)
    classifier = load()
    if options.method == "fgsm":
        found = fgsm(classifier, read(classifier), options.epsilon, **given)
    else:
        found = pgd(classifier, read(classifier), options.epsilon, **given, **of_pgd, progress=options.answer.progress)
    save_adversarial(found, path)
    answer = options.answer
    answer.say(f"{tr(found.in_words())} → {path}")
    answer.give(method=found.method, model=found.model, epsilon=found.epsilon, target=found.target)
    answer.give(target_before=found.values[0], target_after=found.values[-1], steps=found.steps, seed=found.seed)
    answer.give(largest_change=abs(found.perturbation).max(), succeeded=found.succeeded)
    answer.give(before=found.before, after=found.after)
    answer.wrote(path)

"""The command line's options for what is explained: a class or output, a point of a segmentation, a likeness."""

import argparse
import re

import numpy as np

from vislib.cli.image_options import image_reader
from vislib.errors import ParameterError
from vislib.language import text, tr
from vislib.model.classifier import Classifier
from vislib.targets import similarity
from vislib.targets.base import Target
from vislib.targets.pixels import SCORES, Pixels
from vislib.targets.scores import ClassScore
from vislib.tasks import Task


def add_target_options(command: argparse.ArgumentParser) -> None:
    """Adds --class and the options that say more about the target."""
    command.add_argument(
        "--class",
        dest="class_name",
        help=tr(
            "label or number of a class or output (default: the most probable class, the largest segment "
            "other than “background”, the first output)"
        ),
    )
    command.add_argument("--against", help=tr("label or number of a class whose score is subtracted"))
    command.add_argument("--score", choices=SCORES, default="logit", help=tr("what is explained (default logit)"))
    command.add_argument("--counterfactual", action="store_true", help=tr("explain what speaks against the class"))
    command.add_argument(
        "--at",
        metavar="ROW,COLUMN",
        help=tr(
            "for a segmentation: one pixel of the output, counted from 0, instead of the region of the "
            "class; by default with the class that is predicted there"
        ),
    )
    command.add_argument("--like", metavar="IMAGE", help=tr("for an embedding: the similarity to this image"))


def target_of(options: argparse.Namespace, classifier: Classifier, image: np.ndarray) -> Target:
    """The target that the options of `add_target_options` name.

    Raises:
        ParameterError: If there is no such class or place, or an option does not suit the task.
    """
    if options.like is not None:
        _check_task("--like", Task.EMBEDDING, classifier)
        return similarity(classifier, image_reader(options, options.like)(classifier))
    name = options.class_name
    if options.at is not None:
        place = _place(options.at, classifier)
        name = int(classifier.segment(image)[place]) if name is None else name
        return Pixels(name, options.against, options.score, options.counterfactual, where=place).resolved(classifier)
    if name is None and classifier.task is Task.EMBEDDING:
        raise ParameterError(
            text(
                "{model} gives an embedding. --like IMAGE explains the similarity to another image, and "
                "--class NUMBER explains one of its numbers.",
                model=classifier.name,
            )
        )
    name = classifier.main_class(classifier.logits(image)) if name is None else name
    return ClassScore(name, options.against, options.score, options.counterfactual).resolved(classifier)


def _place(given: str, classifier: Classifier) -> tuple[int, int]:
    _check_task("--at", Task.SEGMENTATION, classifier)
    height, width = classifier.network.output_shape[:2]
    match = re.fullmatch(r"\s*(\d{1,6})\s*,\s*(\d{1,6})\s*", given)
    if match is None or not (int(match[1]) < height and int(match[2]) < width):
        raise ParameterError(
            text(
                "--at takes ROW,COLUMN of the output, which has {height} rows and {width} columns, from 0,0 "
                "to {last_row},{last_column}; not '{given}'.",
                height=height,
                width=width,
                last_row=height - 1,
                last_column=width - 1,
                given=given,
            )
        )
    return int(match[1]), int(match[2])


def _check_task(option: str, task: Task, classifier: Classifier) -> None:
    if classifier.task is not task:
        raise ParameterError(
            text(
                "{option} is for a network of the task {task}; {model}'s is {own}.",
                option=option,
                task=task.in_words(),
                model=classifier.name,
                own=classifier.task.in_words(),
            )
        )

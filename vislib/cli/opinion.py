"""The option --second-opinion of `explain` and `maximize`: the same result by tf-keras-vis, and the difference."""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from vislib.cli.answer import Answer
from vislib.cli.trust import with_name
from vislib.language import text, tr
from vislib.model.classifier import Classifier
from vislib.opinion import SecondOpinion, second_opinion, second_opinion_on
from vislib.opinion.opinion import MAXIMIZATION, check_method
from vislib.output import export
from vislib.output.heatmap import Heatmap
from vislib.targets import Target


def add_opinion_option(command: argparse.ArgumentParser, about: str) -> None:
    """Adds --second-opinion."""
    command.add_argument("--second-opinion", action="store_true", help=about)


def check_methods(names: list[str]) -> None:
    """Checks before anything is computed that tf-keras-vis has these methods.

    Raises:
        ParameterError: If it has not.
    """
    for name in names:
        check_method(name)


def opinion_on(
    ours: Heatmap, classifier: Classifier, image: np.ndarray, out: str | Path, answer: Answer, **look: Any
) -> dict[str, Any]:
    """Writes the map of tf-keras-vis beside ours, says the difference and its reasons, and returns them."""
    found = second_opinion_on(ours, classifier, image, answer.progress)
    path = with_name(str(out), "tf-keras-vis")
    export.save(found.heatmap, path, image, **look)
    said = _said(found, answer)
    answer.say(text("Its map → {path}", path=path))
    answer.wrote(path)
    return said


def opinion_on_pictures(
    targets: list[Target], classifier: Classifier, seed: int, answer: Answer
) -> list[dict[str, Any]]:
    """Says the difference of plain gradient ascent by both for each target, and returns it."""
    every = []
    for target in targets:
        found = second_opinion(MAXIMIZATION, classifier, None, target, answer.progress, seed=seed)
        answer.say(
            text(
                "{target}, plain gradient ascent on the pixels by both:", target=target.resolved(classifier).in_words()
            )
        )
        every.append(_said(found, answer))
    return every


def _said(found: SecondOpinion, answer: Answer) -> dict[str, Any]:
    answer.say(found.in_words(), *(f"  {tr(sentence)}" for sentence in found.reasons))
    if found.by_itself:
        answer.say(text("Called by itself on this model, tf-keras-vis does otherwise:"))
        answer.say(*(f"  {tr(sentence)}" for sentence in found.by_itself))
    names = ("agrees", "same_number", "largest_difference", "correlation", "version", "reasons", "by_itself")
    return {"text": found.in_words()} | {name: getattr(found, name) for name in names}

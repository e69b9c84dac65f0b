"""The option --second-opinion of `explain` and `maximize`: the same result by tf-keras-vis, and the difference."""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from vislib.cli.trust import with_name
from vislib.model.classifier import Classifier
from vislib.opinion import SecondOpinion, second_opinion, second_opinion_on
from vislib.opinion.opinion import MAXIMIZATION, check_method
from vislib.output import export
from vislib.output.heatmap import Heatmap
from vislib.progress import Progress
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


def say_opinion_on(
    ours: Heatmap, classifier: Classifier, image: np.ndarray, out: str | Path, progress: Progress, **look: Any
) -> None:
    """Writes the map of tf-keras-vis beside ours, and prints the difference and its reasons."""
    found = second_opinion_on(ours, classifier, image, progress)
    path = with_name(str(out), "tf-keras-vis")
    export.save(found.heatmap, path, image, **look)
    _say(found)
    print(f"Its map → {path}")


def say_opinion_on_pictures(targets: list[Target], classifier: Classifier, seed: int, progress: Progress) -> None:
    """Prints the difference of plain gradient ascent by both, for each target."""
    for target in targets:
        found = second_opinion(MAXIMIZATION, classifier, None, target, progress, seed=seed)
        print(f"{target.resolved(classifier).in_words()}, plain gradient ascent on the pixels by both:")
        _say(found)


def _say(found: SecondOpinion) -> None:
    print(found.in_words())
    for sentence in found.reasons:
        print(f"  {sentence}")
    if found.by_itself:
        print("Called by itself on this model, tf-keras-vis does otherwise:")
    for sentence in found.by_itself:
        print(f"  {sentence}")

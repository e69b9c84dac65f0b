"""The command `channels`: which channels of a layer made the score."""

import argparse
from pathlib import Path

import numpy as np

from vislib.attribution.channels import BY, channels, masking_check, rows
from vislib.errors import listed
from vislib.graph.relevance_rules import COMPOSITES, DEFAULT_COMPOSITE
from vislib.language import text, tr
from vislib.model.classifier import Classifier
from vislib.output import export
from vislib.targets.base import Target


def add_channels_arguments(command: argparse.ArgumentParser) -> None:
    """The arguments of `channels`, in addition to those of every command."""
    command.add_argument("--layer", help=tr("a layer with feature maps (default: the last one before pooling)"))
    command.add_argument(
        "--by", choices=BY, default=BY[0], help=tr("gradient × activation, or LRP (default {by})", by=BY[0])
    )
    command.add_argument(
        "--composite",
        default=DEFAULT_COMPOSITE,
        help=tr(
            "for relevance: {composites} (default {default})",
            composites=listed(COMPOSITES),
            default=DEFAULT_COMPOSITE,
        ),
    )
    command.add_argument("--top", type=int, default=8, help=tr("how many on each side are printed (default 8)"))
    command.add_argument("--out", help=tr("also write all channels to this .csv or .json file"))


def run_channels(
    options: argparse.Namespace, classifier: Classifier, image: np.ndarray, target: Target, path: Path | None
) -> None:
    """Answers with the strongest channels and the check, and writes all of them to `path` if given."""
    answer = options.answer
    found = channels(classifier, image, options.layer, target, options.by, options.composite)
    check = masking_check(classifier, image, found)
    words = found.target.in_words()
    answer.say(
        tr(
            "Channels of {layer}, {explained} = {score:.4g}, of which {rest:.3g} is not the layer's",
            layer=found.layer,
            explained=words,
            score=found.score,
            rest=found.rest,
        )
    )
    answer.give(model=classifier.key, layer=found.layer, target=words, by=found.by, composite=found.composite)
    answer.give(score=found.score, rest=found.rest, masking_check=check)
    every = rows(found)
    for name, head, ordered, sign in (
        ("raise", text("raise it:"), every, 1),
        ("lower", text("lower it:"), every[::-1], -1),
    ):
        strongest = [row for row in ordered[: options.top] if sign * row["contribution"] > 0]
        answer.say(head, *(f"  {row['channel']:5d}  {row['contribution']:+.4g}" for row in strongest))
        answer.give(**{name: strongest})
    answer.say(
        tr(
            "Without the {n} channels that raise it most: {without:.4g}; without as many at random: "
            "{at_random:.4g} (mean of {n_random})",
            n=len(check.masked),
            without=check.without,
            at_random=check.at_random,
            n_random=check.n_random,
        )
    )
    if path is not None:
        export.write_whole(path, export.table_bytes(every, path.suffix.lower()))
        answer.say(f"→ {path}")
        answer.wrote(path)

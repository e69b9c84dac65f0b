"""The command `neighbours`: the images of a set that are most similar to one, by the penultimate layer."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vislib.batch import open_batch
from vislib.cli.image_options import image_reader
from vislib.language import listing, text, tr
from vislib.model.classifier import Classifier
from vislib.neighbours import KINDS, Neighbour, index_of, search
from vislib.output import export

_SUFFIXES = (".csv", ".json")


def add_neighbours_arguments(command: argparse.ArgumentParser) -> None:
    """The arguments of `neighbours`, in addition to those of every command."""
    command.add_argument(
        "--among",
        required=True,
        metavar="IMAGES",
        help=tr(
            "a folder, a .zip, a list of paths, mnist or cifar10, or the folder of a batch computed with --features"
        ),
    )
    command.add_argument("-n", type=int, default=8, help=tr("how many of each kind (default 8)"))
    command.add_argument("--out", help=tr("also write them to this .csv or .json file"))


def run_neighbours(options: argparse.Namespace, load: Callable[[], Classifier]) -> None:
    """Answers with the neighbours, and writes them to a table if one is asked for.

    Args:
        options: Those of `add_neighbours_arguments`, of the image and of the model.
        load: Loads the network, once the other options are checked.
    """
    answer = options.answer
    path = export.check_path(options.out, _SUFFIXES) if options.out else None
    read = image_reader(options)
    classifier = load()
    among: Any = options.among
    if (Path(among) / "manifest.json").is_file():
        among = open_batch(among)
    index = index_of(classifier, among, progress=answer.progress)
    found = search(classifier, index, read(classifier), options.n)
    answer.say(text("{n:,} images of {set_name}, by {layer}", n=len(index), set_name=found.set_name, layer=found.layer))
    for kind, title in KINDS.items():
        if getattr(found, kind):
            answer.say(
                text("{name}:", name=title),
                *(f"  {each.distance:6.3f}  {_line(each)}" for each in getattr(found, kind)),
            )
    if len(index) > 1:
        answer.say(
            text(
                "{share:.0%} of the images of the set have another one nearer than this image has any.",
                share=found.strangeness,
            )
        )
    answer.say(*found.notes)
    answer.give(model=found.model, layer=found.layer, set=found.set_name, n_images=len(index), answer=found.answer)
    answer.give(**{kind: getattr(found, kind) for kind in KINDS}, strangeness=found.strangeness, remarks=found.notes)
    if path is not None:
        export.write_whole(path, export.table_bytes(found.rows(), path.suffix.lower()))
        answer.say(f"→ {path}")
        answer.wrote(path)


def _line(each: Neighbour) -> str:
    parts: list[str] = [each.title]
    if each.label is not None:
        parts.append(text("is {label}", label=each.label))
    if each.predicted is not None:
        parts.append(text("predicted {label} ({probability:.0%})", label=each.predicted, probability=each.probability))
    return tr(listing(parts, "plain"))

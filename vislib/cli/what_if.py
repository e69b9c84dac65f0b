"""The command `what-if`: what a network says after edits, one setting as a curve, and the least covering."""

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from vislib.attribution.fills import FILLS
from vislib.edits import GOALS, Change, Edit, LeastCovering, Sweep, apply, edit_of, editable, least_covering, usage
from vislib.edits import sweep as swept
from vislib.edits.change import compared
from vislib.errors import ParameterError, listed
from vislib.language import text, tr
from vislib.model.classifier import Classifier
from vislib.output import export
from vislib.targets.base import Target

_MOST_VALUES = 1000
_SWEPT = ("rotate", "scale", "shift", "brightness", "contrast", "blur", "noise")
"""The edits whose first setting is a number."""


def add_what_if_arguments(command: argparse.ArgumentParser) -> None:
    """The arguments of `what-if`, in addition to those of every command."""
    command.add_argument(
        "--edit",
        action="append",
        default=[],
        metavar="EDIT",
        help=tr(
            "may be repeated, in this order; places and lengths are shares of the image, 0 to 1: {edits}",
            edits=listed((usage(edit) for edit in Edit.registry.values()), 99),
        ),
    )
    command.add_argument(
        "--sweep",
        metavar="EDIT=LOW..HIGH[:N]",
        help=tr("one setting as a curve of N values (default 19), after the edits, such as rotate=-45..45"),
    )
    command.add_argument(
        "--least-covering", choices=GOALS, help=tr("the fewest superpixels that change the answer, or that keep it")
    )
    command.add_argument("--segments", type=int, help=tr("superpixels of --least-covering (default: as for LIME)"))
    command.add_argument("--fill", choices=FILLS, default=FILLS[0], help=tr("what covers them (default grey)"))
    command.add_argument("--top", type=int, default=5, help=tr("how many classes before and after (default 5)"))
    command.add_argument(
        "--out",
        help=tr(
            "also write the edited image (.png), or what was found: .json all of it, .csv the classes or the curve"
        ),
    )


def check(options: argparse.Namespace) -> tuple[list[Edit], tuple[str, np.ndarray] | None, Path | None]:
    """The edits, the swept edit with its values, and the file to write, checked before a network is loaded.

    Raises:
        ParameterError: If one of them is not accepted.
    """
    if not options.edit and not options.sweep and not options.least_covering:
        raise ParameterError(text("Give what is asked: --edit such as rotate=15, --sweep, or --least-covering."))
    if options.top < 1:
        raise ParameterError(text("--top must be at least 1; not {top}.", top=options.top))
    edits = [edit_of(given) for given in options.edit]
    sweep = None if options.sweep is None else _sweep_of(options.sweep)
    path = export.check_path(options.out, (".png", ".json", ".csv")) if options.out else None
    return edits, sweep, path


def run_what_if(
    options: argparse.Namespace,
    checked: tuple[list[Edit], tuple[str, np.ndarray] | None, Path | None],
    classifier: Classifier,
    image: np.ndarray,
    target: Target,
) -> None:
    """Answers what was asked, and writes `--out`."""
    edits, sweep, path = checked
    answer = options.answer
    image = editable(classifier, image)
    change = compared(classifier, image, apply(image, edits), target)
    if edits:
        answer.say(*_lines_of(change, classifier, options.top))
    found: dict = {
        "edits": [repr(edit) for edit in edits],
        "explained": change.explained,
        "before": change.score_before,
        "after": change.score_after,
        "classes": change.rows(),
    }
    rows = change.rows()
    if sweep is not None:
        name, settings = sweep
        edits_of = (lambda x: edit_of(f"{name}={x!r}"), settings)
        curve = swept(classifier, change.image, *edits_of, target, progress=answer.progress)
        answer.say(*_lines_of_sweep(curve, name))
        rows = curve.rows()
        found["sweep"] = {"edit": name, "rows": rows, "kept": curve.kept}
    if options.least_covering:
        covering = least_covering(
            classifier,
            change.image,
            target,
            options.least_covering,
            options.segments,
            fill=options.fill,
            progress=answer.progress,
        )
        answer.say(covering.in_words(), *filter(None, [covering.note]))
        found["least_covering"] = _numbers_of(covering)
    shown = [{"index": index} | change.rows()[index] for index in change.most_changed(options.top)]
    answer.give(model=classifier.key, **found | {"classes": shown})
    if path is None:
        return
    if path.suffix.lower() == ".png":
        if change.image.dtype != np.uint8:
            raise ParameterError(text("An image of bands cannot be written as .png; --out takes .json or .csv here."))
        export.write_whole(path, export.png_bytes(Image.fromarray(change.image)))
    elif path.suffix.lower() == ".json":
        export.write_whole(path, json.dumps(found, indent=2, ensure_ascii=False).encode())
    else:
        export.write_whole(path, export.table_bytes(rows, ".csv"))
    answer.say(f"→ {path}")
    answer.wrote(path)


def _lines_of(change: Change, classifier: Classifier, top: int) -> Iterator[str]:
    shares = classifier.task.has_classes
    for index in change.most_changed(top):
        before, after = change.values_before[index], change.values_after[index]
        pair = f"{before * 100:7.2f} % → {after * 100:7.2f} %" if shares else f"{before:10.4g} → {after:10.4g}"
        yield f"{pair}  {change.labels[index]}  ({index})"
    yield text(
        "{name}: {before:.4g} → {after:.4g}",
        name=change.explained,
        before=change.score_before,
        after=change.score_after,
    )


def _lines_of_sweep(curve: Sweep, name: str) -> Iterator[str]:
    for row in curve.rows():
        most = max(curve.classes, key=lambda index: row[curve.labels[index]])
        label = curve.labels[most]
        yield text(
            "{edit} {setting:8.4g}: {explained} {score:.4g}; {label} {value:.4g}",
            edit=name,
            setting=row["setting"],
            explained=curve.explained,
            score=row["target"],
            label=label,
            value=row[label],
        )
    yield curve.in_words()


def _numbers_of(covering: LeastCovering) -> dict:
    return {
        "goal": covering.goal,
        "chosen": list(covering.chosen),
        "superpixels": covering.n_superpixels,
        "share": covering.share,
        "outcome": covering.outcome,
        "rule": covering.rule,
        "forward_passes": covering.n_passes,
        "edit": repr(covering.edit),
    }


def _sweep_of(given: str) -> tuple[str, np.ndarray]:
    """The name of the swept edit, and its values."""
    number = r"([+-]?(?:\d+\.?\d*|\.\d+))"
    match = re.fullmatch(rf"\s*([a-z]+)\s*=\s*{number}\s*\.\.\s*{number}\s*(?::\s*(\d{{1,6}}))?\s*", given)
    if match is None or match[1] not in _SWEPT:
        raise ParameterError(
            text(
                "--sweep takes EDIT=LOW..HIGH or EDIT=LOW..HIGH:N, such as rotate=-45..45:19, with one of "
                "{edits}; not '{given}'.",
                edits=listed(_SWEPT),
                given=given,
            )
        )
    n = int(match[4] or 19)
    if not 1 <= n <= _MOST_VALUES:
        raise ParameterError(text("--sweep takes 1 to {most:,} values; not {n}.", most=_MOST_VALUES, n=n))
    values = np.linspace(float(match[2]), float(match[3]), n).round(9)
    for value in values[[0, -1]].tolist():
        edit_of(f"{match[1]}={value!r}")
    return match[1], values

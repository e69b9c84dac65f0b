"""The commands `compare` (maps side by side) and `trust` (their figures)."""

import argparse
import csv
import io
import json
from pathlib import Path

from vislib import attribution, export
from vislib.classifier import Classifier
from vislib.errors import ParameterError, listed
from vislib.images import load_image
from vislib.target import Target

DEFAULT_METHODS = "saliency,guided-backprop,grad-cam,layer-cam"
TABLES = (".csv", ".json")


def add_trust_arguments(command: argparse.ArgumentParser) -> None:
    """The arguments of `trust`, on top of those of every command."""
    command.add_argument(
        "--method", default=DEFAULT_METHODS, help=f"one or more, with commas (default {DEFAULT_METHODS})"
    )
    command.add_argument("--out", help="write the figures to this .csv or .json file too")
    command.add_argument("--grid", action="append", default=[], metavar="IMAGE",
                         help="a further image for the grid pointing game; may be repeated")  # fmt: skip
    command.add_argument("--seed", type=int, default=0, help="of all that is random (default 0)")


def methods_named(text: str) -> list[type[attribution.Explainer]]:
    """The methods of "a,b,c".

    Raises:
        ParameterError: If there is no such method, or one is named twice.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    known = attribution.methods()
    for name in names:
        if name not in known:
            raise ParameterError(f"There is no method '{name}'; there are: {listed(known)}.")
    if not names or len(set(names)) < len(names):
        raise ParameterError(f"--method takes one or more different methods with commas between; not '{text}'.")
    return [known[name] for name in names]


def run_trust(
    options: argparse.Namespace, classifier: Classifier, target: Target, progress: attribution.Progress
) -> None:
    """Prints the figures of each method and what they say, and writes them where asked."""
    from vislib import trust

    chosen = methods_named(options.method)
    path = check_table_path(options.out) if options.out else None
    image = load_image(options.image)
    grid = trust.make_grid(classifier, [image, *map(load_image, options.grid)]) if options.grid else None
    measured = trust.measure(
        [method() for method in chosen], classifier, image, target, grid=grid, seed=options.seed, progress=progress
    )
    for one in measured:
        verdict, reasons = trust.verdict(one, measured)
        print(f"{one.title}: {verdict}")
        print(
            f"  deletion {one.deletion:.3f}, insertion {one.insertion:.3f}, confidence drop {one.confidence_drop:.1%}, "
            f"infidelity {one.infidelity:.2f}, under noise {one.max_sensitivity:.2f}, under random weights {one.randomized:.2f}"
        )
        for _, sentence in reasons if one.family != "baseline" else ():
            print(f"  {sentence}")
    if path is not None:
        rows = [one.row() | {"verdict": trust.verdict(one, measured)[0]} for one in measured]
        export.write_whole(path, table_bytes(rows, path.suffix.lower()))
        print(f"→ {path}")


def check_table_path(out: str) -> Path:
    """The path of a table, if it can be written.

    Raises:
        ParameterError: If it ends in nothing of `TABLES`, or its folder does not exist.
    """
    path = Path(out)
    if path.suffix.lower() not in TABLES:
        raise ParameterError(f"Figures are saved as {' or '.join(TABLES)}; not as '{path.name}'.")
    if not path.parent.is_dir():
        raise ParameterError(f"{path} cannot be written: there is no folder '{path.parent}'.")
    return path


def table_bytes(rows: list[dict], suffix: str) -> bytes:
    """Rows of the same names as a ".csv" or ".json" file."""
    if suffix == ".json":
        return json.dumps(rows, indent=2, ensure_ascii=False).encode()
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def with_name(out: str, name: str) -> Path:
    """ "cat.png" as "cat-grad-cam.png"."""
    path = Path(out)
    return path.with_name(f"{path.stem}-{name}{path.suffix}")

"""The command `trust` (measures of maps), and what it shares with `compare` (maps side by side)."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vislib import attribution
from vislib.errors import ParameterError, listed
from vislib.model.classifier import Classifier
from vislib.output import export
from vislib.targets.base import Target

DEFAULT_METHODS = "saliency,guided-backprop,grad-cam,layer-cam"
TABLES = (".csv", ".json")


def add_trust_arguments(command: argparse.ArgumentParser) -> None:
    """The arguments of `trust`, in addition to those of every command."""
    command.add_argument(
        "--method", default=DEFAULT_METHODS, help=f"one or more, with commas (default {DEFAULT_METHODS})"
    )
    command.add_argument("--out", help="also write the measures to this .csv or .json file")
    command.add_argument(
        "--grid",
        action="append",
        default=[],
        metavar="IMAGE",
        help="a further image for the grid pointing game; may be repeated",
    )
    command.add_argument("--seed", type=int, default=0, help="seed of everything that is random (default 0)")


def methods_named(text: str, option: str = "--method") -> list[type[attribution.Explainer]]:
    """The methods in a text such as "saliency,grad-cam".

    Raises:
        ParameterError: If there is no such method, one is named twice, or none is named.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    known = attribution.methods()
    for name in names:
        if name not in known:
            raise ParameterError(f"There is no method '{name}'; there are: {listed(known)}.")
    if not names or len(set(names)) < len(names):
        raise ParameterError(f"{option} takes one or more different methods with commas between; not '{text}'.")
    return [known[name] for name in names]


def run_trust(
    explainers: Sequence[attribution.Explainer],
    classifier: Classifier,
    image: np.ndarray,
    target: Target,
    others: Sequence[np.ndarray],
    seed: int,
    path: Path | None,
    progress: attribution.Progress,
) -> None:
    """Prints the measures of each method with a verdict, and writes them to `path` if given.

    With `others`, further images, the grid pointing game is measured too.
    """
    from vislib import trust

    grid = trust.make_grid(classifier, [image, *others]) if others else None
    measured = trust.measure(explainers, classifier, image, target, grid=grid, seed=seed, progress=progress)
    for one in measured:
        verdict, reasons = trust.verdict(one, measured)
        print(f"{one.title}: {verdict}")
        print(
            f"  deletion {one.deletion:.3f}, insertion {one.insertion:.3f}, "
            f"confidence drop {one.confidence_drop * 100:.1f} %, infidelity {one.infidelity:.2f}, "
            f"under noise {one.max_sensitivity:.2f}, under random weights {one.randomized:.2f}"
        )
        for reason in reasons if one.family != "baseline" else ():
            print(f"  {reason.text}")
    if path is not None:
        rows = [one.row() | {"verdict": trust.verdict(one, measured)[0]} for one in measured]
        export.write_whole(path, export.table_bytes(rows, path.suffix.lower()))
        print(f"→ {path}")


def with_name(out: str, name: str) -> Path:
    """The path with a name before its suffix: "cat.png" and "grad-cam" give "cat-grad-cam.png"."""
    path = Path(out)
    return path.with_name(f"{path.stem}-{name}{path.suffix}")

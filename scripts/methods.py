"""Writes docs/methods.md from the registry and from what was measured: python -m scripts.methods

`python -m scripts.measure_methods` measures, and writes the page too.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import vislib
from vislib.trust.measured_methods import ABOUT, FILE, Checks, measured

PAGE = Path(__file__).resolve().parents[1] / "docs" / "methods.md"
_HEAD = """# Which method should I use?

Written by `python -m scripts.methods` from the registry and from `vislib/trust/methods.json`, which
`python -m scripts.measure_methods` measures (seconds: {seconds[date]}, {seconds[cores]} cores; checks: {checks[date]}).
The page “Which method?” of the app has the same and chooses by what you want to know. Seconds depend on the machine;
docs/benchmarks.md compares them with those of other libraries.

- *Class*: whether the map depends on the class at all. *Signed*: whether it shows evidence against the class too.
  *Gradients*: whether it needs them; the others work where an operation has none.
- *Seconds*: “on request” means that a page computes the map after a click.
- Every method can be smoothed: `vislib.explain(name, classifier, image, smooth=20)`, also with
  `smooth_statistic="mean square"` or `"variance"`.

"""
_COLUMNS = (
    "method",
    "name",
    "what it answers",
    "seconds",
    "class",
    "signed",
    "gradients",
    "sanity checks",
    "what to know",
)


def write() -> None:
    """Writes the page."""
    PAGE.write_text(text(), encoding="utf-8")


def text() -> str:
    """The page."""
    about = json.loads(FILE.read_text(encoding="utf-8"))
    parts = [_HEAD.format(**about)]
    for family in dict.fromkeys(method.family for method in vislib.methods().values()):
        parts += [f"## {family.capitalize()}\n\n", _head(_COLUMNS)]
        parts += [_row(method) for method in vislib.methods().values() if method.family == family]
        parts.append("\n")
    parts += ["## What was measured\n\n", ABOUT, "\n"]
    parts.append(_head(("method", "network", *Checks(0, 0, 0, 0).in_figures())))
    for name, method in vislib.methods().items():
        for network, checks in measured()[name].checks.items():
            figures = ["–" if each is None else f"{each:.2f}" for each in checks.in_figures().values()]
            parts.append(_line((method.title, network, *figures)))
    return "".join(parts)


def _row(method: type[vislib.Explainer]) -> str:
    found = measured()[method.name]
    facts = ["yes" if each else "no" for each in (method.class_discriminative, method.signed, method.needs_gradients)]
    seconds = f"{found.seconds:.2g}{' (on request)' if method.costly else ''}"
    verdicts = "; ".join(words for _, words in found.verdicts())
    title = f"{method.title} ({method.reference})"
    return _line((title, f"`{method.name}`", method.question, seconds, *facts, verdicts, method.caveat))


def _head(names: Sequence[str]) -> str:
    return _line(names) + "|---" * len(names) + "|\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


if __name__ == "__main__":
    write()

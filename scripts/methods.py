"""Writes docs/methods.md: every explanation method with what it shows, what it needs and how long it takes, measured.

python -m scripts.methods [--model efficientnet-lite0] [--image sample_images/cat.jpg]

Each method runs with its defaults, once before the timing starts; then three times, or once if it takes long.
"""

import argparse
import contextlib
import datetime
import functools
import os
import statistics
from collections.abc import Iterator
from pathlib import Path

import vislib
from vislib.network.network import Network

PAGE = Path(__file__).resolve().parents[1] / "docs" / "methods.md"
_LONG = 5.0
_BY_GRADIENT = ("gradients", "maps_and_gradients", "rescaled_gradients", "bias_terms", "relevance")
_HEAD = """# The methods

Written by `python -m scripts.methods` ({when}, {cores} cores, {model}, {image}). Seconds are those of one map with the
method's defaults when its functions are traced: the median of three runs, or one run if it takes more than {long:g}
seconds. They depend on the machine; docs/benchmarks.md compares them with those of other libraries.

- *Class*: whether the map depends on the class at all. *Signed*: whether it shows evidence against the class too.
  *Gradients*: whether it needs them; the others work where an operation has none.
- *On request*: a page computes it after a click.
- Every method can be smoothed: `vislib.explain(name, classifier, image, smooth=20)`, also with
  `smooth_statistic="mean square"` or `"variance"`.

"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=next(iter(vislib.models())))
    parser.add_argument("--image", default="sample_images/cat.jpg")
    options = parser.parse_args()
    classifier, image = vislib.load_classifier(options.model), vislib.load_image(options.image)
    when, cores = datetime.date.today().isoformat(), len(os.sched_getaffinity(0))
    lines = [_HEAD.format(when=when, cores=cores, model=options.model, image=options.image, long=_LONG)]
    for family in dict.fromkeys(method.family for method in vislib.methods().values()):
        lines.append(f"## {family.capitalize()}\n\n")
        lines.append("| method | name | seconds | class | signed | gradients | on request | what to know |\n")
        lines.append("|---|---|---|---|---|---|---|---|\n")
        for name, method in vislib.methods().items():
            if method.family == family:
                print(name, flush=True)
                lines.append(_row(name, method, *measured(name, classifier, image)))
        lines.append("\n")
    PAGE.write_text("".join(lines).rstrip("\n") + "\n", encoding="utf-8")


def measured(name: str, classifier: vislib.Classifier, image) -> tuple[float, bool]:
    """A method's seconds, and whether it uses gradients."""
    with _watched() as used:
        vislib.explain(name, classifier, image)
    seconds = [vislib.explain(name, classifier, image).seconds]
    while seconds[0] < _LONG and len(seconds) < 3:
        seconds.append(vislib.explain(name, classifier, image).seconds)
    return statistics.median(seconds), bool(used)


@contextlib.contextmanager
def _watched() -> Iterator[set[str]]:
    """Collects the names of the functions of `Network` that compute gradients and are called in this block."""
    used, own = set[str](), {name: getattr(Network, name) for name in _BY_GRADIENT}
    for name, function in own.items():

        @functools.wraps(function)
        def noted(*args, _name=name, _function=function, **kwargs):
            used.add(_name)
            return _function(*args, **kwargs)

        setattr(Network, name, noted)
    try:
        yield used
    finally:
        for name, function in own.items():
            setattr(Network, name, function)


def _row(name: str, method: type[vislib.Explainer], seconds: float, by_gradient: bool) -> str:
    said = ["yes" if each else "no" for each in (method.class_discriminative, method.signed, by_gradient)]
    about = method.caveat.replace("|", "\\|")
    cells = [f"{method.title} ({method.reference})".replace("|", "\\|"), f"`{name}`", f"{seconds:.2g}"]
    return f"| {' | '.join([*cells, *said, 'yes' if method.costly else '', about])} |\n"


if __name__ == "__main__":
    main()

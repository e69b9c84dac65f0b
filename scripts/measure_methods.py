"""Measures every method, and writes vislib/trust/methods.json and docs/methods.md from it.

python -m scripts.measure_methods [--parts seconds checks] [--methods grad-cam …]

seconds: of one map of `NETWORKS[0]` with the method's defaults, once its functions are traced: the median of three
runs, or one run if it takes long. Measure them on a quiet machine.
checks: on each network, the sanity checks of `vislib.trust.measured_methods.Checks`.
"""

import argparse
import datetime
import json
import os
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

import vislib
from scripts import methods as page
from vislib.trust.localisation import mass_inside
from vislib.trust.measured_methods import FILE
from vislib.trust.randomization import cascading_randomization

SAMPLES = Path(__file__).resolve().parents[1] / "sample_images"
LONG = 5.0


@dataclass(frozen=True)
class On:
    """What the checks are measured on.

    Attributes:
        network: The network.
        images: Files among the sample images, for random weights; each has random weights of its own.
        collage: A file with one class in its left and one in its right half, and the two classes. Without one, the maps
            of the two most probable classes of each image are compared.
        signs: Whether the values are compared with their signs. `vislib.trust` takes absolute values. On a digit, whose
            background is 0, these hardly change with the weights if a method multiplies by the input.
    """

    network: str
    images: tuple[str, ...]
    collage: tuple[str, str, str] | None = None
    signs: bool = False


NETWORKS = (
    On("efficientnet-lite0", ("cat.jpg", "coffee.jpg"), ("cat_and_coffee.jpg", "tiger cat", "espresso")),
    On("digits", ("digits/3.png", "digits/4.png", "digits/8.png"), signs=True),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", nargs="+", choices=("seconds", "checks"), default=("seconds", "checks"))
    parser.add_argument("--methods", nargs="+", choices=vislib.methods(), default=list(vislib.methods()))
    options = parser.parse_args()
    if "checks" in options.parts:
        for on in NETWORKS:
            classifier = vislib.load_classifier(on.network)
            for name in options.methods:
                if (found := checks(name, classifier, on)) is not None:
                    keep(name, "checks", {on.network: found})
    if "seconds" in options.parts:
        classifier = vislib.load_classifier(NETWORKS[0].network)
        image = vislib.load_image(SAMPLES / NETWORKS[0].images[0])
        for name in options.methods:
            keep(name, "seconds", seconds(name, classifier, image))
    if set(written()["methods"]) == set(vislib.methods()):
        page.write()


def seconds(name: str, classifier: vislib.Classifier, image: np.ndarray) -> float:
    """The seconds of one map."""
    vislib.explain(name, classifier, image)
    runs = [vislib.explain(name, classifier, image).seconds]
    while runs[0] < LONG and len(runs) < 3:
        runs.append(vislib.explain(name, classifier, image).seconds)
    return statistics.median(runs)


def checks(name: str, classifier: vislib.Classifier, on: On) -> dict[str, float] | None:
    """The fields of `Checks`; None if the method does not exist for the network."""
    try:
        method = vislib.methods()[name]().resolved(classifier)
    except vislib.ModelError:
        return None
    stages, others = [], []
    for seed, file in enumerate(on.images):
        image = vislib.load_image(SAMPLES / file)
        best, second = (one.index for one in classifier.predict(image, 2))
        resized, target = classifier.resize(image), classifier.target(best)
        found = cascading_randomization({name: method}, classifier, resized, target, 3, seed)[name]
        stages.append([rank_correlation(found[0].values, stage.values, on.signs) for stage in found[1:]])
        if on.collage is None:
            maps = [found[0].values, method.explain(classifier, image, second).values]
            others.append(rank_correlation(*maps, on.signs))
    means = dict(zip(("last", "half", "all"), np.mean(stages, axis=0), strict=True))
    if on.collage is not None:
        file, *labels = on.collage
        maps = [method.explain(classifier, vislib.load_image(SAMPLES / file), label).values for label in labels]
        others, middle = [rank_correlation(*maps, on.signs)], maps[0].shape[1] // 2
        halves = ((slice(None), slice(middle)), (slice(None), slice(middle, None)))
        means["own_half"] = np.mean([mass_inside(values, half) for values, half in zip(maps, halves, strict=True)])
    return {what: round(float(value), 3) for what, value in {**means, "other_class": np.mean(others)}.items()}


def rank_correlation(one: np.ndarray, other: np.ndarray, signs: bool) -> float:
    """Spearman's, of the values of two maps or of their absolute values; 0 where one is constant."""
    one, other = (values if signs else np.abs(values) for values in (one, other))
    constant = np.ptp(one) == 0 or np.ptp(other) == 0
    return 0.0 if constant else float(stats.spearmanr(one.ravel(), other.ravel()).statistic)


def written() -> dict[str, Any]:
    """What the file holds."""
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {"methods": {}}


def keep(name: str, part: str, found: Any) -> None:
    """Writes one result into the file, whose methods stay in the order of the registry."""
    print(name, part, found, flush=True)
    held = written()
    one = held["methods"].setdefault(name, {"seconds": 0.0, "checks": {}})
    one[part] = {**one["checks"], **found} if part == "checks" else float(f"{found:.2g}")
    held[part] = {"date": datetime.date.today().isoformat(), "cores": len(os.sched_getaffinity(0))}
    held["methods"] = {known: held["methods"][known] for known in vislib.methods() if known in held["methods"]}
    FILE.write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

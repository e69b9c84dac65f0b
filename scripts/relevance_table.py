"""Measures the composites of LRP and writes their table into docs/relevance.md: python -m scripts.relevance_table

For each composite: the share of the positive relevance that lies in the right half of the collage, the correlation of
the maps of its two classes, the share of the logit that biases and ε take up, and the rank correlation of the map with
that of networks whose layers are made random, from the last one on (Adebayo et al. 2018, arXiv 1810.03292).
"""

from pathlib import Path

import numpy as np

import vislib
from vislib.attribution.lrp import LRP
from vislib.graph.relevance_rules import COMPOSITES
from vislib.trust.randomization import cascading_randomization

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "relevance.md"
BEGIN, END = "<!-- composites: made by python -m scripts.relevance_table -->", "<!-- end of composites -->"
HEAD = (
    "| composite | tiger cat in the left half | espresso in the right half | correlation of the two maps | taken up by "
    "biases and ε | rank correlation: last layer random | half random | all random |\n"
    "|---|---|---|---|---|---|---|---|\n"
)


def row(name: str, classifier: vislib.Classifier, collage: np.ndarray, cat: np.ndarray) -> str:
    """One line of the table."""
    maps, shares, taken_up = [], [], []
    for label, half in (("tiger cat", 0), ("espresso", 1)):
        heatmap = vislib.explain("lrp", classifier, collage, label, composite=name)
        positive = np.maximum(heatmap.values, 0)
        halves = [positive[:, : positive.shape[1] // 2].sum(), positive[:, positive.shape[1] // 2 :].sum()]
        shares.append(halves[half] / sum(halves))
        maps.append(heatmap.values.ravel())
        taken_up.append(1 - heatmap.values.sum() / heatmap.score)
    target = classifier.target("tiger cat")
    stages = cascading_randomization({name: LRP(composite=name)}, classifier, classifier.resize(cat), target, 3)[name]
    correlations = [f"{stage.rank_correlation:.2f}" for stage in stages[1:]]
    return (
        f"| {name} | {shares[0]:.3f} | {shares[1]:.3f} | {np.corrcoef(maps)[0, 1]:.2f} | {np.mean(taken_up):.1%} | "
        f"{' | '.join(correlations)} |\n"
    )


def main() -> None:
    classifier = vislib.load_classifier("efficientnet-lite0")
    collage, cat = (vislib.load_image(ROOT / "sample_images" / f"{name}.jpg") for name in ("cat_and_coffee", "cat"))
    rows = [row(name, classifier, collage, cat) for name in COMPOSITES]
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n{HEAD}{''.join(rows)}{END}{after}", encoding="utf-8")
    print("".join(rows))


if __name__ == "__main__":
    main()

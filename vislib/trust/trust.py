"""The measures of one map."""

import dataclasses
from dataclasses import dataclass, field

import numpy as np

from vislib.attribution.base import Family
from vislib.output.heatmap import Heatmap
from vislib.trust.curves import Curve
from vislib.trust.localisation import Localisation
from vislib.trust.randomization import RandomizedStage

_ABOUT = ("name", "title", "family", "class_discriminative", "pointing")
"""What an empty map has, too."""


@dataclass(frozen=True, eq=False)
class Trust:
    """The measures of one method's map for one image.

    Attributes:
        name: The method's name.
        title: The name that people read.
        family: The method's family.
        class_discriminative: Whether the method depends on the class at all.
        heatmap: The map.
        deletion: Area under the deletion curve of the class's probability, or of the target's value where it has no
            probability, such as a predicted number; lower is better.
        insertion: Area under the insertion curve; higher is better.
        confidence_drop: ≥ 0, lower is better; at most 1 for a probability.
        confidence_increases: Whether the same probability or value rises when only the mapped part is shown.
        infidelity: 0..1, lower is better.
        max_sensitivity: Relative, ≥ 0, lower is better; None if it was not computed.
        sparseness: Gini index, 0..1.
        complexity: Entropy, 0..1.
        randomized: Mean rank correlation with the maps of the partly random network, from the last layer random to all
            layers random; −1..1, lower is better. A constant map is left out. None if it was not computed, or there
            is no other map.
        pointing: Mean share of the grid pointing game, 0..1, higher is better; None without a grid.
        pointing_by_chance: The share that a random map gets on average; 0 without a grid.
        deletion_curve: The deletion curve.
        insertion_curve: The insertion curve.
        stages: The stages of the sanity check; empty if it was not done.
        road: Area under the ROAD curve of the same probability or value; lower is better; None if it was not computed.
        random_logit: Rank correlation with the map for a class drawn at random, −1..1, lower is better; None if it was
            not computed, or the target is not the score of one of several classes.
        localisation: How much of the map lies in a box or mask; None without one.

    Example:
        >>> saliency = vislib.methods()["saliency"]()
        >>> (one, *_) = vislib.trust.measure([saliency], classifier, image, randomize=False)
        >>> one.title, one.randomized, len(one.row()) > 10
        ('Saliency (vanilla gradient)', None, True)
    """

    name: str
    title: str
    family: Family
    class_discriminative: bool
    heatmap: Heatmap = field(repr=False)
    deletion: float
    insertion: float
    confidence_drop: float
    confidence_increases: bool
    infidelity: float
    max_sensitivity: float | None
    sparseness: float
    complexity: float
    randomized: float | None
    pointing: float | None
    pointing_by_chance: float
    deletion_curve: Curve = field(repr=False)
    insertion_curve: Curve = field(repr=False)
    stages: tuple[RandomizedStage, ...] = field(repr=False)
    road: float | None = None
    random_logit: float | None = None
    localisation: Localisation | None = None

    @property
    def empty(self) -> bool:
        """Whether the map says nothing: it is constant, or negligible. Then it has no order of pixels, and its measures
        mean nothing, except `pointing`, which is computed on other maps."""
        return self.heatmap.negligible or bool(np.ptp(self.heatmap.values) == 0)

    def row(self) -> dict[str, str | float | bool | None]:
        """The measures without maps and curves, by name, for a table; `mass`, `rank` and `hit` are the localisation.

        Those that mean nothing, of an empty map, are None.
        """
        left_out = ("heatmap", "deletion_curve", "insertion_curve", "stages", "pointing_by_chance", "localisation")
        row = {spec.name: getattr(self, spec.name) for spec in dataclasses.fields(self) if spec.name not in left_out}
        row |= {name: getattr(self.localisation, name, None) for name in ("mass", "rank", "hit")}
        return {name: value if name in _ABOUT or not self.empty else None for name, value in row.items()}

"""What is measured of one map: the figures of a trust report."""

import dataclasses
from dataclasses import dataclass, field

from vislib.output.heatmap import Heatmap
from vislib.trust.curves import Curve
from vislib.trust.randomization import RandomizedStage


@dataclass(frozen=True, eq=False)
class Trust:
    """What can be measured of one method's map for one image.

    Attributes:
        name: The method's.
        title: For people.
        family: The method's.
        class_discriminative: Whether the method depends on the class at all.
        heatmap: The map.
        deletion: Area under the deletion curve, of the class's probability; lower is better.
        insertion: Area under the insertion curve; higher is better.
        confidence_drop: 0..1, lower is better.
        confidence_increases: Whether the class is surer of the map's part alone.
        infidelity: 0..1, lower is better.
        max_sensitivity: Relative, ≥ 0, lower is better; None where it was not asked for.
        sparseness: Gini index, 0..1.
        complexity: Entropy, 0..1.
        randomized: Mean rank correlation with the maps of the network as it becomes random, from its last layer to
            all of it; None where it was not asked for.
        pointing: Mean share of the grid pointing game, 0..1, and what chance gives; None without a grid.
        deletion_curve: The curve itself.
        insertion_curve: Likewise.
        stages: Of the sanity check.
    """

    name: str
    title: str
    family: str
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

    def row(self) -> dict[str, str | float | bool | None]:
        """The figures alone, by name, for a table."""
        left_out = ("heatmap", "deletion_curve", "insertion_curve", "stages", "pointing_by_chance")
        return {spec.name: getattr(self, spec.name) for spec in dataclasses.fields(self) if spec.name not in left_out}

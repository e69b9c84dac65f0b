"""How far an explanation can be trusted: measures of a map from the literature, compared with baselines."""

from vislib.trust.complexity import complexity, sparseness
from vislib.trust.confidence import confidence_drop, confidence_increases
from vislib.trust.curves import Curve, deletion, insertion
from vislib.trust.measure import BASELINES, measure, verdict
from vislib.trust.pointing import Grid, grid_pointing, make_grid
from vislib.trust.randomization import RandomizedStage, cascading_randomization, compare_maps
from vislib.trust.robustness import infidelity, max_sensitivity
from vislib.trust.trust import Trust

__all__ = [
    "BASELINES",
    "Curve",
    "Grid",
    "RandomizedStage",
    "Trust",
    "cascading_randomization",
    "compare_maps",
    "complexity",
    "confidence_drop",
    "confidence_increases",
    "deletion",
    "grid_pointing",
    "infidelity",
    "insertion",
    "make_grid",
    "max_sensitivity",
    "measure",
    "sparseness",
    "verdict",
]

"""How far an explanation can be trusted: measures of a map from the literature, compared with baselines."""

from vislib.trust.complexity import complexity, sparseness
from vislib.trust.confidence import confidence_drop, confidence_increases
from vislib.trust.curves import Curve, deletion, insertion
from vislib.trust.further import with_random_logit, with_road
from vislib.trust.localisation import Localisation, box_mask, image_mask, localisation, outline_mask
from vislib.trust.measure import BASELINES, measure
from vislib.trust.measured import Measured, verdict
from vislib.trust.other_class import OtherClass, another_class, random_logit
from vislib.trust.pointing import Grid, grid_pointing, make_grid
from vislib.trust.randomization import RandomizedStage, cascading_randomization, compare_maps
from vislib.trust.ranking import FillSensitivity, fill_sensitivity
from vislib.trust.road import impute, road
from vislib.trust.robustness import infidelity, max_sensitivity
from vislib.trust.several import VerdictOverImages, measure_each, over_images
from vislib.trust.trust import Trust

__all__ = [
    "BASELINES",
    "Curve",
    "FillSensitivity",
    "Grid",
    "Localisation",
    "Measured",
    "OtherClass",
    "RandomizedStage",
    "Trust",
    "VerdictOverImages",
    "another_class",
    "box_mask",
    "cascading_randomization",
    "compare_maps",
    "complexity",
    "confidence_drop",
    "confidence_increases",
    "deletion",
    "fill_sensitivity",
    "grid_pointing",
    "image_mask",
    "impute",
    "infidelity",
    "insertion",
    "localisation",
    "make_grid",
    "max_sensitivity",
    "measure",
    "measure_each",
    "outline_mask",
    "over_images",
    "random_logit",
    "road",
    "sparseness",
    "verdict",
    "with_random_logit",
    "with_road",
]

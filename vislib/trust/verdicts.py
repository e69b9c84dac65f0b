"""Reasons and a verdict from the measures of a map, in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum, auto

from vislib.attribution.base import Family
from vislib.language import Text, text, written
from vislib.trust.other_class import SAME_LIMIT
from vislib.trust.trust import Trust

RANDOM_WEIGHTS_LIMIT = 0.5
"""From this mean rank correlation with the maps of the partly random network, a map does not show the decision."""
NOISE_LIMIT = 1.0
"""From this max-sensitivity, a map counts as unstable: it changes by its whole norm or more."""

EMPTY = text("The map is empty: there is nothing to judge")
"""The verdict on a map that is constant or negligible."""


class Ground(StrEnum):
    """The measure that a reason is based on."""

    SAME_FOR_EVERY_CLASS = auto()
    RANDOM_WEIGHTS = auto()
    BASELINES = auto()
    ROAD = auto()  # in the place of BASELINES where ROAD was measured
    OTHER_CLASS = auto()
    POINTING = auto()
    NOISE = auto()


@dataclass(frozen=True)
class Reason:
    """One reason for or against a map.

    Attributes:
        ground: What it is based on. The verdict uses this and `supports`, not the text.
        supports: Whether it is in favour of the map.
        text: One sentence.
    """

    ground: Ground
    supports: bool
    text: str


def reasons(trust: Trust, baselines: list[Trust]) -> list[Reason]:
    """The reasons for and against a map, those against it first; none for an empty map.

    Args:
        trust: The measures of the map.
        baselines: The measures of the baselines for the same image and target."""
    if trust.empty:
        return []
    found = _by_class(trust) + _by_random_weights(trust)
    if baselines:
        found.append(_beside_baselines(trust, baselines))
    found += _by_other_class(trust) + _by_pointing(trust) + _by_noise(trust)
    return sorted(found, key=lambda reason: reason.supports)


def _by_class(trust: Trust) -> list[Reason]:
    if trust.class_discriminative:
        return []
    said = text("It is the same for every class or output, so it cannot explain this one.")
    return [Reason(Ground.SAME_FOR_EVERY_CLASS, False, said)]


def _by_random_weights(trust: Trust) -> list[Reason]:
    if trust.randomized is None:
        return []
    correlation = written(trust.randomized, ".2f")
    if trust.randomized >= RANDOM_WEIGHTS_LIMIT:
        said = text(
            "It changes little when the weights are random (rank correlation {correlation}): it shows edges, "
            "not the decision.",
            correlation=correlation,
        )
        return [Reason(Ground.RANDOM_WEIGHTS, False, said)]
    said = text(
        "It changes when the weights are random (rank correlation {correlation}), so it depends on what was learned.",
        correlation=correlation,
    )
    return [Reason(Ground.RANDOM_WEIGHTS, True, said)]


def _by_pointing(trust: Trust) -> list[Reason]:
    """Nothing for a method that ignores the class, which counts against it already."""
    if trust.pointing is None or not trust.class_discriminative or trust.pointing > trust.pointing_by_chance * 1.2:
        return []
    said = text(
        "Among several images it highlights the right one ({share:.0%}) hardly more than chance.", share=trust.pointing
    )
    return [Reason(Ground.POINTING, False, said)]


def _by_noise(trust: Trust) -> list[Reason]:
    if trust.max_sensitivity == 0:
        said = text("Noise in the image does not change it at all: it hardly depends on the image.")
    elif trust.max_sensitivity is not None and trust.max_sensitivity >= NOISE_LIMIT:
        said = text("Invisible noise changes it by {share:.0%} of its size.", share=trust.max_sensitivity)
    else:
        return []
    return [Reason(Ground.NOISE, False, said)]


def _beside_baselines(trust: Trust, baselines: list[Trust]) -> Reason:
    """By insertion, and by ROAD where it was measured, else by deletion, in which random pixels do well."""
    by_road = trust.road is not None and all(other.road is not None for other in baselines)
    ground = Ground.ROAD if by_road else Ground.BASELINES
    better_in = all(trust.insertion > other.insertion for other in baselines)
    better_out = all(_out(trust, by_road) < _out(other, by_road) for other in baselines)
    said = _BESIDE_BASELINES[by_road][better_out, better_in]
    return Reason(ground, better_out and better_in, said)


_BESIDE_BASELINES = {
    False: {
        (True, True): text(
            "Its pixels matter: covering them lowers the score, and showing them raises it, more than with random "
            "pixels and an edge detector."
        ),
        (True, False): text(
            "It beats random pixels and an edge detector when its highest pixels are covered, but not when they are "
            "shown."
        ),
        (False, True): text(
            "It beats random pixels and an edge detector when its highest pixels are shown, but not when they are "
            "covered."
        ),
        (False, False): text(
            "Its highest pixels matter no more than those of random pixels and an edge detector do, shown or covered."
        ),
    },
    True: {
        (True, True): text(
            "Its pixels matter: filling them from their neighbours (ROAD) lowers the score, and showing them raises "
            "it, more than with random pixels and an edge detector."
        ),
        (True, False): text(
            "It beats random pixels and an edge detector when its highest pixels are filled from their neighbours "
            "(ROAD), but not when they are shown."
        ),
        (False, True): text(
            "It beats random pixels and an edge detector when its highest pixels are shown, but not when they are "
            "filled from their neighbours (ROAD)."
        ),
        (False, False): text(
            "Its highest pixels matter no more than those of random pixels and an edge detector do, shown or filled "
            "from their neighbours (ROAD)."
        ),
    },
}
"""By whether ROAD was measured; then by whether the map is better removed, and shown."""


def _out(trust: Trust, by_road: bool) -> float:
    return trust.deletion if trust.road is None or not by_road else trust.road


def _by_other_class(trust: Trust) -> list[Reason]:
    """Nothing for a method that ignores the class, which counts against it already."""
    if trust.random_logit is None or not trust.class_discriminative:
        return []
    correlation = written(trust.random_logit, ".2f")
    if trust.random_logit < SAME_LIMIT:
        said = text(
            "It changes when a class drawn at random is explained (rank correlation {correlation}).",
            correlation=correlation,
        )
        return [Reason(Ground.OTHER_CLASS, True, said)]
    said = text(
        "It stays nearly the same when a class drawn at random is explained (rank correlation {correlation}).",
        correlation=correlation,
    )
    return [Reason(Ground.OTHER_CLASS, False, said)]


def verdict(trust: Trust, baselines: list[Trust]) -> Text:
    """How far this map for this image can be trusted, as one sentence."""
    if trust.empty:
        return text("{verdict}.", verdict=EMPTY)
    return verdict_of(trust.family, reasons(trust, baselines))


def verdict_of(family: Family, found: Sequence[Reason]) -> Text:
    """The verdict that follows from the reasons for and against a method of a family, as one sentence."""
    return text("{verdict}.", verdict=short_verdict(family, found))


def short_verdict(family: Family, found: Sequence[Reason]) -> Text:
    """The sentence of `verdict_of` without its full stop."""
    if family is Family.BASELINE:
        return text("A baseline: a method must beat it")
    against = [reason for reason in found if not reason.supports]
    if any(reason.ground is Ground.RANDOM_WEIGHTS for reason in against):
        return text("Do not trust it as an explanation")
    if not against:
        return text("No measure counts against it")
    return text("Read it with care") if len(against) < len(found) else text("No measure supports it")

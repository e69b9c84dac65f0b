"""What the figures say of a map, in plain words."""

from dataclasses import dataclass
from enum import StrEnum, auto

from vislib.attribution.base import Family
from vislib.trust.trust import Trust

RANDOM_WEIGHTS_LIMIT = 0.5
"""Mean rank correlation with the maps of the network as it becomes random, from which a map counts as not showing
the decision."""
NOISE_LIMIT = 1.0
"""Max-sensitivity from which a map counts as unsteady: it changes by more than its own size."""


class Ground(StrEnum):
    """What a reason rests on."""

    SAME_FOR_EVERY_CLASS = auto()
    RANDOM_WEIGHTS = auto()
    BASELINES = auto()
    POINTING = auto()
    NOISE = auto()


@dataclass(frozen=True)
class Reason:
    """One thing that the figures say of a map.

    Attributes:
        ground: What it rests on; the verdict looks at this alone.
        supports: Whether it speaks for the map.
        text: A sentence.
    """

    ground: Ground
    supports: bool
    text: str


def reasons(trust: Trust, baselines: list[Trust]) -> list[Reason]:
    """What the figures say of a map, the gravest first."""
    said: list[Reason] = []
    if not trust.class_discriminative:
        said.append(
            Reason(Ground.SAME_FOR_EVERY_CLASS, False, "It is the same for every class, so it cannot say why this one.")
        )
    if trust.randomized is not None:
        stays = trust.randomized >= RANDOM_WEIGHTS_LIMIT
        figure = f"(rank correlation {trust.randomized:.2f})"
        said.append(
            Reason(
                Ground.RANDOM_WEIGHTS,
                False,
                f"It changes little when the weights are random {figure}: it shows edges, not the decision.",
            )
            if stays
            else Reason(
                Ground.RANDOM_WEIGHTS,
                True,
                f"It changes when the weights are random {figure}, so it depends on what was learned.",
            )
        )
    if baselines:
        better_out = all(trust.deletion < other.deletion for other in baselines)
        better_in = all(trust.insertion > other.insertion for other in baselines)
        both = "random pixels and an edge detector"
        if better_out and better_in:
            said.append(
                Reason(
                    Ground.BASELINES,
                    True,
                    f"Its pixels matter: covering them lowers the score, and showing them raises it, more than with {both}.",
                )
            )
        elif better_out or better_in:
            works, fails = ("covering", "showing") if better_out else ("showing", "covering")
            said.append(
                Reason(
                    Ground.BASELINES,
                    False,
                    f"In {works} its highest pixels it beats {both}, but in {fails} them it does not.",
                )
            )
        else:
            said.append(Reason(Ground.BASELINES, False, f"Its highest pixels matter no more than those of {both} do."))
    if trust.pointing is not None and trust.pointing <= trust.pointing_by_chance * 1.2 and trust.class_discriminative:
        said.append(
            Reason(
                Ground.POINTING,
                False,
                f"Among several images it finds the right one hardly better than chance ({trust.pointing:.0%}).",
            )
        )
    if trust.max_sensitivity == 0:
        said.append(
            Reason(Ground.NOISE, False, "Noise in the image does not change it at all: it hardly depends on the image.")
        )
    if trust.max_sensitivity is not None and trust.max_sensitivity >= NOISE_LIMIT:
        said.append(
            Reason(Ground.NOISE, False, f"Noise too weak to see changes it by {trust.max_sensitivity:.0%} of its size.")
        )
    return sorted(said, key=lambda reason: reason.supports)


def verdict(trust: Trust, baselines: list[Trust]) -> str:
    """One line: what this map on this image is good for."""
    if trust.family is Family.BASELINE:
        return "A baseline: what a method must beat."
    said = reasons(trust, baselines)
    against = [reason for reason in said if not reason.supports]
    if any(reason.ground is Ground.RANDOM_WEIGHTS for reason in against):
        return "Not to be trusted as an explanation."
    if not against:
        return "Nothing here speaks against it."
    return "To be read with care." if len(against) < len(said) else "Little speaks for it."

"""What was measured of every method on the built-in networks: its cost, and what the sanity checks find."""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vislib.language import Text, listing, text
from vislib.trust.other_class import SAME_LIMIT
from vislib.trust.verdicts import RANDOM_WEIGHTS_LIMIT

FILE = Path(__file__).with_name("methods.json")
"""What `python -m scripts.measure_methods` has measured."""
OWN_HALF_LIMIT = 0.6
"""A method whose `Checks.own_half` is no higher (chance: 0.5) hardly finds the class."""
ABOUT = text(
    """\
**Seconds** are those of one map on EfficientNet-Lite0 with the method's defaults, once its functions are traced, on two
processor cores.

**Random weights.** The map is compared with that of the same network when its last layer, half of its layers, and all
of them are random (Adebayo et al. 2018, arXiv 1810.03292). The figure is the rank correlation of the absolute values
(on digits: of the values with their signs), 1 for the same order. From a mean of {random_weights:g} the map is
“similar with random weights”: it shows the image rather than what the network has learned.

**Another class.** The rank correlation of the maps of two classes (Sixt et al. 2020, arXiv 1912.09818). From
{same:g} the map is the “same for another class”.

**In the right half.** In a picture with a cat on the left and a cup of coffee on the right, the share of the map's
positive values that lies on the side of the explained class (Böhle et al. 2021, arXiv 2104.00032); chance is 0.5. Up to
{own_half:g} the method “hardly finds the class”.

EfficientNet-Lite0 is measured on photographs. The digit network is measured on digits, where no picture has two classes
side by side. These are means over two or three images, so a small difference means nothing.
""",
    random_weights=RANDOM_WEIGHTS_LIMIT,
    same=SAME_LIMIT,
    own_half=OWN_HALF_LIMIT,
)
"""What was measured, in Markdown."""


_SIMILAR = text("similar with random weights")
_SAME = text("same for another class")
_HARDLY = text("hardly finds the class")
_AT_THE_START = {
    _SIMILAR: text("Similar with random weights"),
    _SAME: text("Same for another class"),
    _HARDLY: text("Hardly finds the class"),
}


@dataclass(frozen=True)
class Checks:
    """Sanity checks of a method on one network, each a mean over images.

    Attributes:
        last: Rank correlation of the map with that of the network whose last layer is random, −1 to 1.
        half: The same with half of the layers random.
        all: The same with all layers random.
        other_class: Rank correlation of the maps of two classes, −1 to 1.
        own_half: On a picture with one class on each side, the share of the positive values that lies on the side of
            the explained class, 0 to 1; None where there is no such picture.

    Reference: Adebayo et al. 2018, arXiv 1810.03292; Sixt et al. 2020, arXiv 1912.09818; Böhle et al. 2021, arXiv
    2104.00032.
    """

    last: float
    half: float
    all: float
    other_class: float
    own_half: float | None = None

    @property
    def follows_weights(self) -> bool:
        """Whether the map is lost when the weights are, by the limit of `vislib.trust.verdict`."""
        return (self.last + self.half + self.all) / 3 < RANDOM_WEIGHTS_LIMIT

    @property
    def follows_class(self) -> bool:
        """Whether another class has another map, by the limit of `vislib.trust.random_logit`."""
        return self.other_class < SAME_LIMIT

    @property
    def finds_class(self) -> bool:
        """Whether the map lies where its class is, as far as that was measured."""
        return self.own_half is None or self.own_half > OWN_HALF_LIMIT

    @property
    def failed(self) -> tuple[Text, ...]:
        """The checks that the method fails, a few words each."""
        every = {
            _SIMILAR: self.follows_weights,
            _SAME: self.follows_class,
            _HARDLY: self.finds_class,
        }
        return tuple(words for words, passed in every.items() if not passed)

    def in_figures(self) -> dict[Text, float | None]:
        """What was measured, by headings for people."""
        return {
            text("last layer random"): self.last,
            text("half random"): self.half,
            text("all random"): self.all,
            text("another class"): self.other_class,
            text("in the right half"): self.own_half,
        }


@dataclass(frozen=True)
class Measured:
    """What was measured of a method.

    Attributes:
        seconds: Of one map with the method's defaults, once its functions are traced.
        checks: By network; a network is missing if the method does not exist for it.
    """

    seconds: float
    checks: Mapping[str, Checks]

    @property
    def n_failed(self) -> int:
        """How many of the checks it fails, over all networks."""
        return sum(len(each.failed) for each in self.checks.values())

    def verdicts(self) -> list[tuple[bool, Text]]:
        """The verdict on each network, with whether the method passes: [(False, "digits: same for another class")].

        One verdict for both networks if it is the same.
        """
        every = {network: each.failed for network, each in self.checks.items()}
        if len(every) > 1 and len(set(every.values())) == 1:
            (fails,) = set(every.values())
            if not fails:
                return [(True, text("Passes on both networks"))]
            named = listing([_AT_THE_START[fails[0]], *fails[1:]], "plain")
            return [(False, text("{checks} on both networks", checks=named))]
        return [
            (False, text("{network}: {checks}", network=network, checks=listing(fails, "plain")))
            if fails
            else (True, text("{network}: passes", network=network))
            for network, fails in every.items()
        ]

    @property
    def own_half(self) -> float:
        """The largest of the networks' `own_half`; 0 without one."""
        return max((each.own_half or 0.0 for each in self.checks.values()), default=0.0)


@functools.cache
def measured() -> Mapping[str, Measured]:
    """What was measured of every method, by its name."""
    written = json.loads(FILE.read_text(encoding="utf-8"))["methods"]
    return {
        name: Measured(one["seconds"], {network: Checks(**each) for network, each in one["checks"].items()})
        for name, one in written.items()
    }

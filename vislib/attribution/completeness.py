"""How far a map's values add up to what they divide: the change of the score from a baseline to the image."""

from dataclasses import dataclass

import numpy as np

from vislib.language import text


@dataclass(frozen=True)
class Completeness:
    """The sum of a map's values, and the difference of scores that it should equal.

    Attributes:
        total: The sum of the values.
        difference: The score of the image minus that of the baseline.
        against: What the baseline is, in words.
    """

    total: float
    difference: float
    against: str = text("the baseline's score")

    @property
    def error(self) -> float:
        """|total − difference| as a share of |difference|; 0 is exact."""
        missed = abs(self.total - self.difference)
        return missed / abs(self.difference) if self.difference else float(missed > 0)

    @property
    def details(self) -> dict[str, np.ndarray]:
        return {"completeness_error": np.array(self.error)}

    @property
    def note(self) -> str:
        return text(
            "The values add up to {total:z.2f}. The score differs from {against} by {difference:z.2f}. The error is "
            "{error:.1%}.",
            total=self.total,
            against=self.against,
            difference=self.difference,
            error=self.error,
        )

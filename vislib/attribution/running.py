"""The mean, mean square and variance of arrays that come one after the other, such as maps of noisy copies."""

import numpy as np

from vislib.language import text

STATISTICS = (text("mean"), text("mean square"), text("variance"))


class Running:
    """Statistics over the arrays seen so far, float64.

    The sums are those of differences to the first array: the variance of large numbers that differ little would be lost
    otherwise.

    Attributes:
        count: The number of arrays.
    """

    def __init__(self) -> None:
        self.count = 0
        self._first, self._sum, self._squares = np.zeros(()), np.zeros(()), np.zeros(())

    def add(self, arrays: np.ndarray) -> None:
        """Adds arrays (n, …)."""
        if not self.count:
            self._first = arrays[0].astype(np.float64)
        apart = arrays - self._first
        self._sum = self._sum + apart.sum(axis=0)
        self._squares = self._squares + (apart**2).sum(axis=0)
        self.count += len(arrays)

    @property
    def mean(self) -> np.ndarray:
        return self._first + self._sum / self.count

    @property
    def variance(self) -> np.ndarray:
        """With the divisor n; 0 after one array."""
        return (self._squares / self.count - (self._sum / self.count) ** 2).clip(0)

    @property
    def mean_square(self) -> np.ndarray:
        return self.mean**2 + self.variance

    def statistic(self, name: str) -> np.ndarray:
        """One of `STATISTICS`."""
        return {"mean": self.mean, "mean square": self.mean_square, "variance": self.variance}[name]

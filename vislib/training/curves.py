"""Learning curves: the values of single batches, smoothed over a moving window."""

import numpy as np

from vislib.errors import ParameterError
from vislib.language import text


def moving_mean(values: np.ndarray, window: int) -> np.ndarray:
    """The mean of each value and the `window` - 1 values before it; of fewer at the start.

    The window does not start again at an epoch, so the curve has no jump there that the network did not make.

    Args:
        values: (n,).
        window: At least 1.

    Returns:
        (n,).

    Raises:
        ParameterError: If the window is smaller than 1.

    Example:
        >>> vislib.training.moving_mean(np.array([1.0, 3.0, 5.0]), 3).shape
        (3,)
    """
    if window < 1:
        raise ParameterError(text("`window` must be at least 1; not {window}.", window=window))
    sums = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(ends - window, 0)
    smoothed: np.ndarray = (sums[ends] - sums[starts]) / (ends - starts)
    return smoothed

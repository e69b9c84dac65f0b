"""Batch normalization in plain NumPy: y = γ·(x − μ) / √(σ² + ε) + β, for each channel.

In training, μ and σ² are the mean and the variance of the batch; at prediction time they are moving averages. γ and β
are trained, the moving averages are not: 4 parameters for each channel, 2 of them trainable.

Reference: Ioffe & Szegedy 2015, "Batch Normalization", arXiv 1502.03167.
"""

from dataclasses import dataclass

import numpy as np

from vislib.arithmetic import notation


@dataclass(frozen=True, eq=False)
class BatchNorm:
    """Batch normalization of c channels.

    Args:
        mean: μ, (c,).
        variance: σ², (c,), not negative.
        gamma: The scale, (c,).
        beta: The shift, (c,).
        epsilon: ε, which avoids division by 0 if a channel is constant; by default the one of Keras.

    Example:
        >>> maps = np.arange(8.0).reshape(2, 2, 2, 1)
        >>> round(float(vislib.arithmetic.BatchNorm.of_batch(maps).forward(maps).mean()), 2)
        0.0
    """

    mean: np.ndarray
    variance: np.ndarray
    gamma: np.ndarray
    beta: np.ndarray
    epsilon: float = 1e-3

    @classmethod
    def of_batch(cls, maps: np.ndarray, epsilon: float = 1e-3) -> "BatchNorm":
        """Uses the statistics of a batch (n, h, w, c), as at the start of training (γ = 1, β = 0)."""
        over = tuple(range(maps.ndim - 1))
        ones = np.ones(maps.shape[-1])
        return cls(maps.mean(axis=over), maps.var(axis=over), ones, 0 * ones, epsilon)

    def forward(self, maps: np.ndarray) -> np.ndarray:
        """The normalized maps (…, c), of the same shape."""
        return self.gamma * (maps - self.mean) / np.sqrt(self.variance + self.epsilon) + self.beta

    def formula(self, value: float, channel: int) -> str:
        """The normalization of one value as text, with its numbers."""
        mean, variance, gamma, beta = (
            float(part[channel]) for part in (self.mean, self.variance, self.gamma, self.beta)
        )
        result = gamma * (value - mean) / np.sqrt(variance + self.epsilon) + beta
        x, mu, scale, shift = (notation.factor(part) for part in (value, mean, gamma, beta))
        deviation = f"√({notation.number(variance)} + {notation.number(self.epsilon)})"
        return f"{scale}·({x} − {mu}) / {deviation} + {shift} = {notation.number(result)}"

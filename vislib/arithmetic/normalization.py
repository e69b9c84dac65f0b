"""Batch normalization in plain NumPy: y = γ·(x − μ) / √(σ² + ε) + β, for each channel.

In training μ and σ² are the batch's own, at prediction time moving averages of them. γ and β are trained, the two
moving averages are not: 4 parameters a channel, 2 of them trainable.

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
        epsilon: Keeps the division from failing where a channel is constant; Keras's default.
    """

    mean: np.ndarray
    variance: np.ndarray
    gamma: np.ndarray
    beta: np.ndarray
    epsilon: float = 1e-3

    @classmethod
    def of_batch(cls, maps: np.ndarray, epsilon: float = 1e-3) -> "BatchNorm":
        """With the statistics of a batch (n, h, w, c), as in training before anything has been learnt (γ = 1, β = 0)."""
        over = tuple(range(maps.ndim - 1))
        ones = np.ones(maps.shape[-1])
        return cls(maps.mean(axis=over), maps.var(axis=over), ones, 0 * ones, epsilon)

    def forward(self, maps: np.ndarray) -> np.ndarray:
        """The maps (…, c) normalized; same shape."""
        return self.gamma * (maps - self.mean) / np.sqrt(self.variance + self.epsilon) + self.beta

    def formula(self, value: float, channel: int) -> str:
        """What becomes of one value, with the numbers put in."""
        mean, variance, gamma, beta = (
            float(part[channel]) for part in (self.mean, self.variance, self.gamma, self.beta)
        )
        result = gamma * (value - mean) / np.sqrt(variance + self.epsilon) + beta
        x, mu, scale, shift = (notation.factor(part) for part in (value, mean, gamma, beta))
        spread = f"√({notation.number(variance)} + {notation.number(self.epsilon)})"
        return f"{scale}·({x} − {mu}) / {spread} + {shift} = {notation.number(result)}"

"""The arithmetic of convolutional networks in plain NumPy; it needs no network.

Each file has one subject; this package exports the names used most.
"""

from vislib.arithmetic.activation_functions import FUNCTIONS, ActivationFunction, softmax
from vislib.arithmetic.convolution import Step, convolve, convolve_depthwise, im2col, step
from vislib.arithmetic.kernels import PRESETS, parse_kernel, random_kernels
from vislib.arithmetic.normalization import BatchNorm
from vislib.arithmetic.pooling import Pooling, PoolStep
from vislib.arithmetic.windows import Axis, axes, output_size

__all__ = [
    "FUNCTIONS",
    "PRESETS",
    "ActivationFunction",
    "Axis",
    "BatchNorm",
    "PoolStep",
    "Pooling",
    "Step",
    "axes",
    "convolve",
    "convolve_depthwise",
    "im2col",
    "output_size",
    "parse_kernel",
    "random_kernels",
    "softmax",
    "step",
]

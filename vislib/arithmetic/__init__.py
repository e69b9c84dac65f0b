"""The arithmetic of convolutional networks: by hand in NumPy, and read from any network's graph.

One subject a file; the names most used are here. Nothing of it imports TensorFlow before it is given a network.
"""

from vislib.arithmetic.activation_functions import FUNCTIONS, ActivationFunction, softmax
from vislib.arithmetic.convolution import Step, convolve, convolve_depthwise, im2col, step
from vislib.arithmetic.cost import Cost
from vislib.arithmetic.kernels import PRESETS, parse_kernel, random_kernels
from vislib.arithmetic.layer_rows import LayerRow, LayerTable
from vislib.arithmetic.layer_table import layer_table
from vislib.arithmetic.normalization import BatchNorm
from vislib.arithmetic.operation import Operation, operation_of, softmax_cell
from vislib.arithmetic.pooling import Pooling, PoolStep
from vislib.arithmetic.receptive_field import ReceptiveField, receptive_fields
from vislib.arithmetic.windows import Axis, axes, output_size

__all__ = [
    "FUNCTIONS",
    "PRESETS",
    "ActivationFunction",
    "Axis",
    "BatchNorm",
    "Cost",
    "LayerRow",
    "LayerTable",
    "Operation",
    "PoolStep",
    "Pooling",
    "ReceptiveField",
    "Step",
    "axes",
    "convolve",
    "convolve_depthwise",
    "im2col",
    "layer_table",
    "operation_of",
    "output_size",
    "parse_kernel",
    "random_kernels",
    "receptive_fields",
    "softmax",
    "softmax_cell",
    "step",
]

"""Facts about a network's layers: receptive fields, cost, the layer table, the arithmetic of one cell.

Nothing here imports TensorFlow before it is called with a network.
"""

from vislib.layers.cost import Cost
from vislib.layers.operation import Operation, operation_of, softmax_cell
from vislib.layers.reading import layer_table
from vislib.layers.receptive_field import ReceptiveField, receptive_fields
from vislib.layers.table import LayerRow, LayerTable

__all__ = [
    "Cost",
    "LayerRow",
    "LayerTable",
    "Operation",
    "ReceptiveField",
    "layer_table",
    "operation_of",
    "receptive_fields",
    "softmax_cell",
]

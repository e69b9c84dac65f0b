"""
A network as a graph and as a table
===================================

The layer table has each operation's output shape, parameters, multiply-adds and receptive field. The picture groups
the layers into blocks and stages.
"""

import vislib

classifier = vislib.load_classifier("digits")
table = vislib.layers.layer_table(classifier)
print(f"{table.parameters:,} parameters, {table.macs:,} multiply-adds")
for row in table.rows:
    print(f"{row.name:24} {row.kind:20} {row.output_shape!s:16} {row.parameters_formula}")
vislib.diagram.figure(vislib.diagram.layout(table))

"""Exact recomputation of only what changes in a network when a rectangle of its input does.

A changed rectangle of a layer's input changes a rectangle of its output, little larger. Everything outside it is
as in the unchanged image, whose activations are at hand. So each layer is computed on its changed window alone,
cut out of the kept activations with the changed values put in, until the window has grown to most of the map or
a layer mixes all positions; from there on the network is computed as usual.

`plan` says which layers run on a window and where the windows are, in NumPy; `run` computes them in TensorFlow.

The idea is that of Nakandala, Kumar & Papakonstantinou 2019 (SIGMOD, doi 10.1145/3299869.3319874).
"""

"""Recomputes exactly those activations that change when a rectangle of the input changes.

A changed rectangle of a layer's input changes a slightly larger rectangle of its output. Everything outside it is as
in the unchanged image, whose activations are stored. So each layer is computed only on its changed window, which is
cut out of the stored activations with the changed values inserted. When the window has grown to most of the map, or a
layer mixes all positions, the rest of the network is computed as usual.

`plan` finds which layers run on a window and where the windows are, in NumPy; `run` computes them in TensorFlow.

The idea is that of Nakandala, Kumar & Papakonstantinou 2019 (SIGMOD, doi 10.1145/3299869.3319874).
"""

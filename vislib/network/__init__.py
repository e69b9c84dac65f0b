"""Runs a graph: scores, feature maps and gradients, NumPy in and out."""

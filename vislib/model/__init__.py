"""The classifier: a network with its labels, its input size and its preprocessing."""

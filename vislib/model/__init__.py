"""What people hold: a network with its labels, its input size and its preprocessing."""

"""Makes a graph quicker to compute. Nothing here changes a result beyond rounding, so all of it is optional."""

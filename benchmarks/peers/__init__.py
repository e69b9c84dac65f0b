"""vislib beside its peers: the same networks, images and methods, run in turns; see `__main__`."""

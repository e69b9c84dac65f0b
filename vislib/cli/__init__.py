"""The command line, `python -m vislib`."""

"""Model files that anyone may have made: looked at, tried in a process of its own, then loaded."""

from vislib.model_file.load import ModelFile, load_model_file

__all__ = ["ModelFile", "load_model_file"]

"""Loads model files from unknown sources: each is checked, tried in a separate process, then loaded."""

from vislib.model_file.load import ModelFile, ModelFileWarning, load_model_file

__all__ = ["ModelFile", "ModelFileWarning", "load_model_file"]

"""The exceptions that vislib raises.

Every message is one or two plain sentences: what is wrong, what was given, what is accepted. It can be shown to the
user without changes.
"""

from collections.abc import Iterable


class VislibError(Exception):
    """Base class of all exceptions that vislib raises."""


class ImageError(VislibError):
    """The image cannot be read or is not accepted."""


class ModelError(VislibError):
    """The model cannot be loaded, or vislib cannot look inside it."""


class LayerError(VislibError):
    """The named layer does not exist or has nothing to show."""


class ParameterError(VislibError):
    """A parameter has a value that is not accepted."""


class DatasetError(VislibError):
    """The data set is missing, damaged or not in an accepted form."""


class ArchiveError(VislibError):
    """The zip file is damaged, too large, or has content that is not accepted."""


class TrainingError(VislibError):
    """The training cannot start or continue, or has no result."""


def listed(names: Iterable[object], most: int = 12) -> str:
    """Names joined for an error sentence; a list of more than `most` names is cut, and its length is added."""
    every = [str(name) for name in names]
    if len(every) <= most:
        return ", ".join(every)
    return f"{', '.join(every[:most])}, … ({len(every)} in all)"

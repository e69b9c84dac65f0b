"""What vislib raises when it cannot do what was asked.

Every message is one or two plain sentences: what was wrong, what came, what is accepted. It can be
shown to a person as it is.
"""

from collections.abc import Iterable


class VislibError(Exception):
    """Base of everything vislib raises on purpose."""


class ImageError(VislibError):
    """The image cannot be read or is not acceptable."""


class ModelError(VislibError):
    """The model cannot be loaded, or vislib cannot look inside it."""


class LayerError(VislibError):
    """The named layer does not exist or has nothing to show."""


class ParameterError(VislibError):
    """A parameter is outside what it accepts."""


class DatasetError(VislibError):
    """The data set is missing, damaged or not what it should be."""


class ArchiveError(VislibError):
    """The zip file is damaged, too large, or holds what it should not."""


class TrainingError(VislibError):
    """The training cannot go on."""


def listed(names: Iterable[object], most: int = 12) -> str:
    """Names joined for an error sentence; a long list is cut and its length told."""
    every = [str(name) for name in names]
    if len(every) <= most:
        return ", ".join(every)
    return f"{', '.join(every[:most])}, … ({len(every)} in all)"

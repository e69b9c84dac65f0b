"""The exceptions that vislib raises.

Every message is one or two plain sentences: what is wrong, what was given, what is accepted. It can be shown to the
user without changes.
"""

import sys
import warnings
from collections.abc import Iterable

from vislib.language import Text, listing, text, tr


class VislibError(Exception):
    """Base class of all exceptions that vislib raises.

    Example:
        >>> issubclass(vislib.ImageError, vislib.VislibError)
        True
    """

    def __str__(self) -> str:
        """The message in the language in use."""
        return _shown(self)


class ImageError(VislibError):
    """The image cannot be read or is not accepted.

    Example:
        >>> vislib.load_image(b"")
        Traceback (most recent call last):
            ...
        vislib.errors.ImageError: The file is empty (0 bytes). ...
    """


class ModelError(VislibError):
    """The model cannot be loaded, or vislib cannot look inside it.

    Example:
        >>> vislib.load_classifier("digit")
        Traceback (most recent call last):
            ...
        vislib.errors.ModelError: There is no built-in network 'digit', and no file of that name. ...
    """


class LayerError(VislibError):
    """The named layer does not exist or has nothing to show.

    Example:
        >>> vislib.filters(classifier, "pool")
        Traceback (most recent call last):
            ...
        vislib.errors.LayerError: layer 'pool' has no kernels in digits. Layers with kernels: conv1, conv2.
    """


class ParameterError(VislibError):
    """A parameter has a value that is not accepted.

    Example:
        >>> vislib.explain("grad-cam", classifier, image, 10)
        Traceback (most recent call last):
            ...
        vislib.errors.ParameterError: Class numbers of digits go from 0 to 9; not 10.
    """


class DatasetError(VislibError):
    """The data set is missing, damaged or not in an accepted form."""


class ArchiveError(VislibError):
    """The zip file is damaged, too large, or has content that is not accepted."""


class TrainingError(VislibError):
    """The training cannot start or continue, or has no result."""


class VislibWarning(UserWarning):
    """Says how something was understood that could be meant otherwise; shown once for each line that calls vislib.

    Example:
        >>> issubclass(vislib.VislibWarning, UserWarning)
        True
    """

    def __str__(self) -> str:
        """The message in the language in use."""
        return _shown(self)


def _shown(raised: BaseException) -> str:
    return (
        tr(raised.args[0])
        if len(raised.args) == 1 and isinstance(raised.args[0], Text)
        else ", ".join(map(str, raised.args))
    )


def warn(sentence: str) -> None:
    """Warns with one sentence at the line outside vislib that led here."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_globals.get("__name__", "").split(".")[0] == "vislib":
        frame, level = frame.f_back, level + 1
    warnings.warn(sentence, VislibWarning, stacklevel=level)


def listed(names: Iterable[object], most: int = 12) -> str:
    """Names joined for an error sentence; a list of more than `most` names is cut, and its length is added."""
    every = [name if isinstance(name, str) else str(name) for name in names]
    if len(every) <= most:
        return listing(every, "plain")
    return text("{names}, … ({n} in all)", names=listing(every[:most], "plain"), n=len(every))

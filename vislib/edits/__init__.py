"""What if the image were another one: edits as data, and what a network says then.

edited = vislib.edits.apply(image, [Erase(((0.5, 0.4),), 0.1), Rotate(15)])
change = vislib.edits.what_if(classifier, image, Rotate(15))
curve = vislib.edits.sweep(classifier, image, Rotate, range(-45, 46, 5))
found = vislib.edits.least_covering(classifier, image)
"""

from vislib.edits.base import Edit, apply, editable
from vislib.edits.brush import Erase, Paint
from vislib.edits.change import Change, compared, map_difference, what_if
from vislib.edits.cover import Cover
from vislib.edits.fills import FILLS
from vislib.edits.geometry import BORDERS, Crop, Rotate, Scale, Shift
from vislib.edits.least_covering import GOALS, LeastCovering, least_covering
from vislib.edits.light import Blur, Brightness, Contrast, Noise
from vislib.edits.pieces import Copy, Move
from vislib.edits.sweep import Sweep, sweep
from vislib.edits.text import edit_of, of_short_text, python_lines, short_text, usage

__all__ = [
    "BORDERS",
    "FILLS",
    "GOALS",
    "Blur",
    "Brightness",
    "Change",
    "Contrast",
    "Copy",
    "Cover",
    "Crop",
    "Edit",
    "Erase",
    "LeastCovering",
    "Move",
    "Noise",
    "Paint",
    "Rotate",
    "Scale",
    "Shift",
    "Sweep",
    "apply",
    "compared",
    "edit_of",
    "editable",
    "least_covering",
    "map_difference",
    "of_short_text",
    "python_lines",
    "short_text",
    "sweep",
    "usage",
    "what_if",
]

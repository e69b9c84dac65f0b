"""Shows a result in a notebook, or in a window of pyplot."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from vislib.errors import warn
from vislib.language import text
from vislib.output import export
from vislib.progress import in_notebook

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WIDTH = 560
"""Width of a figure in a notebook, in CSS pixels."""


def show(result: object, draw: Callable[["Figure | None"], "Figure"], as_figure: bool = False) -> None:
    """Displays a result in a notebook; elsewhere in a window, if the program has imported pyplot.

    Without both nothing opens, and a `VislibWarning` says what to do: a library that opens windows by itself would stop
    a script on a server.

    Args:
        result: What a notebook displays.
        draw: Draws the result on a figure of pyplot, or without one on its own, and returns the figure.
        as_figure: Whether a notebook displays the figure, too, instead of the result's own view.
    """
    pyplot = sys.modules.get("matplotlib.pyplot")
    if in_notebook():
        from IPython.display import Image, display

        # IPython shows a figure by itself only after pyplot was imported.
        display(Image(export.figure_bytes(draw(None), "png"), width=_WIDTH) if as_figure else result)
    elif pyplot is not None:
        draw(pyplot.figure(layout="constrained"))
        pyplot.show()
    else:
        warn(
            text(
                "There is no notebook to show it in. Write it to a file with .save('name.png'), or import "
                "matplotlib.pyplot first, and a window opens."
            )
        )

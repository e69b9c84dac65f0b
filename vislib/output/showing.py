"""Shows a result to the person who runs the code: in the notebook, or in a window of pyplot."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from vislib.errors import warn
from vislib.progress import in_notebook

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def show(result: object, draw: Callable[["Figure"], object]) -> None:
    """Displays a result in a notebook; elsewhere in a window, if the program has imported pyplot.

    Without both nothing opens, and a `VislibWarning` says what to do: a library that opens windows by itself would stop
    a script on a server.

    Args:
        result: What a notebook displays.
        draw: Draws the result on a figure of pyplot.
    """
    pyplot = sys.modules.get("matplotlib.pyplot")
    if in_notebook():
        from IPython.display import display

        display(result)
    elif pyplot is not None:
        draw(pyplot.figure(layout="constrained"))
        pyplot.show()
    else:
        warn(
            "There is no notebook to show it in. Write it to a file with .save('name.png'), or import "
            "matplotlib.pyplot first, and a window opens."
        )

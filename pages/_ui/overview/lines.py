"""Lines at a glance: from the chosen number back to the channels of the stage before that made it."""

from collections.abc import Mapping, Sequence

import numpy as np

import vislib
from pages._ui.overview import operation_view
from pages._ui.results.look import short_number
from pages._ui.server import work
from pages._ui.shell.context import Context
from pages._ui.widgets.tiles import Line
from vislib.activations.contributions import contributions


def lines(context: Context, shown: Mapping[str, Sequence[int]], answer: str) -> tuple[list[Line], str]:
    """The lines between the tiles, and a sentence about them; none where nothing is known.

    Args:
        context: The network, the image and the target.
        shown: The channels that have a tile, for the layer of each stage.
        answer: The id of the bar of what is explained; "" if it has none.
    """
    layers = list(shown)
    chosen = operation_view.chosen()
    if chosen is None and answer:
        target, source, end = context.target, layers[-1], answer
        what = f"the {context.classifier.target(target).in_words()}"
    elif chosen is not None and chosen[0] in layers[1:] and chosen[1] in shown[chosen[0]]:
        layer, channel = chosen
        row, column = operation_view.place(context.classifier.network.map_node(layer).output.shape[1:3])
        target = vislib.targets.Neuron(layer, channel, row, column)
        source, end, what = layers[layers.index(layer) - 1], f"{layer}|{channel}", f"the number of channel {channel}"
    else:
        return [], ""
    key = context.key("contributions", source, end, context.target_key if chosen is None else target)
    try:
        found = work.stored(key, lambda: contributions(context.classifier, context.image, target, source))
    except vislib.VislibError:
        return [], ""
    every = {channel: float(found[channel]) for channel in shown[source]}
    largest = float(np.abs(found).max())
    if largest == 0:
        return [], ""
    drawn = [
        Line(f"{source}|{channel}", end, abs(value) / largest, value > 0) for channel, value in every.items() if value
    ]
    first = int(np.abs(found).argmax())
    other = (
        f" The largest of all is channel {first}: {short_number(float(found[first]))}." if first not in every else ""
    )
    return drawn, (
        f"Lines: what the shown channels of {source} contribute to {what} (activation × gradient). Wider: more; "
        f"red raises it, blue lowers it. Together {short_number(sum(every.values()))} of "
        f"{short_number(float(found.sum()))} from all {len(found):,} channels.{other}"
    )

"""Lines at a glance: from the chosen number back to the channels of the stage before that made it."""

from collections.abc import Mapping, Sequence

import numpy as np

import vislib
from pages._ui.overview import operation_view
from pages._ui.server import work
from pages._ui.shell.context import Context
from pages._ui.widgets.tiles import Line
from vislib.activations.contributions import contributions
from vislib.language import Text, sentences, short_number, text


def lines(context: Context, shown: Mapping[str, Sequence[int]], answer: str) -> tuple[list[Line], Text | None]:
    """The lines between the tiles, and sentences about them; none where nothing is known.

    Args:
        context: The network, the image and the target.
        shown: The channels that have a tile, for the layer of each stage.
        answer: The id of the bar of what is explained; "" if it has none.
    """
    layers = list(shown)
    chosen = operation_view.chosen(context)
    if chosen is None and answer:
        target, source, end = context.target, layers[-1], answer
        what = text("the {target}", target=context.classifier.target(target).in_words())
    elif chosen is not None and chosen[0] in layers[1:] and chosen[1] in shown[chosen[0]]:
        layer, channel = chosen
        row, column = operation_view.place(context.classifier.network.map_node(layer).output.shape[1:3])
        target = vislib.targets.Neuron(layer, channel, row, column)
        source, end = layers[layers.index(layer) - 1], f"{layer}|{channel}"
        what = text("the number of channel {channel}", channel=channel)
    else:
        return [], None
    key = context.key("contributions", source, end, context.target_key if chosen is None else target)
    try:
        found = work.stored(key, lambda: contributions(context.classifier, context.image, target, source))
    except vislib.VislibError:
        return [], None
    every = {channel: float(found[channel]) for channel in shown[source]}
    largest = float(np.abs(found).max())
    if largest == 0:
        return [], None
    drawn = [
        Line(f"{source}|{channel}", end, abs(value) / largest, value > 0) for channel, value in every.items() if value
    ]
    first = int(np.abs(found).argmax())
    largest_of_all = text(
        "The largest of all is channel {channel}: {value}.", channel=first, value=short_number(float(found[first]))
    )
    said = text(
        "Lines: what the shown channels of {layer} contribute to {what} (activation × gradient). Wider: more; red "
        "raises it, blue lowers it. Together {part} of {total} from all {n:,} channels.",
        layer=source,
        what=what,
        part=short_number(sum(every.values())),
        total=short_number(float(found.sum())),
        n=len(found),
    )
    return drawn, sentences(said, "" if first in every else largest_of_all)

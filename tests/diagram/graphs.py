"""Layer tables made up for tests."""

from hypothesis import strategies as st

from vislib.graph.layer_kinds import layer_kind_named
from vislib.layers.receptive_field import ReceptiveField, Span
from vislib.layers.table import LayerRow, LayerTable

FIELD = ReceptiveField(Span(1, (0,), (0,)), Span(1, (0,), (0,)))


def row(name, inputs, side=8, kind=None):
    kind = kind or ("Add" if len(inputs) > 1 else "Conv2D")
    field, what = FIELD if side else None, layer_kind_named(kind)
    return LayerRow(name, kind, tuple(inputs), (side, side, 4), 10, 10, 5, 64, "", "", field, what)


def table_of(connections, sides=None):
    """A table of layers by name with the names of what comes before ("" for the input)."""
    sides = sides or {}
    rows = tuple(row(name, inputs, sides.get(name, 8)) for name, inputs in connections.items())
    return LayerTable("made up", (8, 8, 3), rows, 1, ())


@st.composite
def random_tables(draw):
    """Any graph of up to 25 layers in which each leads on to the last one."""
    n = draw(st.integers(1, 25))
    names = [""] + [f"layer{index}" for index in range(n)]
    inputs = {}
    for index in range(1, n + 1):
        before = draw(st.lists(st.integers(max(0, index - 6), index - 1), min_size=1, max_size=3, unique=True))
        inputs[index] = before
    used = {source for sources in inputs.values() for source in sources}
    inputs[n] = sorted({*inputs[n], *(index for index in range(1, n) if index not in used)})
    side, sides = 32, {}
    for index in range(1, n + 1):
        side = max(1, side // draw(st.sampled_from([1, 1, 1, 2])))
        sides[names[index]] = side
    return table_of({names[index]: [names[source] for source in sources] for index, sources in inputs.items()}, sides)


def unet_table():
    """Two levels down and up; a residual block in the encoder; Keras's names."""
    sides = {"conv2d": 32, "conv2d_1": 32, "add": 32, "down": 16, "conv2d_2": 16, "deep": 8, "up": 16, "join": 16}
    sides |= {"conv2d_3": 16, "up_1": 32, "join_1": 32, "conv2d_4": 32, "conv2d_5": 32, "classes": 32}
    before = {"conv2d": [""], "conv2d_1": ["conv2d"], "add": ["conv2d", "conv2d_1"], "down": ["add"]}
    before |= {"conv2d_2": ["down"], "deep": ["conv2d_2"], "up": ["deep"], "join": ["up", "conv2d_2"]}
    before |= {"conv2d_3": ["join"], "up_1": ["conv2d_3"], "join_1": ["up_1", "add"], "conv2d_4": ["join_1"]}
    return table_of(before | {"conv2d_5": ["conv2d_4"], "classes": ["conv2d_5"]}, sides)

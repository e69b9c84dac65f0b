"""Receptive fields: which input pixels a unit of a feature map can depend on.

It is propagated through the graph as an interval of pixels for each unit. All units of most maps see intervals of one
length, one stride apart. Upsampling and transposed convolution divide the stride, and neighbouring units then see
intervals of different lengths. See Araujo, Norris & Sim 2019, https://distill.pub/2019/computing-receptive-fields.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vislib.graph.reach import spread_of, windows_of
from vislib.images.fitting import Box

if TYPE_CHECKING:
    from vislib.graph.graph import Graph, Node


@dataclass(frozen=True)
class Span:
    """The intervals of all units along one axis, which repeat every p = len(lows) units, `step` pixels further.

    Unit q·p + r depends on the input pixels q·step + lows[r] … q·step + highs[r], inclusive.
    """

    step: int
    lows: tuple[int, ...]
    highs: tuple[int, ...]

    @property
    def stride(self) -> float:
        """Pixels between neighbouring units, on average."""
        return self.step / len(self.lows)

    @property
    def size(self) -> int:
        """Pixels of the longest interval."""
        return max(high - low for low, high in zip(self.lows, self.highs, strict=True)) + 1

    def of(self, unit: int) -> tuple[int, int]:
        """The first and the last pixel of a unit's interval; the unit may lie outside the map, in its padding."""
        times, r = divmod(unit, len(self.lows))
        return times * self.step + self.lows[r], times * self.step + self.highs[r]


@dataclass(frozen=True)
class ReceptiveField:
    """The receptive field of a layer's units, before it is clipped to the image.

    Attributes:
        rows: The intervals along the height.
        columns: The intervals along the width.

    Example:
        >>> field = vislib.layers.receptive_fields(classifier.network.graph)["pool"]
        >>> field.size, field.stride
        ((6, 6), (2, 2))
    """

    rows: Span
    columns: Span

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in input pixels, of the unit that sees most."""
        return self.rows.size, self.columns.size

    @property
    def stride(self) -> tuple[float, float]:
        """Input pixels between neighbouring units, (vertical, horizontal); 0 if every unit sees the whole image.

        A map larger than the image has a stride below 1.
        """
        return _plain(self.rows.stride), _plain(self.columns.stride)

    @property
    def offset(self) -> tuple[int, int]:
        """(row, column) of the first pixel that unit (0, 0) can depend on; negative within the padding."""
        return self.rows.lows[0], self.columns.lows[0]

    def box(self, row: int, column: int, input_size: tuple[int, int]) -> Box:
        """The input pixels that the unit at (row, column) can depend on, clipped to the input (height, width)."""
        top, bottom = _inside(self.rows, row, input_size[0])
        left, right = _inside(self.columns, column, input_size[1])
        return Box(top, left, bottom - top, right - left)


def receptive_fields(graph: "Graph") -> dict[str, ReceptiveField]:
    """The receptive field of every layer with feature maps, by layer name.

    A layer that mixes all positions (global pooling, and maps multiplied with it, as in
    squeeze-and-excitation) depends on the whole input, and so do all layers after it.

    Example:
        >>> vislib.layers.receptive_fields(classifier.network.graph)["conv2"].size
        (5, 5)
    """
    height, width = graph.input.shape[1:3]
    whole = ReceptiveField(Span(0, (0,), (height - 1,)), Span(0, (0,), (width - 1,)))
    known: dict[int, ReceptiveField] = {id(graph.input): ReceptiveField(Span(1, (0,), (0,)), Span(1, (0,), (0,)))}
    fields = {}
    for node in graph.nodes:
        before = [known[id(tensor)] for tensor in node.inputs if id(tensor) in known]
        field = _of(node, before, whole)
        known[id(node.output)] = field
        if node.has_map:
            fields[node.name] = field
    return fields


def _of(node: "Node", before: list[ReceptiveField], whole: ReceptiveField) -> ReceptiveField:
    if not before or not node.has_map:
        return whole
    windows, spread = windows_of(node), spread_of(node)
    spans = []
    for axis in (0, 1):
        joined = _join((field.rows, field.columns)[axis] for field in before)
        if joined is None or joined.step == 0:
            return whole
        if windows is not None:
            spans.append(_through_window(joined, *windows[axis]))
        elif spread is not None:
            spans.append(_spread(joined, *spread[axis]))
        else:
            return whole
    return ReceptiveField(*spans)


def _inside(span: Span, unit: int, n_pixels: int) -> tuple[int, int]:
    """The first pixel of a unit's interval and the one behind its last, clipped to the image."""
    first, last = span.of(unit)
    return max(0, first), min(n_pixels, last + 1)


def _plain(stride: float) -> float:
    return int(stride) if stride == int(stride) else stride


def _through_window(span: Span, kernel: int, stride: int, dilation: int, pad: int) -> Span:
    period = len(span.lows) // math.gcd(len(span.lows), stride)
    firsts = [unit * stride - pad for unit in range(period)]
    return Span(
        span.step * period * stride // len(span.lows),
        tuple(span.of(first)[0] for first in firsts),
        tuple(span.of(first + dilation * (kernel - 1))[1] for first in firsts),
    )


def _spread(span: Span, kernel: int, factor: int, pad: int) -> Span:
    """Of an enlarged map. A unit between the kernels of a transposed convolution sees nothing; it is given one."""
    units = range(len(span.lows) * factor)
    lasts = [(unit + pad) // factor for unit in units]
    firsts = [min(-((kernel - 1 - unit - pad) // factor), last) for unit, last in zip(units, lasts, strict=True)]
    return Span(span.step, tuple(span.of(first)[0] for first in firsts), tuple(span.of(last)[1] for last in lasts))


def _join(spans: Iterable[Span]) -> Span | None:
    spans = list(spans)
    if len({span.stride for span in spans}) != 1:
        return None  # branches of different stride: one of them depends on the whole input
    period = math.lcm(*(len(span.lows) for span in spans))
    seen = [[span.of(unit) for span in spans] for unit in range(period)]
    return Span(
        round(spans[0].stride * period),
        tuple(min(low for low, _ in unit) for unit in seen),
        tuple(max(high for _, high in unit) for unit in seen),
    )


def stacked_field(kernels: Sequence[int], strides: Sequence[int], dilations: Sequence[int] | None = None) -> int:
    """The receptive field in pixels along one axis after consecutive layers: 1 + Σ d·(k − 1) · Π strides before.

    Args:
        kernels: The kernel size of each layer, from the first layer on.
        strides: The stride of each layer.
        dilations: The dilation d of each layer; by default 1.
    """
    size, step = 1, 1
    for kernel, stride, dilation in zip(kernels, strides, dilations or [1] * len(kernels), strict=True):
        size += dilation * (kernel - 1) * step
        step *= stride
    return size

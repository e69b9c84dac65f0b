"""Receptive fields: which input pixels a unit of a feature map can depend on.

It is propagated through the graph as an interval: unit i of a map depends on the input rows
i·stride + low … i·stride + high. See Araujo, Norris & Sim 2019, https://distill.pub/2019/computing-receptive-fields.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vislib.graph.reach import windows_of
from vislib.images.fitting import Box

if TYPE_CHECKING:
    from vislib.graph.graph import Graph, Node


@dataclass(frozen=True)
class Span:
    """The interval along one axis: unit i depends on the input pixels i·stride + low … i·stride + high, inclusive."""

    stride: float
    low: float
    high: float


@dataclass(frozen=True)
class ReceptiveField:
    """The receptive field of a layer's units, before it is clipped to the image.

    Attributes:
        rows: The interval along the height.
        columns: The interval along the width.
    """

    rows: Span
    columns: Span

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in input pixels."""
        return int(self.rows.high - self.rows.low) + 1, int(self.columns.high - self.columns.low) + 1

    @property
    def stride(self) -> tuple[int, int]:
        """Input pixels between neighbouring units, (vertical, horizontal)."""
        return int(self.rows.stride), int(self.columns.stride)

    @property
    def offset(self) -> tuple[int, int]:
        """(row, column) of the first pixel that unit (0, 0) can depend on; negative within the padding."""
        return int(self.rows.low), int(self.columns.low)

    def box(self, row: int, column: int, input_size: tuple[int, int]) -> Box:
        """The input pixels that the unit at (row, column) can depend on, clipped to the input (height, width)."""
        top = max(0.0, row * self.rows.stride + self.rows.low)
        left = max(0.0, column * self.columns.stride + self.columns.low)
        bottom = min(float(input_size[0]), row * self.rows.stride + self.rows.high + 1)
        right = min(float(input_size[1]), column * self.columns.stride + self.columns.high + 1)
        return Box(top, left, bottom - top, right - left)


def receptive_fields(graph: "Graph") -> dict[str, ReceptiveField]:
    """The receptive field of every layer with feature maps, by layer name.

    A layer that mixes all positions (global pooling, and maps multiplied with it, as in
    squeeze-and-excitation) depends on the whole input, and so do all layers after it.
    """
    height, width = graph.input.shape[1:3]
    whole = ReceptiveField(Span(0, 0, height - 1), Span(0, 0, width - 1))
    known: dict[int, ReceptiveField] = {id(graph.input): ReceptiveField(Span(1, 0, 0), Span(1, 0, 0))}
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
    windows = windows_of(node)
    if windows is None:
        return whole
    spans = []
    for axis, (kernel, stride, dilation, pad) in enumerate(windows):
        every = [(field.rows, field.columns)[axis] for field in before]
        joined = _join(every)
        if joined is None:
            return whole
        reach = dilation * (kernel - 1) - pad
        spans.append(
            Span(joined.stride * stride, joined.low - pad * joined.stride, joined.high + reach * joined.stride)
        )
    return ReceptiveField(*spans)


def _join(spans: Iterable[Span]) -> Span | None:
    spans = list(spans)
    if len({span.stride for span in spans}) != 1:
        return None  # branches of different stride: one of them depends on the whole input
    return Span(spans[0].stride, min(span.low for span in spans), max(span.high for span in spans))


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

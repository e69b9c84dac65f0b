"""The places of a sliding window, and their number: output sizes of convolution and pooling.

    output = ⌊(n + 2p − f) / s⌋ + 1        (n pixels, p padding on each side, window of f pixels, stride s)

With dilation d a kernel of k weights is a window of f = d·(k − 1) + 1 pixels. "valid" is p = 0, which is
⌈(n − f + 1) / s⌉. "same" pads until the output is ⌈n / s⌉; an odd pixel goes to the end, as in Keras.
"""

from dataclasses import dataclass

import numpy as np

from vislib.errors import ParameterError
from vislib.language import text

Pair = int | tuple[int, int]
Padding = str | int | tuple[int, int] | tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Axis:
    """A sliding window along one axis.

    Args:
        size: Pixels of the input, at least 1.
        kernel: Weights of the kernel, at least 1.
        stride: Pixels from one place of the window to the next, at least 1.
        padding: "valid" (none), "same", or pixels (before, after).
        dilation: Pixels from one weight to the next, at least 1.

    Raises:
        ParameterError: If a value is out of range, or the window does not fit even once.

    Example:
        >>> vislib.arithmetic.Axis(5, 3).formula
        '⌊(5 + 2·0 − 3) / 1⌋ + 1 = 3'
    """

    size: int
    kernel: int
    stride: int = 1
    padding: str | tuple[int, int] = "valid"
    dilation: int = 1

    def __post_init__(self) -> None:
        for name in ("size", "kernel", "stride", "dilation"):
            value = getattr(self, name)
            if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < 1:
                raise ParameterError(
                    text("`{name}` must be a whole number from 1; not {value!r}.", name=name, value=value)
                )
        if isinstance(self.padding, str):
            if self.padding not in ("valid", "same"):
                raise ParameterError(
                    text('`padding` must be "valid", "same" or pixels; not \'{padding}\'.', padding=self.padding)
                )
        elif min(self.padding) < 0:
            raise ParameterError(text("`padding` must be at least 0 pixels; not {padding}.", padding=min(self.padding)))
        if self.output < 1:
            raise ParameterError(
                text(
                    "A window of {extent} pixels does not fit into {room} ({size} and {padding} of padding): "
                    "make the kernel or the dilation smaller, or the padding larger.",
                    extent=self.extent,
                    room=self.size + self.before + self.after,
                    size=self.size,
                    padding=self.before + self.after,
                )
            )

    @property
    def extent(self) -> int:
        """Pixels from the window's first to its last: f = d·(k − 1) + 1."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def before(self) -> int:
        """Pixels of padding before the first pixel."""
        return self._same_padding // 2 if self.padding == "same" else self._explicit[0]

    @property
    def after(self) -> int:
        """Pixels of padding after the last pixel."""
        return self._same_padding - self.before if self.padding == "same" else self._explicit[1]

    @property
    def output(self) -> int:
        """The number of places of the window."""
        if self.padding == "same":
            return -(-self.size // self.stride)
        return (self.size + sum(self._explicit) - self.extent) // self.stride + 1

    def inputs(self, place: int) -> np.ndarray:
        """The pixels (kernel,) in the window at a place, from 0; pixels below 0 or from `size` on are padding."""
        if not 0 <= place < self.output:
            raise ParameterError(
                text("The window has places 0 to {last}; not {place}.", last=self.output - 1, place=place)
            )
        return place * self.stride - self.before + self.dilation * np.arange(self.kernel)

    def spans(self) -> list[tuple[int, int]]:
        """For each place of the window its first pixel, and the one after its last."""
        return [(int(pixels[0]), int(pixels[-1]) + 1) for pixels in map(self.inputs, range(self.output))]

    def spans_after(self, pooling: "Axis") -> list[tuple[int, int]]:
        """The same for each place of a pooling window that slides over the places of this one."""
        spans = self.spans()
        inside = [np.clip(pooling.inputs(place), 0, len(spans) - 1) for place in range(pooling.output)]
        return [(spans[places[0]][0], spans[places[-1]][1]) for places in inside]

    @property
    def formula(self) -> str:
        """The output size as a formula with its numbers: "⌊(5 + 2·0 − 3) / 1⌋ + 1 = 3"."""
        if self.padding == "same":
            return f"⌈{self.size} / {self.stride}⌉ = {self.output}"
        window = str(self.kernel) if self.dilation == 1 else f"({self.dilation}·({self.kernel} − 1) + 1)"
        padding = f"2·{self.before}" if self.before == self.after else f"{self.before} + {self.after}"
        return f"⌊({self.size} + {padding} − {window}) / {self.stride}⌋ + 1 = {self.output}"

    @property
    def symbols(self) -> str:
        """The same formula in letters."""
        if self.padding == "same":
            return "⌈n / s⌉"
        window = "f" if self.dilation == 1 else "(d·(k − 1) + 1)"
        return f"⌊(n + {'2p' if self.before == self.after else 'p₁ + p₂'} − {window}) / s⌋ + 1"

    @property
    def _explicit(self) -> tuple[int, int]:
        return (0, 0) if isinstance(self.padding, str) else self.padding

    @property
    def _same_padding(self) -> int:
        return max((self.output - 1) * self.stride + self.extent - self.size, 0)


def axes(
    size: tuple[int, int], kernel: Pair, stride: Pair = 1, padding: Padding = "valid", dilation: Pair = 1
) -> tuple[Axis, Axis]:
    """The sliding window along rows and along columns.

    Args:
        size: (height, width) of the input in pixels.
        kernel: One number for both axes, or (rows, columns); `stride` and `dilation` have the same form.
        padding: "valid", "same", pixels on every side, (rows, columns), or ((top, bottom), (left, right)).

    Raises:
        ParameterError: If a value is out of range or the window does not fit.

    Example:
        >>> rows, columns = vislib.arithmetic.axes((5, 7), kernel=3, stride=2)
        >>> rows.output, columns.output
        (2, 3)
    """
    kernels, strides, dilations = _pair(kernel, "kernel"), _pair(stride, "stride"), _pair(dilation, "dilation")
    paddings = (padding, padding) if isinstance(padding, str) else tuple(map(_sides, _pair(padding, "padding")))
    rows, columns = (Axis(size[k], kernels[k], strides[k], paddings[k], dilations[k]) for k in (0, 1))
    return rows, columns


def output_size(
    size: tuple[int, int], kernel: Pair, stride: Pair = 1, padding: Padding = "valid", dilation: Pair = 1
) -> tuple[int, int]:
    """(height, width) of the output of a convolution or pooling for an input of `size`; arguments as for `axes`.

    Example:
        >>> vislib.arithmetic.output_size((224, 224), kernel=3, stride=2, padding="same")
        (112, 112)
    """
    rows, columns = axes(size, kernel, stride, padding, dilation)
    return rows.output, columns.output


def _pair(value, name: str) -> tuple:
    if isinstance(value, int | np.integer):
        return value, value
    if isinstance(value, tuple | list) and len(value) == 2:
        return tuple(value)
    raise ParameterError(
        text(
            "`{name}` must be one whole number, or one for rows and one for columns; not {value!r}.",
            name=name,
            value=value,
        )
    )


def _sides(value) -> tuple[int, int]:
    before, after = _pair(value, "padding")
    if not all(isinstance(side, int | np.integer) for side in (before, after)):
        raise ParameterError(text("`padding` must be in whole pixels; not {value!r}.", value=value))
    return before, after

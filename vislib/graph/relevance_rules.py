"""The rules of layer-wise relevance propagation (LRP), and the composites that say which rule a layer has, as data.

A unit z = Σ_i x_i w_i + b of a convolution or a dense layer has the relevance R. A rule divides R among its inputs x_i
in proportion to products of a changed input and a changed weight:

    R_i = Σ_units x'_i w'_i · share · R / Σ_i' (x'_i' w'_i' + b')

so a rule is a list of such products. Overview: Montavon et al. 2019, "Layer-Wise Relevance Propagation: An Overview".
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vislib.errors import ParameterError, listed
from vislib.language import text

Change = Callable[[Any], Any]
"""Changes a tensor, such as to its positive part."""


@dataclass(frozen=True)
class Box:
    """The lowest and the highest value of a layer's input, tensors that broadcast to it."""

    low: Any
    high: Any


def same(x: Any) -> Any:
    return x


def positive(x: Any) -> Any:
    return _tf().maximum(x, 0.0)


def negative(x: Any) -> Any:
    return _tf().minimum(x, 0.0)


def zero(x: Any) -> Any:
    return _tf().zeros_like(x)


def one(x: Any) -> Any:
    return _tf().ones_like(x)


def _tf() -> Any:
    from vislib.backend import tf

    return tf


@dataclass(frozen=True)
class Product:
    """One pass through the layer with changed inputs, kernel and bias; its outputs are multiplied by `sign`.

    `inputs` is a change of x, or "low" or "high" for the bounds of the layer's `Box`.
    """

    inputs: Change | str
    kernel: Change
    bias: Change = zero
    sign: float = 1.0

    def input_of(self, x: Any, box: Box | None) -> Any:
        if callable(self.inputs):
            return self.inputs(x)
        assert box is not None
        return _tf().broadcast_to(getattr(box, self.inputs), _tf().shape(x))


@dataclass(frozen=True)
class Group:
    """Products with a common sum, and the share of the relevance that they divide among the inputs.

    `of` says which units: "all", or those whose own output z is "positive" or "negative".
    """

    products: tuple[Product, ...]
    share: float = 1.0
    of: str = "all"


@dataclass(frozen=True)
class Rule:
    """A rule: its name and its groups of products."""

    name: str
    groups: tuple[Group, ...]

    @property
    def needs_box(self) -> bool:
        return any(not callable(product.inputs) for group in self.groups for product in group.products)


EPSILON = Rule("ε", (Group((Product(same, same, same),)),))
"""x w: with ε → 0, LRP-0. The small ε that every rule adds to the sum is the composite's. Bach et al. 2015."""

Z_PLUS = Rule("z⁺", (Group((Product(positive, positive, positive), Product(negative, negative))),))
"""Only products above 0. Montavon et al. 2017, arXiv 1512.02479."""

W_SQUARE = Rule("w²", (Group((Product(one, lambda w: w * w),)),))
"""Squared weights, without the inputs. Montavon et al. 2017, arXiv 1512.02479."""

FLAT = Rule("flat", (Group((Product(one, one),)),))
"""The same for every input of the window. Lapuschkin et al. 2019, arXiv 1902.10178."""

Z_BOX = Rule(
    "zᴮ",
    (
        Group(
            (Product(same, same), Product("low", positive, sign=-1.0), Product("high", negative, sign=-1.0)),
        ),
    ),
)
"""x w − low w⁺ − high w⁻, for inputs between two bounds, as pixels are. Montavon et al. 2017, arXiv 1512.02479."""


def alpha_beta(alpha: float, beta: float) -> Rule:
    """α times the share of the products above 0, less β times that of the products below 0; α − β = 1.

    Reference: Bach et al. 2015, "On Pixel-Wise Explanations for Non-Linear Classifier Decisions", equation 60.
    """
    above = Group((Product(positive, positive, positive), Product(negative, negative)), alpha)
    below = Group((Product(positive, negative, negative), Product(negative, positive)), -beta)
    return Rule(f"α{alpha:g}β{beta:g}", (above, below))


def gamma(value: float) -> Rule:
    """Weights whose products have the sign of the unit's output are raised by γ.

    For outputs above 0 and inputs ≥ 0 it is x (w + γ w⁺), equation 10.13 of Montavon et al. 2019. Inputs and outputs
    below 0 are treated as in Anders et al. 2021, arXiv 2106.13200.
    """

    def up(w: Any) -> Any:
        return w + value * positive(w)

    def down(w: Any) -> Any:
        return w + value * negative(w)

    return Rule(
        f"γ = {value:g}",
        (
            Group((Product(positive, up, up), Product(negative, down)), of="positive"),
            Group((Product(positive, down, down), Product(negative, up)), of="negative"),
        ),
    )


@dataclass(frozen=True)
class Composite:
    """Which rule a layer has.

    Attributes:
        convolution: Of convolutions, also depthwise and transposed ones.
        dense: Of dense layers.
        first: Of the first convolution or dense layer, which reads the image; None for the same as the others.
        epsilon: What is added to a sum before the relevance is divided by it, as a share of the root mean square of
            the layer's sums. It takes up relevance where the products nearly cancel.
        biases: Whether biases take up their share of the relevance. Otherwise the inputs share all of it.
    """

    convolution: Rule
    dense: Rule
    first: Rule | None = None
    epsilon: float = 1e-6
    biases: bool = True

    @property
    def needs_bounds(self) -> bool:
        """Whether it needs the lowest and the highest values of an image."""
        return self.first is not None and self.first.needs_box


COMPOSITES: dict[str, Composite] = {
    "lrp-0": Composite(EPSILON, EPSILON, epsilon=1e-9),
    "epsilon": Composite(EPSILON, EPSILON, epsilon=0.25),
    "epsilon-plus": Composite(Z_PLUS, EPSILON),
    "epsilon-plus-flat": Composite(Z_PLUS, EPSILON, FLAT),
    "epsilon-gamma-box": Composite(gamma(0.25), EPSILON, Z_BOX),
    "epsilon-alpha2-beta1": Composite(alpha_beta(2, 1), EPSILON),
    "epsilon-alpha2-beta1-flat": Composite(alpha_beta(2, 1), EPSILON, FLAT),
}
"""By name. "epsilon" has an ε of a quarter of the root mean square, as in the tutorial of Montavon et al. 2019. The
others combine the rules as zennit does (Anders et al. 2021, arXiv 2106.13200). A person adds a composite by
`COMPOSITES["mine"] = Composite(...)`."""

DEFAULT_COMPOSITE = "epsilon"


def composite_named(name: str) -> Composite:
    """One of `COMPOSITES`.

    Raises:
        ParameterError: If there is none with this name.
    """
    if name not in COMPOSITES:
        raise ParameterError(
            text("There is no composite '{name}'; there are: {composites}.", name=name, composites=listed(COMPOSITES))
        )
    return COMPOSITES[name]

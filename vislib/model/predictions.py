"""What a network says about an image, and how a notebook shows it."""

from dataclasses import dataclass

from vislib import html
from vislib.language import tr, written


@dataclass(frozen=True)
class Prediction:
    """One class or output, with what the network says about it.

    Attributes:
        index: The number of the class or output.
        label: Its name.
        value: The probability of a class (0..1); in a segmentation the share of the pixels (0..1) for which the class
            is predicted; in a regression the predicted number.
        probability: The value, where it is a probability; else None.
        is_share: Whether the value is a share of 1, to be shown in percent.

    Example:
        >>> best = classifier.predict(image, top=1)[0]
        >>> best.label, best.index, best.is_share
        ('3', 3, True)
    """

    index: int
    label: str
    value: float
    probability: float | None = None
    is_share: bool = True


class Predictions(list[Prediction]):
    """A list of predictions that a notebook shows as a table.

    Example:
        >>> import vislib
        >>> classifier = vislib.load_classifier("digits")
        >>> found = classifier.predict(vislib.load_image(vislib.sample_path("digits/3.png")), top=3)
        >>> found[0].label, len(found)
        ('3', 3)
    """

    def _repr_html_(self) -> str:
        rows = [
            (each.label, written(each.value, ".2%"), html.bar(each.value), each.index)
            if each.is_share
            else (each.label, f"{each.value:.4g}", "", each.index)
            for each in self
        ]
        return html.block(tr("Predictions"), html.table(rows, (tr("label"), tr("value"), "", tr("number"))))

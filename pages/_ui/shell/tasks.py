"""The words of each task: what is chosen, what a value is called."""

from dataclasses import dataclass

from vislib.tasks import Task


@dataclass(frozen=True)
class Words:
    """How a task is spoken of.

    Attributes:
        one: One of the things that the network gives: "class".
        many: Several of them: "classes".
        chooser: The label of the choice of what is explained.
        first: The option that is chosen at first, as people read it.
        order: How the options are listed.
        value: What the number of one of them is called: "probability".
        lower: The label of the switch that explains the negative.
    """

    one: str
    many: str
    chooser: str
    first: str
    order: str
    value: str
    lower: str


_CLASS = Words(
    "class",
    "classes",
    "Class to explain",
    "Top prediction",
    "The ten most probable classes first, then all others by name.",
    "probability",
    "What speaks against the class",
)
_OUTPUT = Words(
    "output",
    "outputs",
    "Output to explain",
    "First output",
    "The outputs in the network's order.",
    "output",
    "What lowers the output",
)
_WORDS = {
    Task.MULTI_LABEL: Words(
        "label",
        "labels",
        "Label to explain",
        "Most probable label",
        "The ten most probable labels first, then all others by name.",
        "probability",
        "What speaks against the label",
    ),
    Task.SEGMENTATION: Words(
        "segment",
        "classes",
        "Segment to explain",
        "Largest segment",
        "The classes that the network sees in this image, those with the most pixels first.",
        "share of the pixels",
        "What speaks against the class",
    ),
    Task.REGRESSION: _OUTPUT,
    Task.UNKNOWN: _OUTPUT,
    Task.EMBEDDING: Words("other image", "numbers", "Similar to", "", "", "similarity", ""),
}


def words(task: Task) -> Words:
    """The words of a task."""
    return _WORDS.get(task, _CLASS)

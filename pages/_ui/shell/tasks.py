"""The words of each task: what is chosen, what a value is called."""

from dataclasses import dataclass

from vislib.language import Text, text
from vislib.tasks import Task


@dataclass(frozen=True)
class Words:
    """How a task is spoken of.

    Attributes:
        one: One of the things that the network gives: "class".
        many: Several of them: "classes".
        heading: The same as a heading: "Classes".
        chooser: The label of the choice of what is explained.
        first: The option that is chosen at first, as people read it.
        order: How the options are listed.
        value: What the number of one of them is called: "probability".
        lower: The label of the switch that explains the negative.
    """

    one: Text
    many: Text
    heading: Text
    chooser: Text
    first: Text
    order: Text
    value: Text
    lower: Text


_NOTHING = text("")
_CLASS = Words(
    text("class"),
    text("classes"),
    text("Classes"),
    text("Class to explain"),
    text("Top prediction"),
    text("The ten most probable classes first, then all others by name."),
    text("probability"),
    text("What speaks against the class"),
)
_OUTPUT = Words(
    text("output"),
    text("outputs"),
    text("Outputs"),
    text("Output to explain"),
    text("First output"),
    text("The outputs in the network's order."),
    text("output"),
    text("What lowers the output"),
)
_WORDS = {
    Task.MULTI_LABEL: Words(
        text("label"),
        text("labels"),
        text("Labels"),
        text("Label to explain"),
        text("Most probable label"),
        text("The ten most probable labels first, then all others by name."),
        text("probability"),
        text("What speaks against the label"),
    ),
    Task.SEGMENTATION: Words(
        text("segment"),
        text("classes"),
        text("Classes"),
        text("Segment to explain"),
        text("Largest segment"),
        text("The classes that the network sees in this image, those with the most pixels first."),
        text("share of the pixels"),
        text("What speaks against the class"),
    ),
    Task.REGRESSION: _OUTPUT,
    Task.UNKNOWN: _OUTPUT,
    Task.EMBEDDING: Words(
        text("other image"),
        text("numbers"),
        text("Numbers"),
        text("Similar to"),
        _NOTHING,
        _NOTHING,
        text("similarity"),
        _NOTHING,
    ),
}


def words(task: Task) -> Words:
    """The words of a task."""
    return _WORDS.get(task, _CLASS)

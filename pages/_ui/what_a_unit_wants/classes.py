"""What a class or an output wants: the objective for each task, and one picture for each class or output."""

import streamlit as st

import vislib
from pages._ui.results import picture
from pages._ui.shell.answers import value_text
from pages._ui.shell.context import Context
from pages._ui.shell.tasks import words
from pages._ui.what_a_unit_wants import maximization
from pages._ui.what_a_unit_wants.controls import DOWN, UP
from pages._ui.widgets.tiles import Group, Tile, data_uri, tiles
from vislib.output import export
from vislib.tasks import Task

_NO_CLASSES = (Task.REGRESSION, Task.UNKNOWN)


def goal(context: Context, index: int, direction: str = UP) -> maximization.Goal:
    """The objective of a class, or of an output in a direction; of an embedding, likeness to the other image."""
    classifier = context.classifier
    if context.reference is not None:
        code = f"vislib.targets.similarity(classifier, {context.reference_reading})"
        return maximization.Goal(
            context.target, f"similarity to {context.reference.name}", code, ("similarity", context.reference.digest)
        )
    label = classifier.labels[index]
    is_down = direction == DOWN
    objective = vislib.targets.ClassScore(label, counterfactual=is_down)
    code = f"vislib.targets.ClassScore({label!r}{', counterfactual=True' if is_down else ''})"
    one = "output" if classifier.task in _NO_CLASSES else words(classifier.task).one
    one = "class" if classifier.task is Task.SEGMENTATION else one
    named = label if label.startswith(one) else f"{one} {label}"
    name = f"a {direction} {named}" if classifier.task in _NO_CLASSES else named
    return maximization.Goal(objective, name, code, ("class", index, direction))


def score_in_words(context: Context, direction: str = UP) -> str:
    """What is raised for a class or an output."""
    classifier = context.classifier
    if context.reference is not None:
        return "the similarity to the other image (cosine)"
    name = classifier.score_name("logit")
    mean = "mean " if len(classifier.network.output_shape) == 3 else ""
    whole = " over the whole output" if mean else ""
    return f"{'minus ' if direction == DOWN else ''}the {mean}{name}{whole}"


def classes(context: Context, settings: maximization.Settings) -> None:
    """One picture for each class; for numbers, one that makes each high and one that makes it low."""
    classifier = context.classifier
    labels, about = classifier.labels, words(classifier.task)
    directions = (UP, DOWN) if classifier.task in _NO_CLASSES else (UP,)
    wanted = [(index, direction) for index in range(len(labels)) for direction in directions]
    goals = [goal(context, *each) for each in wanted]
    slot = st.empty()
    result = maximization.maximize(context, goals, f"All {about.many}", settings, slot)
    if result is None:
        return
    logits = classifier.network.logits(classifier.preprocess_input(result.pictures))
    with slot.container():
        group = [
            Tile(
                one.name,
                data_uri(export.as_image(pixels, 160), 160),
                f"{one.name if len(directions) > 1 else labels[index]}: "
                f"{value_text(classifier, float(classifier.values(scores)[index]))}",
                f"What {one.name} wants",
            )
            for one, (index, _), pixels, scores in zip(goals, wanted, result.pictures, logits, strict=True)
        ]
        tiles([Group("", "", group)], key="wanted classes", layout="large")
    picture.caption(
        f"What {context.model_name} wants to see for each of its {about.many}", _about(context, len(directions) > 1)
    )
    maximization.show_downloads(context, result, goals, settings)


def _about(context: Context, both: bool) -> str:
    """What the pictures and the numbers beside them are."""
    task = context.classifier.task
    if both:
        return (
            "Each was made from noise to make one output high or low; beside it, what the network predicts for it. "
            "Such numbers can lie far outside those of real images."
        )
    what, beside = {
        Task.SEGMENTATION: ("the class's mean logit over the whole output", "the share of its pixels with that class"),
    }.get(
        task,
        (
            f"the {words(task).one}'s {context.classifier.score_name('logit')}",
            "the probability that the network gives it",
        ),
    )
    return (
        f"Each was made from noise to raise {what}; beside it, {beside}. The network is certain of pictures that no "
        "person would call so: a high probability alone proves little."
    )


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]

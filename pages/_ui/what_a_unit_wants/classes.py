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
from vislib.language import Text, text, tr
from vislib.output import export
from vislib.tasks import Task

_NO_CLASSES = (Task.REGRESSION, Task.UNKNOWN)


def goal(context: Context, index: int, direction: str = UP) -> maximization.Goal:
    """The objective of a class, or of an output in a direction; of an embedding, likeness to the other image."""
    classifier = context.classifier
    if context.reference is not None:
        code = f"vislib.targets.similarity(classifier, {context.reference_reading})"
        return maximization.Goal(
            context.target,
            text("similarity to {image}", image=context.reference.name),
            code,
            ("similarity", context.reference.digest),
        )
    label = classifier.labels[index]
    is_down = direction == DOWN
    objective = vislib.targets.ClassScore(label, counterfactual=is_down)
    code = f"vislib.targets.ClassScore({label!r}{', counterfactual=True' if is_down else ''})"
    return maximization.Goal(objective, _named(classifier.task, label, is_down), code, ("class", index, direction))


def _named(task: Task, label: str, is_down: bool) -> str:
    """A class, or an output that is high or low."""
    if task in _NO_CLASSES:
        output = label if label.startswith("output") else text("output {label}", label=label)
        return text("a low {output}", output=output) if is_down else text("a high {output}", output=output)
    if task is Task.MULTI_LABEL:
        return label if label.startswith("label") else text("label {label}", label=label)
    return label if label.startswith("class") else text("class {label}", label=label)


def score_in_words(context: Context, direction: str = UP) -> Text:
    """What is raised for a class or an output, at the start of a sentence."""
    classifier = context.classifier
    if context.reference is not None:
        return text("The similarity to the other image (cosine)")
    name = classifier.score_name("logit")
    if len(classifier.network.output_shape) == 3:
        if direction == DOWN:
            return text("Minus the mean {score} over the whole output", score=name)
        return text("The mean {score} over the whole output", score=name)
    return text("Minus the {score}", score=name) if direction == DOWN else text("The {score}", score=name)


def classes(context: Context, settings: maximization.Settings) -> None:
    """One picture for each class; for numbers, one that makes each high and one that makes it low."""
    classifier = context.classifier
    labels, about = classifier.labels, words(classifier.task)
    directions = (UP, DOWN) if classifier.task in _NO_CLASSES else (UP,)
    wanted = [(index, direction) for index in range(len(labels)) for direction in directions]
    goals = [goal(context, *each) for each in wanted]
    slot = st.empty()
    result = maximization.maximize(context, goals, text("All {many}", many=about.many), settings, slot)
    if result is None:
        return
    logits = classifier.network.logits(classifier.preprocess_input(result.pictures))
    with slot.container():
        group = [
            Tile(
                one.name,
                data_uri(export.as_image(pixels, 160), 160),
                tr(
                    "{name}: {value}",
                    name=one.name if len(directions) > 1 else labels[index],
                    value=value_text(classifier, float(classifier.values(scores)[index])),
                ),
                tr("What {unit} wants", unit=one.name),
            )
            for one, (index, _), pixels, scores in zip(goals, wanted, result.pictures, logits, strict=True)
        ]
        tiles([Group("", "", group)], key="wanted classes", layout="large")
    picture.caption(
        tr("What {model} wants to see for each of its {many}", model=context.model_name, many=about.many),
        tr(_about(context, len(directions) > 1)),
    )
    maximization.show_downloads(context, result, goals, settings)


def _about(context: Context, both: bool) -> Text:
    """What the pictures and the numbers beside them are."""
    task = context.classifier.task
    if both:
        return text(
            "Each was made from noise to make one output high or low; beside it, what the network predicts for it. "
            "Such numbers can lie far outside those of real images."
        )
    if task is Task.SEGMENTATION:
        return text(
            "Each was made from noise to raise the class's mean logit over the whole output; beside it, the share of "
            "its pixels with that class. The network is certain of pictures that no person would call so: a high "
            "probability alone proves little."
        )
    return text(
        "Each was made from noise to raise the {one}'s {score}; beside it, the probability that the network gives it. "
        "The network is certain of pictures that no person would call so: a high probability alone proves little.",
        one=words(task).one,
        score=context.classifier.score_name("logit"),
    )

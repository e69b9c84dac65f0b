"""Runs the commands that have no separate module, and puts together what the others need."""

import argparse
import dataclasses
from typing import Any

from vislib import attribution, zoo
from vislib.cli import adversarial as adversarial_command
from vislib.cli import app as app_command
from vislib.cli import channels as channels_command
from vislib.cli import concepts as concepts_command
from vislib.cli import maximize as maximize_command
from vislib.cli import neighbours as neighbours_command
from vislib.cli import trust as trust_command
from vislib.cli import what_if as what_if_command
from vislib.cli.image_options import image_reader
from vislib.cli.method_options import method_parameter, smoothing_parameters
from vislib.cli.model_options import model_settings, note_what_is_unknown
from vislib.cli.model_source import model_source
from vislib.cli.opinion import check_methods, opinion_on
from vislib.cli.target_options import target_of
from vislib.errors import ParameterError, listed
from vislib.graph.relevance_rules import composite_named
from vislib.language import Text, listing, score_number, text, tr
from vislib.loading.load import load_classifier
from vislib.model.classifier import Classifier, Prediction
from vislib.output import export
from vislib.output.heatmap import Heatmap
from vislib.tasks import Task


def loaded(options: argparse.Namespace) -> Classifier:
    """The network that the options name."""
    classifier = load_classifier(model_source(options), **model_settings(options))
    note_what_is_unknown(classifier, options.answer)
    return classifier


def app(options: argparse.Namespace) -> None:
    """Becomes the server of the app."""
    app_command.run_app(options, options.words[options.words.index("app") + 1 :])


def models(options: argparse.Namespace) -> None:
    """Answers with the built-in networks."""
    every = zoo.models()
    options.answer.say(*(f"{name:20} {tr(line)}" for name, line in every.items()))
    options.answer.give(models=[{"name": name, "description": str(line)} for name, line in every.items()])


def methods(options: argparse.Namespace) -> None:
    """Answers with the explanation methods and their parameters."""
    answer, every = options.answer, []
    for name, explainer in attribution.methods().items():
        about_it = tr(
            "{method}. {question} {reference}",
            method=explainer.title,
            question=explainer.question,
            reference=explainer.reference,
        )
        answer.say(f"{name:12} {about_it}")
        own = dataclasses.fields(explainer)
        answer.say(*(_line_of_parameter(spec.name, spec) for spec in own))
        about = {key: getattr(explainer, key) for key in ("name", "title", "family", "question", "caveat", "reference")}
        every.append(about | {"signed": explainer.signed, "parameters": [_parameter(spec.name, spec) for spec in own]})
    smoothing = smoothing_parameters().items()
    answer.say(text("Every method also takes these, to put its maps of noisy copies of the image together:"))
    answer.say(*(_line_of_parameter(name, spec) for name, spec in smoothing))
    answer.give(methods=every, smoothing=[_parameter(name, spec) for name, spec in smoothing])


def _parameter(name: str, spec: dataclasses.Field) -> dict[str, Any]:
    about = spec.metadata
    found = {"name": name, "kind": about["kind"].__name__, "default": spec.default, "help": about["help"]}
    return found | ({"choices": about["choices"]} if about["choices"] else {})


def _line_of_parameter(name: str, spec: dataclasses.Field) -> str:
    """A method's parameter with what it accepts and its default, as a line."""
    choices = spec.metadata["choices"]
    accepted = listing(choices, "plain") if choices else spec.metadata["help"]
    if spec.default is None:
        line = tr("{name}: {what}", name=name, what=accepted)
    else:
        line = tr("{name}: {what} (default {default})", name=name, what=accepted, default=spec.default)
    return f"{'':12}   {line}"


def predict(options: argparse.Namespace) -> None:
    """Answers with what a network says about an image."""
    image = image_reader(options)
    classifier = loaded(options)
    found = classifier.predict(image(classifier), options.top)
    options.answer.say(*(_line_of_prediction(prediction, classifier) for prediction in found))
    options.answer.give(model=classifier.key, task=classifier.task, unit=classifier.unit, predictions=found)


def _line_of_prediction(prediction: Prediction, classifier: Classifier) -> str:
    """A prediction in words: a probability or a share of the pixels in percent, a predicted number with its unit."""
    if prediction.is_share:
        share = f"{prediction.value * 100:6.2f} %"
        if classifier.task is Task.SEGMENTATION:
            share = tr("{share} of the pixels", share=share)
        return f"{share}  {prediction.label}  ({prediction.index})"
    unit = f" {classifier.unit}" if classifier.unit else ""
    return f"{prediction.value:10.4g}{unit}  {prediction.label}  ({prediction.index})"


def explain(options: argparse.Namespace) -> None:
    """Writes the maps of one or several methods."""
    explainers = trust_command.methods_named(options.method)
    if len(explainers) > 1 and options.param:
        raise ParameterError(text("--param is for one method at a time; name one with --method."))
    params = dict(method_parameter(explainers[0], given) for given in options.param)
    if options.second_opinion:
        check_methods([explainer.name for explainer in explainers])
    export.check_path(options.out)
    read = image_reader(options)
    classifier = loaded(options)
    image = read(classifier)
    target = target_of(options, classifier, image)
    look = {name: getattr(options, name) for name in ("opacity", "colormap", "blend", "plain")}
    answer, maps = options.answer, []
    for explainer in explainers:
        out = options.out if len(explainers) == 1 else trust_command.with_name(options.out, explainer.name)
        heatmap = attribution.named(explainer.name, **params).explain(classifier, image, target, answer.progress)
        export.save(heatmap, out, image, **look)
        answer.say(_line_of_map(heatmap, explainer.title, out), *heatmap.notes)
        answer.wrote(out)
        names = ("method", "title", "layer", "params", "signed", "unit", "seconds")
        maps.append({name: getattr(heatmap, name) for name in names} | {"remarks": heatmap.notes, "file": out})
        maps[-1] |= {"lowest": heatmap.values.min(), "highest": heatmap.values.max()}
        if options.second_opinion:
            maps[-1]["second_opinion"] = opinion_on(heatmap, classifier, image, out, answer, **look)
    answer.give(model=classifier.key, target=heatmap.explained, class_index=heatmap.class_index, label=heatmap.label)
    answer.give(score=heatmap.score, maps=maps)


def _line_of_map(heatmap: Heatmap, title: str, out: object) -> Text:
    said = {
        "method": title,
        "layer": heatmap.layer,
        "explained": heatmap.explained,
        "score": score_number(heatmap.score),
        "seconds": heatmap.seconds,
        "file": out,
    }
    if heatmap.layer:
        return text("{method} at {layer}: {explained} {score}, {seconds:.1f} s → {file}", **said)
    return text("{method}: {explained} {score}, {seconds:.1f} s → {file}", **said)


def compare(options: argparse.Namespace) -> None:
    """Writes several methods' maps of an image in one figure."""
    explainers = trust_command.methods_named(options.method)
    path = export.check_path(options.out, export.PICTURES)
    read = image_reader(options)
    classifier = loaded(options)
    image = read(classifier)
    target = target_of(options, classifier, image)
    answer = options.answer
    heatmaps = [explainer().explain(classifier, image, target, answer.progress) for explainer in explainers]
    export.save_comparison(heatmaps, path, image, opacity=options.opacity)
    first = heatmaps[0]
    answer.say(
        text(
            "{explained} {score}: {methods} → {path}",
            explained=first.explained,
            score=score_number(first.score),
            methods=listed(each.title for each in explainers),
            path=path,
        )
    )
    answer.give(model=classifier.key, target=first.explained, class_index=first.class_index, label=first.label)
    answer.give(score=first.score, methods=[heatmap.method for heatmap in heatmaps])
    answer.wrote(path)


def trust(options: argparse.Namespace) -> None:
    """Answers with measures of how far maps can be trusted."""
    explainers = [method() for method in trust_command.methods_named(options.method)]
    path = export.check_path(options.out, trust_command.TABLES) if options.out else None
    read, read_others = image_reader(options), [image_reader(options, other) for other in options.grid]
    read_also = trust_command.further_images(options)
    classifier = loaded(options)
    image, others = read(classifier), [read_other(classifier) for read_other in read_others]
    also = [read_one(classifier) for read_one in read_also]
    target = target_of(options, classifier, image)
    trust_command.run_trust(explainers, classifier, image, target, options, others, also, path)


def channels(options: argparse.Namespace) -> None:
    """Answers with the channels of a layer that made the score."""
    path = export.check_path(options.out, trust_command.TABLES) if options.out else None
    composite_named(options.composite)
    read = image_reader(options)
    classifier = loaded(options)
    image = read(classifier)
    channels_command.run_channels(options, classifier, image, target_of(options, classifier, image), path)


def what_if(options: argparse.Namespace) -> None:
    """Answers with what the network says after edits of the image."""
    checked = what_if_command.check(options)
    read = image_reader(options)
    classifier = loaded(options)
    image = read(classifier)
    what_if_command.run_what_if(options, checked, classifier, image, target_of(options, classifier, image))


def concepts(options: argparse.Namespace) -> None:
    """Answers with concepts of an image, of a class, or of a person."""
    concepts_command.run_concepts(options, lambda: loaded(options))


def adversarial(options: argparse.Namespace) -> None:
    """Writes a picture a few grey levels away that changes the answer."""
    adversarial_command.run_adversarial(options, lambda: loaded(options))


def neighbours(options: argparse.Namespace) -> None:
    """Answers with the images of a set that are most similar to one."""
    neighbours_command.run_neighbours(options, lambda: loaded(options))


def maximize(options: argparse.Namespace) -> None:
    """Writes pictures that maximize classes or channels."""
    export.check_path(options.out)
    maximize_command.run_maximize(options, loaded(options))

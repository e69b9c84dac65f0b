"""The command line: python -m vislib COMMAND.

The commands are app, models, methods, predict, explain, compare, trust, channels, concepts, what-if, adversarial,
neighbours, batch, report, maximize and train.
"""

import argparse
import dataclasses
import os
import sys
import traceback
from collections.abc import Sequence

from vislib import attribution, zoo
from vislib.cli import adversarial as adversarial_command
from vislib.cli import app as app_command
from vislib.cli import batch as batch_command
from vislib.cli import channels as channels_command
from vislib.cli import concepts as concepts_command
from vislib.cli import maximize as maximize_command
from vislib.cli import neighbours as neighbours_command
from vislib.cli import report as report_command
from vislib.cli import train as training_command
from vislib.cli import trust as trust_command
from vislib.cli import what_if as what_if_command
from vislib.cli.image_options import add_image_options, image_reader
from vislib.cli.method_options import method_parameter, smoothing_parameters
from vislib.cli.model_options import add_model_options, joined, model_settings, say_what_is_unknown
from vislib.cli.model_source import model_source, notes_on_stderr
from vislib.cli.opinion import add_opinion_option, check_methods, say_opinion_on
from vislib.cli.target_options import add_target_options, target_of
from vislib.errors import ParameterError, VislibError, listed
from vislib.graph.relevance_rules import composite_named
from vislib.loading.load import load_classifier
from vislib.model.classifier import Classifier, Prediction
from vislib.output import export, render
from vislib.tasks import Task

UNEXPECTED = 1
STOPPED = batch_command.STOPPED


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Returns:
        The exit status: 0, or 2 after one sentence on standard error about the error; 1 after one about an error that
        vislib did not expect; 130 if it was stopped; for `batch` also 3 if some images could not be read.
    """
    words = joined(sys.argv[1:] if arguments is None else arguments)
    parser = _parser()
    if not words:
        parser.print_help()
        return 0
    options = parser.parse_args(words)
    options.words = words
    try:
        with notes_on_stderr():
            status = options.run(options)
    except KeyboardInterrupt:
        print("vislib: stopped.", file=sys.stderr)
        return STOPPED
    except Exception as error:  # noqa: BLE001  a person at the command line never meets a traceback unasked
        if options.debug or os.environ.get("VISLIB_DEBUG", "") not in ("", "0"):
            traceback.print_exc()
        print(f"vislib: {_sentence(error)}", file=sys.stderr)
        return 2 if isinstance(error, VislibError) else UNEXPECTED
    return status or 0


def _sentence(error: Exception) -> str:
    """What is said of an error: its own sentence, or for one that vislib did not expect, the end of its message."""
    if isinstance(error, VislibError):
        return str(error)
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or ["no message"]
    return (
        f"unexpected: {lines[-1][:300].rstrip('.')} ({type(error).__name__}). Please report it, with what the same "
        "command prints with --debug."
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="vislib", description="Look inside a convolutional network.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("app", help="open the app in the browser, on your own model and image")
    app_command.add_app_arguments(command)
    command.set_defaults(run=_app)

    command = commands.add_parser("models", help="list the built-in networks")
    command.set_defaults(run=_models)

    command = commands.add_parser("methods", help="list the explanation methods and their parameters")
    command.set_defaults(run=_methods)

    command = commands.add_parser("predict", help="what a network says about an image: classes, numbers or segments")
    _add_common(command)
    command.add_argument("--top", type=int, default=5, help="how many (default 5)")
    command.set_defaults(run=_predict)

    command = commands.add_parser(
        "explain", help="explain the score of a class or a predicted number, as a picture or as numbers"
    )
    _add_common(command)
    names = listed(attribution.methods(), 99)
    command.add_argument("--method", required=True, help=f"one or more, with commas: {names}")
    add_target_options(command)
    command.add_argument("--out", required=True, help=f"file to write; ends in {', '.join(export.FORMATS)}")
    command.add_argument(
        "--param", action="append", default=[], metavar="NAME=VALUE", help="a parameter of the method; may be repeated"
    )
    _add_opacity(command)
    command.add_argument(
        "--blend",
        choices=render.BLENDS,
        default=render.BLENDS[0],
        help="value (default): the opacity follows the value; uniform: it is the same everywhere",
    )
    command.add_argument(
        "--colormap", help=f"a matplotlib colormap (default {render.EVIDENCE}, {render.SIGNED} where signed)"
    )
    command.add_argument(
        "--plain", action="store_true", help="for .png: the picture alone, without title and colour bar"
    )
    add_opinion_option(command, "also write the map of tf-keras-vis, an independent library, and print the difference")
    command.set_defaults(run=_explain)

    command = commands.add_parser("compare", help="several methods' maps of an image in one figure")
    _add_common(command)
    command.add_argument(
        "--method", default=trust_command.DEFAULT_METHODS, help=f"with commas (default {trust_command.DEFAULT_METHODS})"
    )
    add_target_options(command)
    command.add_argument("--out", required=True, help="file to write; ends in .png, .svg or .pdf")
    _add_opacity(command)
    command.set_defaults(run=_compare)

    command = commands.add_parser("trust", help="how far the maps of methods for an image can be trusted")
    _add_common(command)
    add_target_options(command)
    trust_command.add_trust_arguments(command)
    command.set_defaults(run=_trust)

    command = commands.add_parser("channels", help="which channels of a layer made the score")
    _add_common(command)
    add_target_options(command)
    channels_command.add_channels_arguments(command)
    command.set_defaults(run=_channels)

    command = commands.add_parser(
        "concepts", help="what a network tells apart: in an image, in a class, or as you show it"
    )
    kinds = concepts_command.add_concepts_arguments(command)
    command.set_defaults(run=_concepts)

    command = commands.add_parser("what-if", help="what the network says after edits of the image")
    _add_common(command)
    add_target_options(command)
    what_if_command.add_what_if_arguments(command)
    command.set_defaults(run=_what_if)

    command = commands.add_parser("adversarial", help="a picture a few grey levels away that changes the answer")
    _add_common(command)
    adversarial_command.add_adversarial_arguments(command)
    command.set_defaults(run=_adversarial)

    command = commands.add_parser("neighbours", help="the images of a set that are most similar to one")
    _add_common(command)
    neighbours_command.add_neighbours_arguments(command)
    command.set_defaults(run=_neighbours)

    command = commands.add_parser("batch", help="explain any number of images, into tables and maps")
    batch_command.add_batch_arguments(command)
    command.set_defaults(run=batch_command.run_batch)

    command = commands.add_parser("report", help="what a batch found, as one HTML file")
    report_command.add_report_arguments(command)
    command.set_defaults(run=report_command.run_report)

    command = commands.add_parser("maximize", help="make a picture that maximizes a class or a channel")
    add_model_options(command)
    maximize_command.add_maximize_arguments(command)
    command.set_defaults(run=_maximize)

    command = commands.add_parser("train", help="train a network on MNIST, CIFAR-10 or a folder of class folders")
    training_command.add_arguments(command)
    command.set_defaults(run=training_command.run)

    about = "print the traceback of an error too; or set VISLIB_DEBUG=1"
    parser.add_argument("--debug", action="store_true", help=about)
    for command in (*commands.choices.values(), *kinds):
        command.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help=about)
    return parser


def _add_common(command: argparse.ArgumentParser) -> None:
    add_image_options(command)
    add_model_options(command)


def _loaded(options: argparse.Namespace) -> Classifier:
    classifier = load_classifier(model_source(options), **model_settings(options))
    say_what_is_unknown(classifier)
    return classifier


def _app(options: argparse.Namespace) -> None:
    app_command.run_app(options, options.words[options.words.index("app") + 1 :])


def _models(options: argparse.Namespace) -> None:
    for name, line in zoo.models().items():
        print(f"{name:20} {line}")


def _add_opacity(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--opacity",
        type=float,
        default=render.OPACITY,
        help=f"opacity of the largest value over the image, 0 to 1 (default {render.OPACITY})",
    )


def _methods(options: argparse.Namespace) -> None:
    for name, explainer in attribution.methods().items():
        print(f"{name:12} {explainer.title}. {explainer.question} {explainer.reference}")
        for spec in dataclasses.fields(explainer):
            print(_parameter(spec.name, spec))
    print("Every method also takes these, to put its maps of noisy copies of the image together:")
    for name, spec in smoothing_parameters().items():
        print(_parameter(name, spec))


def _parameter(name: str, spec: dataclasses.Field) -> str:
    """A method's parameter with what it accepts and its default, as a line."""
    accepted = ", ".join(spec.metadata["choices"]) or spec.metadata["help"]
    default = "" if spec.default is None else f" (default {spec.default})"
    return f"{'':12}   {name}: {accepted}{default}"


def _predict(options: argparse.Namespace) -> None:
    image = image_reader(options)
    classifier = _loaded(options)
    for prediction in classifier.predict(image(classifier), options.top):
        print(_line(prediction, classifier))


def _line(prediction: Prediction, classifier: Classifier) -> str:
    """A prediction in words: a probability or a share of the pixels in percent, a predicted number with its unit."""
    if prediction.is_share:
        of = " of the pixels" if classifier.task is Task.SEGMENTATION else ""
        return f"{prediction.value * 100:6.2f} %{of}  {prediction.label}  ({prediction.index})"
    unit = f" {classifier.unit}" if classifier.unit else ""
    return f"{prediction.value:10.4g}{unit}  {prediction.label}  ({prediction.index})"


def _explain(options: argparse.Namespace) -> None:
    explainers = trust_command.methods_named(options.method)
    if len(explainers) > 1 and options.param:
        raise ParameterError("--param is for one method at a time; name one with --method.")
    params = dict(method_parameter(explainers[0], text) for text in options.param)
    if options.second_opinion:
        check_methods([explainer.name for explainer in explainers])
    export.check_path(options.out)
    read = image_reader(options)
    classifier = _loaded(options)
    image = read(classifier)
    target = target_of(options, classifier, image)
    look = {name: getattr(options, name) for name in ("opacity", "colormap", "blend", "plain")}
    for explainer in explainers:
        out = options.out if len(explainers) == 1 else trust_command.with_name(options.out, explainer.name)
        heatmap = attribution.named(explainer.name, **params).explain(classifier, image, target, _progress())
        export.save(heatmap, out, image, **look)
        where = f" at {heatmap.layer}" if heatmap.layer else ""
        print(f"{explainer.title}{where}: {heatmap.explained} {heatmap.score:.2f}, {heatmap.seconds:.1f} s → {out}")
        for note in heatmap.notes:
            print(note)
        if options.second_opinion:
            say_opinion_on(heatmap, classifier, image, out, _progress(), **look)


def _compare(options: argparse.Namespace) -> None:
    explainers = trust_command.methods_named(options.method)
    path = export.check_path(options.out, export.PICTURES)
    read = image_reader(options)
    classifier = _loaded(options)
    image = read(classifier)
    target = target_of(options, classifier, image)
    heatmaps = [explainer().explain(classifier, image, target, _progress()) for explainer in explainers]
    export.save_comparison(heatmaps, path, image, opacity=options.opacity)
    print(f"{heatmaps[0].explained} {heatmaps[0].score:.2f}: {listed(each.title for each in explainers)} → {path}")


def _trust(options: argparse.Namespace) -> None:
    explainers = [method() for method in trust_command.methods_named(options.method)]
    path = export.check_path(options.out, trust_command.TABLES) if options.out else None
    read, read_others = image_reader(options), [image_reader(options, other) for other in options.grid]
    read_also = trust_command.further_images(options)
    classifier = _loaded(options)
    image, others = read(classifier), [read_other(classifier) for read_other in read_others]
    also = [read_one(classifier) for read_one in read_also]
    target = target_of(options, classifier, image)
    trust_command.run_trust(explainers, classifier, image, target, options, others, also, path, _progress())


def _channels(options: argparse.Namespace) -> None:
    path = export.check_path(options.out, trust_command.TABLES) if options.out else None
    composite_named(options.composite)
    read = image_reader(options)
    classifier = _loaded(options)
    image = read(classifier)
    channels_command.run_channels(options, classifier, image, target_of(options, classifier, image), path)


def _what_if(options: argparse.Namespace) -> None:
    checked = what_if_command.check(options)
    read = image_reader(options)
    classifier = _loaded(options)
    image = read(classifier)
    what_if_command.run_what_if(options, checked, classifier, image, target_of(options, classifier, image), _progress())


def _concepts(options: argparse.Namespace) -> None:
    concepts_command.run_concepts(options, lambda: _loaded(options), _progress())


def _adversarial(options: argparse.Namespace) -> None:
    adversarial_command.run_adversarial(options, lambda: _loaded(options), _progress())


def _neighbours(options: argparse.Namespace) -> None:
    neighbours_command.run_neighbours(options, lambda: _loaded(options), _progress())


def _maximize(options: argparse.Namespace) -> None:
    export.check_path(options.out)
    maximize_command.run_maximize(options, _loaded(options), _progress())


def _progress():
    """A callback that writes progress to standard error in a terminal, and nothing otherwise."""
    if not sys.stderr.isatty():
        return attribution.no_progress

    def show(done: int, total: int, partial=None) -> None:
        if total > 1:
            print(f"\r{done} of {total}", end="\n" if done == total else "", file=sys.stderr, flush=True)

    return show

"""The command line: python -m vislib COMMAND.

The commands are app, models, methods, predict, explain, compare, trust, channels, concepts, what-if, adversarial,
neighbours, batch, report, maximize and train.
"""

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from vislib import attribution
from vislib.cli import adversarial as adversarial_command
from vislib.cli import app as app_command
from vislib.cli import batch as batch_command
from vislib.cli import channels as channels_command
from vislib.cli import concepts as concepts_command
from vislib.cli import maximize as maximize_command
from vislib.cli import neighbours as neighbours_command
from vislib.cli import report as report_command
from vislib.cli import running
from vislib.cli import train as training_command
from vislib.cli import trust as trust_command
from vislib.cli import what_if as what_if_command
from vislib.cli.answer import Answer, sentence_of
from vislib.cli.argparse_words import own_words_translated
from vislib.cli.completion import add_completion_option
from vislib.cli.exit_status import DONE, REFUSED, STOPPED, UNEXPECTED, epilog
from vislib.cli.image_options import add_image_options
from vislib.cli.model_options import add_model_options, joined
from vislib.cli.model_source import warnings_noted
from vislib.cli.opinion import add_opinion_option
from vislib.cli.target_options import add_target_options
from vislib.cli.wrapping import HelpFormatter, RawHelpFormatter
from vislib.errors import VislibError, listed
from vislib.language import from_environment, listing, speaking, text, tr
from vislib.output import export, render


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command, in the language that VISLIB_LANG or the locale names.

    Returns:
        The exit status, one of `vislib.cli.exit_status`. Standard error then has one sentence about the error.
    """
    words = joined(sys.argv[1:] if arguments is None else arguments)
    with speaking(from_environment(with_locale=True)), own_words_translated():
        return _run(words)


def _usage_error(words: list[str]) -> str:
    """What is wrong with the words, in the language in use."""
    try:
        _parser().parse_args(words)
    except _UsageError as error:
        return str(error)
    return ""


def _run(words: list[str]) -> int:
    parser = _parser()
    if not words:
        parser.print_help()
        return DONE
    try:
        options = parser.parse_args(words)
    except _UsageError as error:
        if "--json" in words:
            with speaking("en"):  # as all of a document
                english = _usage_error(words)
            Answer(error.parser.prog.partition(" ")[2], as_json=True).fail(english, "UsageError")
            return REFUSED
        error.parser.refuse(str(error))
    options.words = words
    answer = options.answer = Answer(options.command, options.json, options.quiet, options.accepted)
    try:
        with warnings_noted(answer):
            status = options.run(options) or DONE
        answer.end()
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, such as head, wanted no more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt as stop:
        answer.fail(sentence_of(stop) or text("stopped."), "Stopped")
        return STOPPED
    except Exception as error:  # noqa: BLE001  a person at the command line never meets a traceback unasked
        if options.debug or os.environ.get("VISLIB_DEBUG", "") not in ("", "0"):
            traceback.print_exc()
        refused = isinstance(error, VislibError)
        answer.fail(_sentence(error), type(error).__name__ if refused else "Unexpected")
        return REFUSED if refused else UNEXPECTED
    return status


class _UsageError(Exception):
    """The arguments are not understood."""

    def __init__(self, parser: "_Parser", message: str):
        super().__init__(message)
        self.parser = parser


class _Parser(argparse.ArgumentParser):
    """Raises what argparse would print, so that --json has it too."""

    def __init__(self, *args: Any, **settings: Any):
        super().__init__(*args, **{"formatter_class": HelpFormatter, **settings})

    def error(self, message: str) -> NoReturn:
        raise _UsageError(self, message)

    def refuse(self, message: str) -> NoReturn:
        """Prints the usage and the message, and exits with status 2."""
        super().error(message)


def _sentence(error: Exception) -> str:
    """What is said of an error: its own sentence, or for one that vislib did not expect, the end of its message."""
    if isinstance(error, VislibError):
        return sentence_of(error)
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return text(
        "unexpected: {message} ({kind}). Please report it, with what the same command prints with --debug.",
        message=lines[-1][:300].rstrip(".") if lines else text("no message"),
        kind=type(error).__name__,
    )


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="vislib",
        description=tr("Look inside a convolutional network."),
        epilog=epilog(),
        formatter_class=RawHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    kinds: list[argparse.ArgumentParser] = []
    for name, about, add_arguments, run in _COMMANDS:
        command = commands.add_parser(name, help=tr(about))
        kinds += add_arguments(command) or ()
        command.set_defaults(run=run)
    _add_usual(parser, default=False)
    for each in (*commands.choices.values(), *kinds):
        _add_usual(each, default=argparse.SUPPRESS)
        each.set_defaults(accepted=frozenset(name for action in each._actions for name in action.option_strings))
    add_completion_option(parser)
    return parser


def _add_nothing(command: argparse.ArgumentParser) -> None:
    """The command has no arguments."""


def _add_predict(command: argparse.ArgumentParser) -> None:
    _add_common(command)
    command.add_argument("--top", type=int, default=5, help=tr("how many (default 5)"))


def _add_explain(command: argparse.ArgumentParser) -> None:
    _add_common(command)
    names = listed(attribution.methods(), 99)
    command.add_argument("--method", required=True, help=tr("one or more, with commas: {names}", names=names))
    add_target_options(command)
    command.add_argument(
        "--out", required=True, help=tr("file to write; ends in {formats}", formats=listing(export.FORMATS, "plain"))
    )
    command.add_argument(
        "--param",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=tr("a parameter of the method; may be repeated"),
    )
    _add_look(command)
    add_opinion_option(
        command, tr("also write the map of tf-keras-vis, an independent library, and print the difference")
    )


def _add_look(command: argparse.ArgumentParser) -> None:
    """How the picture of a map looks."""
    _add_opacity(command)
    command.add_argument(
        "--blend",
        choices=render.BLENDS,
        default=render.BLENDS[0],
        help=tr("value (default): the opacity follows the value; uniform: it is the same everywhere"),
    )
    command.add_argument(
        "--colormap",
        help=tr(
            "a matplotlib colormap (default {default}, {signed} where signed)",
            default=render.EVIDENCE,
            signed=render.SIGNED,
        ),
    )
    command.add_argument(
        "--plain", action="store_true", help=tr("for .png: the picture alone, without title and colour bar")
    )


def _add_compare(command: argparse.ArgumentParser) -> None:
    _add_common(command)
    command.add_argument(
        "--method",
        default=trust_command.DEFAULT_METHODS,
        help=tr("with commas (default {default})", default=trust_command.DEFAULT_METHODS),
    )
    add_target_options(command)
    command.add_argument("--out", required=True, help=tr("file to write; ends in .png, .svg or .pdf"))
    _add_opacity(command)


def _add_trust(command: argparse.ArgumentParser) -> None:
    _add_common(command)
    add_target_options(command)
    trust_command.add_trust_arguments(command)


def _add_channels(command: argparse.ArgumentParser) -> None:
    _add_common(command)
    add_target_options(command)
    channels_command.add_channels_arguments(command)


def _add_what_if(command: argparse.ArgumentParser) -> None:
    _add_common(command)
    add_target_options(command)
    what_if_command.add_what_if_arguments(command)


def _add_adversarial(command: argparse.ArgumentParser) -> None:
    _add_common(command)
    adversarial_command.add_adversarial_arguments(command)


def _add_neighbours(command: argparse.ArgumentParser) -> None:
    _add_common(command)
    neighbours_command.add_neighbours_arguments(command)


def _add_maximize(command: argparse.ArgumentParser) -> None:
    add_model_options(command)
    maximize_command.add_maximize_arguments(command)


def _add_usual(command: argparse.ArgumentParser, default: object) -> None:
    """The options of every command, which may also stand before it."""
    usual = {
        "json": tr("print one JSON document instead of text; see docs/command_line.md"),
        "quiet": tr("no progress and no notes on standard error, only errors"),
        "debug": tr("print the traceback of an error too; or set VISLIB_DEBUG=1"),
    }
    for name, about in usual.items():
        command.add_argument(f"--{name}", action="store_true", default=default, help=about)


def _add_common(command: argparse.ArgumentParser) -> None:
    add_image_options(command)
    add_model_options(command)


def _add_opacity(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--opacity",
        type=float,
        default=render.OPACITY,
        help=tr("opacity of the largest value over the image, 0 to 1 (default {default})", default=render.OPACITY),
    )


_Add = Callable[[argparse.ArgumentParser], Sequence[argparse.ArgumentParser] | None]
_COMMANDS: tuple[tuple[str, str, _Add, Callable[[argparse.Namespace], int | None]], ...] = (
    (
        "app",
        text("open the app in the browser, on your own model and image"),
        app_command.add_app_arguments,
        running.app,
    ),
    ("models", text("list the built-in networks"), _add_nothing, running.models),
    ("methods", text("list the explanation methods and their parameters"), _add_nothing, running.methods),
    (
        "predict",
        text("what a network says about an image: classes, numbers or segments"),
        _add_predict,
        running.predict,
    ),
    (
        "explain",
        text("explain the score of a class or a predicted number, as a picture or as numbers"),
        _add_explain,
        running.explain,
    ),
    ("compare", text("several methods' maps of an image in one figure"), _add_compare, running.compare),
    ("trust", text("how far the maps of methods for an image can be trusted"), _add_trust, running.trust),
    ("channels", text("which channels of a layer made the score"), _add_channels, running.channels),
    (
        "concepts",
        text("the concepts of a network: in an image, in a class, or as you show them"),
        concepts_command.add_concepts_arguments,
        running.concepts,
    ),
    ("what-if", text("what the network says after edits of the image"), _add_what_if, running.what_if),
    (
        "adversarial",
        text("a picture a few grey levels away that changes the answer"),
        _add_adversarial,
        running.adversarial,
    ),
    (
        "neighbours",
        text("the images of a set that are most similar to one"),
        _add_neighbours,
        running.neighbours,
    ),
    (
        "batch",
        text("explain any number of images, into tables and maps"),
        batch_command.add_batch_arguments,
        batch_command.run_batch,
    ),
    (
        "report",
        text("what a batch found, as one HTML file"),
        report_command.add_report_arguments,
        report_command.run_report,
    ),
    ("maximize", text("make a picture that maximizes a class or a channel"), _add_maximize, running.maximize),
    (
        "train",
        text("train a network on MNIST, CIFAR-10 or a folder of class folders"),
        training_command.add_arguments,
        training_command.run,
    ),
)
"""Each command's name, its help, what adds its arguments and returns the parsers below it, and what runs it."""

"""Completion of commands, options, names and files in a shell: eval "$(vislib --print-completion bash)"."""

import argparse
from collections.abc import Iterator
from typing import Any

from vislib import attribution, zoo
from vislib.language import tr

SHELLS = ("bash", "zsh")
_METHODS = ("method", "methods")
_FILES = {
    *("also", "among", "batch", "concept", "custom_objects", "data", "data_dir", "grid", "image", "images"),
    *("labels", "like", "mask", "masks", "out", "random"),
}


def add_completion_option(parser: argparse.ArgumentParser) -> None:
    """Adds --print-completion SHELL, which prints the script for a shell and exits."""
    parser.add_argument(
        "--print-completion",
        choices=SHELLS,
        action=_Print,
        help=tr("print a script that completes commands in a shell"),
    )


class _Print(argparse.Action):
    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option: str | None = None
    ) -> None:
        print(completion(parser, values))
        parser.exit()


def completion(parser: argparse.ArgumentParser, shell: str) -> str:
    """The script that completes a parser's commands in a shell, made by shtab."""
    import shtab

    methods = shtab.cmd(f"echo {' '.join(attribution.methods())}")
    models = " ".join(zoo.models())
    own = {
        "bash": f'_vislib_models() {{ compgen -W "{models}" -- "$1"; _shtab_compgen_files "$1"; }}',
        "zsh": f"_vislib_models() {{ local -a names=({models}); compadd -a names; _files; }}",
    }
    names_and_files = {"bash": "_vislib_models", "zsh": "_vislib_models", "preamble": own}
    for action in _actions(parser):
        complete: Any = None
        if action.dest in _METHODS:
            complete = methods
        elif action.dest == "model":
            complete = names_and_files
        elif action.dest in _FILES and not action.choices:
            complete = shtab.FILE
        if complete is not None:
            action.complete = complete  # type: ignore[attr-defined]
    return shtab.complete(parser, shell)


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """The arguments of a parser and of its commands."""
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _actions(command)

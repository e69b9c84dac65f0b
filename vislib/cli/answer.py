"""What a command answers: lines for people as they are found, or one JSON document for programs at the end."""

import dataclasses
import json
import math
import os
import re
import sys
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from vislib.language import Text, shown_text
from vislib.progress import Progress, no_progress, progress_bar
from vislib.targets.base import Target

_ARGUMENT = re.compile(r"`(\w+)`")


class Answer:
    """Gathers what a command finds, and writes it in the form that was asked for.

    Args:
        command: The command's name.
        as_json: Whether standard output gets one JSON document and nothing else.
        quiet: Whether standard error gets errors only: no progress and no notes.
        options: The command's options, such as "--preprocess". An error that names the argument of a function, such as
            `preprocess`, names them instead.
    """

    def __init__(
        self, command: str, as_json: bool = False, quiet: bool = False, options: Collection[str] = frozenset()
    ):
        self.as_json = as_json
        self.quiet = quiet
        self._options = options
        self._found: dict[str, Any] = {"command": command}
        self._files: list[str] = []
        self._notes: list[str] = []

    @property
    def progress(self) -> Progress:
        """The callback for long work: a bar in a terminal, and nothing elsewhere."""
        return no_progress if self.quiet else progress_bar

    def say(self, *lines: str) -> None:
        """Prints lines for people, each `Text` in the language in use; the document has no place for them."""
        if lines and not self.as_json:
            print(*map(shown_text, lines), sep="\n", flush=True)

    def give(self, **found: Any) -> None:
        """Adds to the document. Arrays, dataclasses and targets become what JSON has."""
        self._found |= found

    def wrote(self, *paths: str | os.PathLike[str]) -> None:
        """Adds files that were written to the document's "files"."""
        self._files += [os.fspath(path) for path in paths]

    def note(self, sentence: str) -> None:
        """A sentence about how something was understood: to standard error, or into the document's "notes"."""
        if sentence in self._notes:
            return
        self._notes.append(sentence)
        if not self.as_json and not self.quiet:
            print(shown_text(sentence), file=sys.stderr)

    def fail(self, sentence: str, kind: str) -> None:
        """Ends with an error: the sentence to standard error, and into the document instead of what was found."""
        print(f"vislib: {self._with_options(shown_text(sentence))}", file=sys.stderr)
        self._found = {"command": self._found["command"], "error": self._with_options(sentence), "kind": kind}
        self.end()

    def _with_options(self, sentence: str) -> str:
        def option(found: re.Match[str]) -> str:
            name = f"--{found[1].replace('_', '-')}"
            return name if name in self._options else found[0]

        return _ARGUMENT.sub(option, sentence)

    def end(self) -> None:
        """Writes the document, if one was asked for."""
        if self.as_json:
            print(json.dumps(plain(self._found | {"files": self._files, "notes": self._notes}), indent=2))


def sentence_of(raised: Warning | BaseException | str) -> str:
    """The sentence of an error or a warning: its `Text` if it has one, so that the document has it in English."""
    if isinstance(raised, BaseException) and len(raised.args) == 1 and isinstance(raised.args[0], Text):
        return raised.args[0]
    return str(raised)


def plain(value: Any) -> Any:
    """A value as JSON has it: a number that is NaN or infinite is null, a target is its words, a text is English."""
    if isinstance(value, Target):
        return value.in_words()
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int):
        return value
    if dataclasses.is_dataclass(value):
        return {spec.name: plain(getattr(value, spec.name)) for spec in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return str(value)

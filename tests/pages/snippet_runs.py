"""Runs the Python lines that a page offers, as a reader would."""

import ast
import contextlib
import io
from pathlib import Path
from typing import Any


def run_snippet(lines: str, **names: Any) -> dict[str, Any]:
    """The names after the lines have run, which import at the top, and print something or write a file.

    Args:
        lines: The lines.
        names: What they use that a reader has to provide.
    """
    check_imports_first(lines)
    printed, before = io.StringIO(), _files()
    with contextlib.redirect_stdout(printed):
        exec(compile(lines, "snippet", "exec"), names)
    print(printed.getvalue(), end="")
    assert printed.getvalue() or _files() != before, f"they show nothing:\n{lines}"
    return names


def check_imports_first(lines: str) -> None:
    kinds = [isinstance(one, ast.Import | ast.ImportFrom) for one in ast.parse(lines).body]
    assert kinds == sorted(kinds, reverse=True), f"an import is not at the top:\n{lines}"


def _files() -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in Path().iterdir()}

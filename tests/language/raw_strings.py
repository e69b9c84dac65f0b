"""Finds English strings in the source that a reader would see untranslated: not in `text`, `tr` or `plural`."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

MARKED = {"text", "tr", "plural"}
_ERRORS = re.compile(r"(Vislib|Image|Model|Layer|Parameter|Dataset|Archive|Training)Error$")
_SHOWN = {
    "title", "header", "subheader", "caption", "markdown", "write", "text", "info", "warning", "error", "success",
    "toast", "button", "download_button", "link_button", "form_submit_button", "checkbox", "toggle", "radio",
    "selectbox", "multiselect", "slider", "select_slider", "number_input", "text_input", "text_area", "color_picker",
    "file_uploader", "segmented_control", "pills", "expander", "popover", "status", "spinner", "metric", "page_link",
    "dialog", "progress", "choose", "Page",
}  # fmt: skip
"""Functions of Streamlit and of the pages whose first argument is shown."""
_SHOWN_BY_NAME = {"help", "label", "placeholder", "title", "caption", "description", "epilog"}
_WORDS = re.compile(r"[A-Za-z]{2,}")
_SENTENCE = re.compile(r"^[A-Z].*\b[a-z]+[,;:]? [a-z]+[,;:]? [a-z]+\b|\b[a-z]+ [a-z]+ [a-z]+.*[.?!:]$", re.DOTALL)
_IN_HTML = re.compile(r">[^<>]*[A-Za-z]{3,}[^<>]*<")
_CODE = re.compile(r"[{};]\s*\n|=>|^\s*[.#@]?[\w-]+\s*\{|function|import |def ")


def raw_strings(path: Path) -> Iterator[tuple[int, str]]:
    """(line, string) for each one."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        string = _string(node)
        if string is None or isinstance(parents[node], ast.JoinedStr | ast.FormattedValue | ast.Expr):
            continue
        if not _marked(node, parents) and _seen(node, string, parents, path):
            yield node.lineno, string


def _string(node: ast.AST) -> str | None:
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _name(call: ast.AST) -> str:
    if not isinstance(call, ast.Call):
        return ""
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _marked(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether it is a template, or a value of one."""
    while (node := parents.get(node)) is not None and not isinstance(node, ast.stmt):  # type: ignore[assignment]
        if _name(node) in MARKED and not (isinstance(node.func, ast.Attribute)):  # type: ignore[attr-defined]
            return True
    return False


def _seen(node: ast.AST, string: str, parents: dict[ast.AST, ast.AST], path: Path) -> bool:
    if _CODE.search(string) or not _WORDS.search(string):
        return False
    parent = parents[node]
    if isinstance(parent, ast.keyword) and parent.arg in _SHOWN_BY_NAME and "pages" in path.parts:
        return True
    if isinstance(parent, ast.Call) and node in parent.args:
        if _ERRORS.search(_name(parent)) or _name(parent) == "warn":
            return True
        if "pages" in path.parts and _name(parent) in _SHOWN and node is parent.args[0]:
            return not string.startswith(("<", ":material"))
    if "pages" in path.parts and "<" in string:
        return _IN_HTML.search(string) is not None
    return _SENTENCE.search(string) is not None and not string.startswith(("<", "http", "vislib "))

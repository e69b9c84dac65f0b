"""The app's pages, as app.py lists them."""

import ast
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class AppPage:
    """One page.

    Attributes:
        name: In the navigation.
        title: The heading.
        has_context: Whether it offers a model, an image and a class.
        section: The menu of the navigation in which it is.
    """

    name: str
    title: str
    has_context: bool
    section: str


def calls(path: Path) -> list[tuple[str, ast.Call]]:
    """The calls in a file, each with the name of what is called, such as "st.Page"."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return [(ast.unparse(node.func), node) for node in nodes if isinstance(node, ast.Call)]


def english(node: ast.AST) -> str:
    """The text of "…" or of tr("…")."""
    return ast.literal_eval(node.args[0] if isinstance(node, ast.Call) else node)


def read_page(call: ast.Call, section: str) -> tuple[str, AppPage]:
    """The page's file without suffix, and the page, from its st.Page(...) in app.py."""
    path = ROOT / ast.literal_eval(call.args[0])
    name = next(english(word.value) for word in call.keywords if word.arg == "title")
    begins = next((called, node) for called, node in calls(path) if called in ("context", "style.start"))
    return path.stem, AppPage(name, english(begins[1].args[0]), begins[0] == "context", section)


_MENUS = next(call.args[0] for called, call in calls(ROOT / "app.py") if called == "st.navigation")
PAGES = dict(
    read_page(call, english(section))
    for section, listed in zip(_MENUS.keys, _MENUS.values, strict=True)
    for call in listed.elts
)
"""By file name without suffix; in the address the first one is "", the others are called as here."""

"""Imports under pages/ go one way: from a page down to the widgets, never up, never in a circle."""

import ast
import graphlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UI = ROOT / "pages" / "_ui"
SHARED = ("widgets", "server", "shell", "results")
"""The rooms that several pages use, the lowest first: each may import from itself and from those before it."""
BETWEEN_PAGES = {
    ("train", "filters"),  # the kernels of a training are drawn as the page Filters draws them
    ("unit_card", "what_a_unit_wants"),  # what a channel wants and its patches are drawn as that page draws them
    ("your_model", "architectures"),  # a model's layers are listed as the page Architecture lists them
}
"""Page folders that may import from another page's folder: (importing, imported)."""


def name_of(path: Path) -> str:
    """The name by which a file is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted((ROOT / "pages").rglob("*.py"))}


def imports(path: Path) -> set[str]:
    """The modules under pages/ that a file imports, inside functions too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            # "from package import name" imports the module package.name, if there is one.
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in MODULES else node.module or "" for name in names]
        else:
            continue
        found |= {name for name in names if name.split(".")[0] == "pages"}
    return found


IMPORTS = {name: imports(path) for name, path in MODULES.items()}


def room(module: str) -> str:
    """The folder of a module under pages/_ui; "" for a page itself."""
    parts = module.split(".")
    return parts[2] if len(parts) > 3 else ""


def floor(room: str) -> int:
    """0 for the lowest room; page folders are above all shared rooms, the pages themselves above those."""
    if room in SHARED:
        return SHARED.index(room)
    return len(SHARED) + (room == "")


ARROWS = sorted((module, other) for module, others in IMPORTS.items() for other in others)


def test_imports_are_found():
    assert ("pages.train", "pages._ui.train.plan") in ARROWS
    assert ("pages._ui.results.picture", "pages._ui.widgets.text") in ARROWS
    assert set(SHARED) <= {path.name for path in UI.iterdir()}


@pytest.mark.parametrize("module", [module for module in MODULES if IMPORTS[module]])
def test_only_lower_rooms_are_imported(module):
    here = room(module)
    for other in sorted(IMPORTS[module]):
        assert other in MODULES, f"{module} imports {other}, which does not exist"
        there = room(other)
        allowed = here == there or (here, there) in BETWEEN_PAGES or floor(there) < floor(here)
        assert allowed, f"{module} imports {other}"


def test_pages_are_imported_by_nothing():
    assert not [(module, other) for module, other in ARROWS if room(other) == ""]


def test_allowed_arrows_between_pages_exist():
    arrows = {(room(module), room(other)) for module, other in ARROWS}
    assert arrows >= BETWEEN_PAGES


def test_no_circle():
    graphlib.TopologicalSorter(IMPORTS).prepare()  # raises CycleError with the modules of the circle

"""The rooms of vislib and which uses which, read from the imports; as a picture for docs/architecture.md.

python -m scripts.rooms updates the picture.
"""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- rooms: made by python -m scripts.rooms -->\n", "<!-- end of rooms -->"

ORDER = (
    "language", "errors", "html", "shipped", "parameters", "progress", "backend", "tasks", "images", "arithmetic",
    "graph", "speed",
    "targets", "network", "model", "layers", "output", "diagram", "activations", "training", "zoo", "model_file",
    "loading", "lessons", "adversarial", "attribution", "edits", "activation_maximization", "opinion", "trust",
    "batch", "concepts", "neighbours", "callbacks", "report", "cli", "__main__",
)  # fmt: skip
"""A room uses only rooms before it."""
_GROUND_FLOOR = ("language", "errors", "html", "shipped", "parameters", "progress", "backend", "tasks")
"""Used by nearly all: no arrows."""


def modules(package: str = "vislib") -> dict[str, Path]:
    """Every module of a package: dotted name → file."""
    found = {}
    for path in sorted((ROOT / package).rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


def imports(package: str = "vislib") -> dict[str, set[str]]:
    """The modules of the package that each module imports anywhere, late imports and those for type checkers too."""
    known = modules(package)
    found = {}
    for name, path in known.items():
        used: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                used |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                full = {f"{node.module}.{alias.name}" for alias in node.names}
                used |= {each if each in known else node.module for each in full}
        found[name] = (used & set(known)) - {name}
    return found


def circles(edges: dict[str, set[str]]) -> list[list[str]]:
    """Groups of names that lead to each other (Tarjan 1972)."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found = []

    def visit(name: str) -> None:
        number[name] = low[name] = len(number)
        stack.append(name)
        for other in sorted(edges.get(name, ())):
            if other not in number:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], number[other])
        if low[name] == number[name]:
            group = [stack.pop()]
            while group[-1] != name:
                group.append(stack.pop())
            if len(group) > 1:
                found.append(group)

    for name in edges:
        if name not in number:
            visit(name)
    return found


def room(module: str) -> str:
    """The room of a module; "" for vislib itself."""
    return module.split(".")[1] if "." in module else ""


def rooms() -> dict[str, set[str]]:
    """The rooms that each room uses."""
    found: dict[str, set[str]] = {name: set() for name in ORDER}
    for module, used in imports().items():
        if room(module):
            found[room(module)] |= {room(other) for other in used} - {room(module), ""}
    return found


def mermaid() -> str:
    """The picture: an arrow to each room used, but for those that other arrows lead to anyway."""
    uses = {name: used - set(_GROUND_FLOOR) for name, used in rooms().items() if name not in _GROUND_FLOOR}

    def reached(name: str) -> set[str]:
        return uses[name].union(*(reached(other) for other in uses[name]))

    lines = ["```mermaid", "graph BT"]
    for name in reversed(ORDER):
        if name in uses:
            direct = uses[name] - set().union(*(reached(other) for other in uses[name]), set())
            lines += [f"    {name} --> {other}" for other in sorted(direct, key=ORDER.index)] or [f"    {name}"]
    return "\n".join([*lines, "```", ""])


def with_picture(page: str) -> str:
    """The page with the picture as it is now."""
    before, _, rest = page.partition(BEGIN)
    return before + BEGIN + mermaid() + END + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(with_picture(PAGE.read_text(encoding="utf-8")), encoding="utf-8")

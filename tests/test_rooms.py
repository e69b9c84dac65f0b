"""The rooms of vislib: which may use which, and no circle of imports anywhere."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]

# A room uses only rooms before it. `vislib` itself, which lists what is public, comes last with the command line.
ORDER = [
    "errors", "parameters", "progress", "backend", "images", "arithmetic", "graph", "speed", "targets", "network", "model",
    "layers", "diagram", "output", "activations", "training", "zoo", "model_file", "loading", "lessons", "attribution",
    "activation_maximization", "trust", "batch", "report", "cli", "__main__",
]  # fmt: skip


def modules() -> dict[str, Path]:
    found = {}
    for path in sorted((ROOT / "vislib").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


def imports() -> dict[str, set[str]]:
    """The modules that each module imports anywhere: late imports and those for type checkers too."""
    known = modules()
    found: dict[str, set[str]] = {}
    for name, path in known.items():
        used = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                used |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                used |= {
                    f"{node.module}.{alias.name}" if f"{node.module}.{alias.name}" in known else node.module
                    for alias in node.names
                }
        found[name] = {each for each in used if each in known} - {name}
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


def room(name: str) -> str:
    return name.split(".")[1] if "." in name else ""


def test_no_circle_of_modules():
    found = imports()
    assert len(found) > 150
    assert not circles(found)


def test_circle_is_found():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["c", "b", "a"]]


def test_room_uses_only_rooms_before_it():
    wrong = [
        f"{name} uses {other}"
        for name, used in imports().items()
        for other in used
        if name != "vislib" and room(name) != room(other)
        and (not room(other) or ORDER.index(room(other)) > ORDER.index(room(name)))
    ]  # fmt: skip
    assert not wrong


def test_every_room_is_in_the_order():
    assert {room(name) for name in modules() if room(name)} == set(ORDER)

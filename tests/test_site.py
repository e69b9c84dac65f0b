"""What the site quotes is in the code."""

import ast
import re
from pathlib import Path

import vislib

ROOT = Path(__file__).resolve().parents[1]


def sentences() -> list[str]:
    """Every text in vislib's code, with "…" for what is filled in."""
    found = []
    for path in (ROOT / "vislib").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = (part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
                found.append("".join(map(str, parts)))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
    return found


def test_troubleshooting_quotes_the_sentences_of_the_code():
    page = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    quoted = re.findall(r"^### (.+)$", page.partition("## Questions that people ask")[0], re.MULTILINE)
    assert len(quoted) > 15
    known = sentences()
    for sentence in quoted:
        pattern = ".*".join(map(re.escape, sentence.split("…")))
        assert any(re.match(pattern, each, re.DOTALL) for each in known), sentence


def test_every_method_has_its_formula():
    pages = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "methods").glob("*.md"))
    shown = re.findall(r"^```\{explainer\} (.+)$", pages, re.MULTILINE)
    assert sorted(shown) == sorted(vislib.methods())

"""What the site quotes is in the code."""

import ast
import re
from pathlib import Path

import pytest
from app_pages import PAGES

import vislib
from pages._ui.shell import site

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


def python_blocks(page: str) -> str:
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    return "\n".join(re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE))


@pytest.mark.parametrize("page", ["transfer", "medical", "regression", "segmentation", "several_inputs", "own_method"])
def test_how_to_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(vislib.Explainer, "registry", dict(vislib.Explainer.registry))  # one page defines a method
    exec(python_blocks(f"how_to/{page}"), {"__name__": "a_page"})


@pytest.mark.parametrize("method", sorted(vislib.methods()))
def test_app_links_to_a_section_of_each_method(method):
    page, _, anchor = site.path_of_method(method).partition(".html#")
    assert f"({anchor})=\n" in (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")


def test_app_links_each_page_to_one_of_the_site():
    assert set(site.PAGES) == set(PAGES)
    for name in PAGES:
        page = site.path_of_page(name).removesuffix(".html")
        assert (ROOT / "docs" / f"{page}.md").exists() or (ROOT / f"{page}.py").exists(), name


def test_page_of_the_pages_has_a_row_for_each():
    rows = re.findall(r"^\| (.+?) \|", (ROOT / "docs" / "pages.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert rows[1:] == [page.name for page in PAGES.values()]


def test_no_link_without_a_site(monkeypatch):
    monkeypatch.delenv("VISLIB_DOCS_URL", raising=False)
    assert site.address("grad-cam") is None
    monkeypatch.setenv("VISLIB_DOCS_URL", "https://vis.example.org/docs/")
    assert site.address("grad-cam") == "https://vis.example.org/docs/methods/class_activation.html#grad-cam"

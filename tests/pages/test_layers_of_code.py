"""The library computes and knows no Streamlit; the app shows and knows no TensorFlow; pages are thin."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from stopping import HANG_SECONDS

ROOT = Path(__file__).parents[2]
PAGE_FILES = sorted(path for path in (ROOT / "pages").glob("*.py") if path.name != "__init__.py")


def imported(path: Path) -> set[str]:
    """The top-level packages that a file imports anywhere."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add((node.module or "").split(".")[0])
    return found


@pytest.mark.parametrize("path", PAGE_FILES, ids=lambda path: path.name)
def test_page_is_thin(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 80


def test_app_does_not_import_tensorflow():
    for path in [ROOT / "app.py", *(ROOT / "pages").rglob("*.py")]:
        assert not imported(path) & {"tensorflow", "keras"}, path


def test_library_does_not_import_streamlit():
    files = list((ROOT / "vislib").rglob("*.py"))
    assert len(files) > 10
    for path in files:
        assert not imported(path) & {"streamlit", "pages"}, path


FIRST = """
import ast, pathlib, sys
for path in sorted(pathlib.Path("pages").glob("*.py")):
    for name in [name for name in sys.modules if name.split(".")[0] == "pages"]:
        del sys.modules[name]
    imports = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.Import | ast.ImportFrom)]
    exec(compile(ast.Module(imports, []), str(path), "exec"), {})
"""


def test_any_page_can_be_imported_first():
    """As it is where a server's first visitor comes by a link."""
    child = subprocess.run(
        [sys.executable, "-c", FIRST], cwd=ROOT, capture_output=True, text=True, timeout=HANG_SECONDS, check=False
    )
    assert child.returncode == 0, child.stderr[-2000:]

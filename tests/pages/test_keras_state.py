"""What Streamlit does to Keras after a page has run must not reach other people's computations."""

import subprocess
import sys
from pathlib import Path

import pytest

from vislib.backend import keras

ROOT = Path(__file__).parents[2]
UNCHANGED = """
from streamlit.runtime.scriptrunner import script_runner
before = script_runner._clean_problem_modules
import pages._ui.server.process, pages._ui.shell.context
assert script_runner._clean_problem_modules is before
"""


def test_running_a_page_does_not_reset_keras(open_page):
    open_page("filters")
    before = keras.layers.Dense(1).name
    open_page("filters")
    after = keras.layers.Dense(1).name
    assert int("0" + after.removeprefix("dense").strip("_")) == int("0" + before.removeprefix("dense").strip("_")) + 1


@pytest.mark.parametrize("name", ["glossary", "train", "filters"])
def test_no_page_clears_the_session(name, open_page, monkeypatch):
    """Also not a page that loads no network by itself, or loads one in its own way."""
    calls: list[bool] = []
    monkeypatch.setattr(keras.backend, "clear_session", lambda free_memory=True: calls.append(free_memory))
    page = open_page(name)
    assert not page.exception
    page.run()
    assert not calls


def test_import_alone_changes_nothing():
    child = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", UNCHANGED], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert child.returncode == 0, child.stderr[-2000:]

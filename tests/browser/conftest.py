"""The app on a free port, and a real Chromium in front of it that reports every error."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stopping import HANG_SECONDS
from watched import Watched

from benchmarks.server import serving

HERE = Path(__file__).parent
_SAYS = "the browser tests need playwright (pip install -r requirements-dev.txt) and chromium (apt install chromium)"


def pytest_collection_modifyitems(items) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def bands(tmp_path_factory) -> Path:
    """A folder with a made-up "MNIST" that is learned at once: ten classes by where a bright band lies."""
    random = np.random.default_rng(0)
    labels = (np.arange(1200) % 10).astype(np.uint8)
    images = random.integers(0, 60, (1200, 28, 28), dtype=np.uint8)
    for k, label in enumerate(labels):
        images[k, 4 + 2 * label : 6 + 2 * label] += 180
    folder = tmp_path_factory.mktemp("data")
    arrays = {"x_train": images[:1000], "y_train": labels[:1000], "x_test": images[1000:], "y_test": labels[1000:]}
    np.savez(folder / "mnist.npz", **arrays)
    return folder


@pytest.fixture
def fresh_server(bands) -> Iterator[str]:
    """The address of a server that nobody has visited."""
    with serving(VISLIB_DATA_DIR=str(bands)) as server:
        yield server.address
        server.process.kill()  # asked to end, it would first finish what it computes


@pytest.fixture(scope="session")
def hold_file(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("hold") / "hold"


@pytest.fixture
def hold(hold_file) -> Iterator[Path]:
    """A file; while it is there, the shared server's Occlusion and trainings stop and wait in their middle."""
    hold_file.touch()
    yield hold_file
    hold_file.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def server(bands, hold_file) -> Iterator[str]:
    """The address of the server that the other tests share."""
    paths = os.pathsep.join(map(str, [HERE / "in_server", HERE.parent, HERE.parents[1]]))
    with serving(VISLIB_DATA_DIR=str(bands), VISLIB_TEST_HOLD=str(hold_file), PYTHONPATH=paths) as server:
        yield server.address
        server.process.kill()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Callable[..., Watched]]:
    """Opens a tab: chromium(person=1, viewport=None, color_scheme=None, **options).

    Tests share the browser of one person with one set of the other options.

    Each of these browsers has a folder on disk, where it keeps the app's scripts compiled: a page then takes half the
    processor time of one in a context of its own.
    """
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import expect, sync_playwright
    except ImportError:
        sync_playwright = None
    if executable is None or sync_playwright is None:
        (pytest.fail if os.environ.get("VISLIB_REQUIRE_BROWSER") else pytest.skip)(_SAYS)
    arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"]
    browsers: dict[str, Any] = {}
    expect.set_options(timeout=HANG_SECONDS * 1000)
    with sync_playwright() as playwright, contextlib.ExitStack() as folders:

        def tab(person: int = 1, viewport: Any = None, color_scheme: Any = None, **options: Any) -> Watched:
            whose = repr((person, sorted(options.items())))
            if whose not in browsers:
                folder = folders.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
                browsers[whose] = playwright.chromium.launch_persistent_context(
                    folder, executable_path=executable, headless=True, args=arguments, **options
                )
                browsers[whose].set_default_timeout(HANG_SECONDS * 1000)
            page = browsers[whose].new_page()
            if viewport:
                page.set_viewport_size(viewport)
            if color_scheme:
                page.emulate_media(color_scheme=color_scheme)
            return Watched(page)

        yield tab
        for browser in browsers.values():
            browser.close()


@pytest.fixture
def visit(chromium) -> Iterator[Callable[..., Watched]]:
    """Opens an address in a tab of its own; fails the test at its end if anything went wrong there."""
    opened: list[Watched] = []

    def start(address: str, **options: Any) -> Watched:
        options.setdefault("viewport", {"width": 1440, "height": 1000})
        watched = chromium(**options)
        opened.append(watched)
        watched.page.goto(address)
        return watched

    yield start
    for watched in opened:
        watched.page.close()
    problems = [problem for watched in opened for problem in watched.problems]
    assert not problems, problems

"""The app on a free port, and a real Chromium in front of it that reports every error."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from watched import Watched

ROOT = Path(__file__).parents[2]
_SAYS = "the browser tests need playwright (pip install -r requirements-dev.txt) and chromium (apt install chromium)"


def pytest_collection_modifyitems(items) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
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


@contextlib.contextmanager
def serving(data: Path) -> Iterator[str]:
    """Runs the app's server with this folder of data sets; yields its address once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--server.headless", "true", "--server.address", "127.0.0.1", "--server.port", str(port)]
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", *options],
        cwd=ROOT,
        env={**os.environ, "VISLIB_DATA_DIR": str(data)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/_stcore/health") as answer:
                if answer.status == 200:
                    break
            assert server.poll() is None, "the server ended"
            assert time.monotonic() < end, "the server does not answer"
            time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@pytest.fixture
def fresh_server(bands) -> Iterator[str]:
    """The address of a server that nobody has visited."""
    with serving(bands) as address:
        yield address


@pytest.fixture(scope="session")
def server(bands) -> Iterator[str]:
    """The address of the server that the other tests share."""
    with serving(bands) as address:
        yield address


@pytest.fixture(scope="session")
def chromium():
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        sync_playwright = None
    if executable is None or sync_playwright is None:
        (pytest.fail if os.environ.get("VISLIB_REQUIRE_BROWSER") else pytest.skip)(_SAYS)
    arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, headless=True, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium) -> Iterator[Callable[..., Watched]]:
    """Opens an address in a browser context of its own; fails the test at its end if anything went wrong there."""
    opened: list[Watched] = []

    def start(address: str, **options) -> Watched:
        options.setdefault("viewport", {"width": 1440, "height": 1000})
        watched = Watched(chromium.new_context(**options).new_page())
        opened.append(watched)
        watched.page.goto(address)
        return watched

    yield start
    for watched in opened:
        watched.page.context.close()
    problems = [problem for watched in opened for problem in watched.problems]
    assert not problems, problems

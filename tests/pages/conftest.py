"""A page of the app in Streamlit's own test runner, and what lies behind its pictures."""

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from stopping import HANG_SECONDS
from streamlit.testing.v1 import AppTest

import vislib

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Offered:
    """What stands under a picture: its files by suffix, and the lines that reproduce it."""

    files: dict[str, Callable[[], bytes]]
    snippet: str


@pytest.fixture(autouse=True)
def _in_root(monkeypatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.fixture(autouse=True, scope="session")
def _networks_stay() -> Iterator[None]:
    """Lets the pages keep each built-in network; as a server, they would load again and trace again what the tests of
    more than three networks let go."""
    from pages._ui.shell import models

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(models, "_built_in", functools.cache(lambda name: vislib.load_classifier(name)))
        yield


@pytest.fixture(autouse=True, scope="session")
def _packages_stay() -> Iterator[None]:
    """Looks once for packages with components, as a server does; Streamlit's runner would for every page it opens."""
    from streamlit.components.v2 import manifest_scanner

    with pytest.MonkeyPatch.context() as patch:
        scan = functools.cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield


@pytest.fixture(autouse=True, scope="session")
def _wait_without_asking() -> Iterator[None]:
    """Waits for the end of a page's run; Streamlit's runner would ask for it a thousand times a second."""
    from streamlit.testing.v1 import local_script_runner

    def wait(runner, timeout: float) -> None:
        runner._script_thread.join(timeout)
        if runner._script_thread.is_alive():
            runner.request_stop()
            runner.join()
            raise RuntimeError(f"the page still runs after {timeout} s")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local_script_runner, "require_widgets_deltas", wait)
        yield


@pytest.fixture(autouse=True)
def _no_icons_in_the_background(request, monkeypatch) -> None:
    """Icons are not searched for while other tests run: a search would go on behind the tests that follow."""
    if request.path.name != "test_icon_store.py":
        from pages._ui.server import icon_store

        monkeypatch.setattr(icon_store, "_being_found", lambda *_: icon_store.Filling())


@pytest.fixture(scope="session")
def classifier(_networks_stay) -> vislib.Classifier:
    """The EfficientNet-Lite0 that the pages use, with the functions that they have traced."""
    from pages._ui.shell import models

    return models._built_in("efficientnet-lite0")


@pytest.fixture(scope="session")
def load_once() -> Callable[..., vislib.Classifier]:
    """vislib.load_classifier, loading each network once; not the one that the pages use."""
    return functools.cache(vislib.load_classifier)


@pytest.fixture
def open_page() -> Callable[..., AppTest]:
    """Opens a page by name in a session of its own: open_page("occlusion", **{"class": "espresso"}).

    `state` is what the session holds already.
    """

    def start(name: str, state: Mapping[str, Any] = MappingProxyType({}), **query: str) -> AppTest:
        app = AppTest.from_file(ROOT / "app.py", default_timeout=HANG_SECONDS)
        app.query_params.update(query)
        for key, value in state.items():
            app.session_state[key] = value
        app.switch_page(f"pages/{name}.py")
        return app.run()

    return start


@pytest.fixture
def offered(monkeypatch, tmp_path) -> dict[str, Offered]:
    """Fills with what each picture offers as pages are run, by the picture's key. Snippets save into `tmp_path`."""
    from pages._ui.results import downloads

    seen: dict[str, Offered] = {}
    real = downloads.show

    def show(key, stem, formats, snippet, *rest) -> None:
        seen[key] = Offered(formats, snippet)
        real(key, stem, formats, snippet, *rest)

    monkeypatch.setattr(downloads, "show", show)
    monkeypatch.chdir(tmp_path)
    return seen


@pytest.fixture
def images_drawn(monkeypatch) -> list[np.ndarray]:
    """Fills with the images (H, W, 3) that Feature maps lays its maps over."""
    from vislib.output import render

    drawn: list[np.ndarray] = []
    real = render.overlay_map

    def overlay_map(image, *args, **kwargs):
        drawn.append(np.array(image))
        return real(image, *args, **kwargs)

    monkeypatch.setattr(render, "overlay_map", overlay_map)
    return drawn


@pytest.fixture
def tiles_drawn(monkeypatch) -> dict[str, list]:
    """Fills with the groups of small pictures that a page shows, by their key."""
    from pages._ui.class_activation import stages
    from pages._ui.results import per_class

    drawn: dict[str, list] = {}
    for module in (stages, per_class):
        monkeypatch.setattr(module, "tiles", lambda groups, *, key, **_: drawn.update({key: groups}))
    return drawn

"""Fixtures that several test files share. TensorFlow loads only where a test asks for a network."""

import gc
import os
from pathlib import Path

import pytest
from stopping import HANG_SECONDS

import vislib
from vislib.network import function_cache

os.environ["VISLIB_LANG"] = "en"  # the tests read the English texts, also on a machine of another locale
ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "sample_images"
_LONGEST_FIRST = ("browser", "pages", "batch", "training")
_SHARING = {"browser": "server", "pages": "pages", "lessons": "published tables", "diagram": "published tables"}
"""What the files of a folder share, which one process makes once."""


def pytest_collection_modifyitems(items) -> None:
    """Puts first what takes long, so that several processes end at about the same time."""
    place = {folder: number for number, folder in enumerate(_LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.path.parent.name, len(place)))


def pytest_collection_finish() -> None:
    """Lets the garbage collector look seldom, and not at what was imported and collected, which stays: a tenth of the
    processor time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """A file goes to one process, and so do all files that share something, such as a server."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = Path(super()._split_scope(nodeid))
            alone = file.name == "test_fresh_link.py"
            return str(file) if alone else _SHARING.get(file.parent.name, str(file))

    return Scheduling(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture
def patient_child(monkeypatch) -> None:
    """Gives the process that tries a model file all the time that a busy machine may take."""
    from vislib.model_file import load

    folder = ROOT / "tests" / "model_file"
    monkeypatch.setattr(load, "_CHILD", (str(folder / "patient_child.py"),))
    monkeypatch.setattr(load, "SECONDS", HANG_SECONDS)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), str(folder.parent)]), prepend=os.pathsep)


@pytest.fixture
def traced(monkeypatch) -> list:
    """Fills with the key of every function that is traced."""
    keys: list = []
    add = function_cache._add
    monkeypatch.setattr(function_cache, "_add", lambda cache, key, n: keys.append(key) or add(cache, key, n))
    return keys


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of sample images."""
    return SAMPLES


@pytest.fixture(scope="session")
def classifier() -> vislib.Classifier:
    """EfficientNet-Lite0 with its ImageNet weights; loaded once, as nothing may change it."""
    return vislib.load_classifier("efficientnet-lite0")


@pytest.fixture(scope="session")
def cat():
    """A tabby cat, (H, W, 3) uint8."""
    return vislib.load_image(SAMPLES / "cat.jpg")


@pytest.fixture(scope="session")
def collage():
    """A cat in the left half and a cup of coffee in the right, (H, W, 3) uint8."""
    return vislib.load_image(SAMPLES / "cat_and_coffee.jpg")

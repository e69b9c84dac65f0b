"""The examples and command lines of the README and of docs run as printed."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from stopping import HANG_SECONDS

import vislib
from vislib.cli import batch, main

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """As the repository's root, but what is written here is thrown away."""
    (tmp_path / "sample_images").symlink_to(ROOT / "sample_images")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def _loaded_once(classifier, monkeypatch) -> None:
    """The default network is there already; tests/cli and tests/zoo load it."""
    load = vislib.load_classifier

    def loaded(name, **changes):
        return classifier if name == classifier.key and not changes else load(name, **changes)

    for module in (vislib, main, batch):
        monkeypatch.setattr(module, "load_classifier", loaded)


def fenced(language: str, page: Path = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def command_lines() -> list[str]:
    pages = (README, ROOT / "docs" / "command_line.md")
    lines = [line for page in pages for block in fenced(r"\w*", page) for line in block.splitlines()]
    return [line for line in lines if line.startswith("python -m vislib ")]


def test_python_blocks_run(folder):
    blocks = fenced("python") + fenced("python", ROOT / "docs" / "python.md")
    assert len(blocks) == 2
    for block in blocks:
        names: dict = {}
        exec(block, names)
        assert names["heatmap"].values.shape == (224, 224)
        assert names["heatmap"].label == "tiger cat"
        for line in block.splitlines():
            # "kernels = … # (3, 3, 3, 32)": the shape promised is the shape given
            if promise := re.match(r"(\w+)(?:\.(\w+))?(?: = .*)?  # (\([\d, ]+\))", line):
                value = names[promise[1]]
                value = getattr(value, promise[2]) if promise[2] else value
                assert value.shape == tuple(map(int, promise[3].strip("()").split(",")))
    written = {path.name for path in folder.iterdir() if path.is_file()}
    assert {"cat.png"} <= written


def test_page_on_networks_runs(folder):
    names: dict = {}
    for block in fenced("python", ROOT / "docs" / "networks.md"):
        exec(block, names)
    assert names["mask"].shape == (64, 64)
    assert names["kinds"].task == "classification"
    assert names["areas"].task == "regression"


def test_page_on_concepts_runs(folder):
    names: dict = {}
    for block in fenced("python", ROOT / "docs" / "concepts.md"):
        exec(block, names)
    assert names["groups"].maps.shape == (7, 7, 6)
    assert names["groups"].channels.shape == (6, 1280)
    assert len(names["again"]) == 4
    assert {"groups.png", "concepts.npz", "concept.png"} <= {path.name for path in folder.iterdir()}


def test_page_on_what_if_runs(folder):
    names: dict = {}
    for block in fenced("python", ROOT / "docs" / "what_if.md"):
        exec(block, names)
    assert names["edited"].shape == names["image"].shape
    assert len(names["curve"].settings) == 5
    assert names["found"].n_passes > 35


def test_page_on_asking_back_runs(folder):
    names: dict = {}
    for block in fenced("python", ROOT / "docs" / "asking_back.md"):
        exec(block, names)
    assert names["found"].nearest[0].title == "3.png"
    assert (folder / "adversarial.png").is_file()


def test_command_lines_run(folder, capsys):
    lines = command_lines()
    assert {line.split()[3] for line in lines} == {
        "models",
        "methods",
        "predict",
        "channels",
        "what-if",
        "explain",
        "maximize",
        "batch",
        "report",
    }
    for line in lines:
        arguments = shlex.split(line)[3:]
        assert main.main(arguments) == 0, line
        said = capsys.readouterr()
        assert said.out.strip(), line
        assert not said.err, line
        if "--out" in arguments:
            out = folder / arguments[arguments.index("--out") + 1]
            assert (out / "manifest.json" if out.is_dir() else out).stat().st_size > 500
            if out.suffix == ".npz":
                assert np.load(out)["values"].shape == (224, 224)


def test_command_line_as_a_process(folder):
    line = command_lines()[0]
    words = [sys.executable, *shlex.split(line)[1:]]
    done = subprocess.run(
        words, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=HANG_SECONDS
    )
    assert done.returncode == 0, done.stderr
    assert "tiger cat" in done.stdout
    assert not done.stderr

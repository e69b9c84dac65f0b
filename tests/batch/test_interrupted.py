"""Interrupted at any moment and started again, a batch is what it is in one go, and computes nothing twice."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vislib import load_classifier
from vislib.batch import explain_many, open_batch
from vislib.batch import store as store_module

ROOT = Path(__file__).parents[2]
N_IMAGES, PART_ROWS = 120, 8
METHODS = ("grad-cam", "random")
KILLED_AT = (13, 19)
"""Which file is on its way to the disk, four of them a part: maps, their folder, the table, its folder."""
SEED = 2024


@pytest.fixture(scope="module")
def digits(tmp_path_factory) -> Path:
    """Blurry strokes as 28 × 28 PNG files in folders "0" to "9", one of them broken."""
    root, rng = tmp_path_factory.mktemp("digits"), np.random.default_rng(SEED)
    for number in range(N_IMAGES):
        picture = np.zeros((28, 28), np.uint8)
        (top, left), (height, width) = rng.integers(4, 14, 2), rng.integers(2, 14, 2)
        picture[top : top + height, left : left + width] = rng.integers(120, 256)
        path = root / str(number % 10) / f"{number:04d}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(picture).save(path)
    (root / "3" / "broken.png").write_bytes(b"\x89PNG no more")
    return root


def killed(digits: Path, out: Path, at: int) -> None:
    """Starts the command, which is killed as it brings its file number `at` to the disk."""
    arguments = [str(digits), "--model", "digits", "--methods", ",".join(METHODS)]
    arguments += ["--part-size", str(PART_ROWS), "--out", str(out)]
    command = [sys.executable, str(Path(__file__).with_name("killed_command.py")), str(at), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr


def tables(out: Path) -> dict[str, int]:
    """The finished parts with what tells whether one was written again."""
    return {path.name: path.stat().st_ino for path in (out / "table").glob("*")} if out.exists() else {}


def test_killed_twice_equals_one_run(digits, tmp_path):
    out, whole = tmp_path / "killed", tmp_path / "whole"
    for at in KILLED_AT:
        before = tables(out)
        killed(digits, out, at)
        assert before.items() < tables(out).items(), "a finished part was written again, or none was finished"
        assert len(open_batch(out).table()) == open_batch(out).n_finished, "a part is not whole"
    before, classifier = tables(out), load_classifier("digits")
    last = explain_many(classifier, digits, METHODS, out=out, part_rows=PART_ROWS)
    assert last.n_computed == N_IMAGES + 1 - len(before) * PART_ROWS
    assert before.items() <= tables(out).items()
    explain_many(classifier, digits, METHODS, out=whole, part_rows=PART_ROWS)
    one, other = open_batch(out), open_batch(whole)
    assert one.n_finished == N_IMAGES + 1
    assert one.table().equals(other.table())
    assert one.table().column("error").null_count == N_IMAGES
    for method in one.methods:
        np.testing.assert_array_equal(one.maps(method, range(N_IMAGES)), other.maps(method, range(N_IMAGES)))
    assert not list((out / ".writing").iterdir())


class PowerCut(BaseException):
    """Ends a run wherever it strikes."""


@pytest.mark.parametrize("at", range(1, 8))
def test_cut_off_at_any_rename_leaves_no_half(network, pictures, tmp_path, monkeypatch, at):
    """A part's maps are renamed, then its table: whatever comes between, what is there is whole."""
    explain_many(network, pictures, out=tmp_path / "whole", part_rows=8, pictures=True)
    renames, real = [], os.replace

    def cut(one, other):
        renames.append(other)
        if len(renames) == at:
            raise PowerCut
        real(one, other)

    monkeypatch.setattr(store_module.os, "replace", cut)
    with pytest.raises(PowerCut):
        explain_many(network, pictures, out=tmp_path / "out", part_rows=8, pictures=True)
    monkeypatch.setattr(store_module.os, "replace", real)
    explain_many(network, pictures, out=tmp_path / "out", part_rows=8, pictures=True)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}

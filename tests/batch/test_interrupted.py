"""Interrupted at any moment and started again, a batch is what it is in one go, and computes nothing twice."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vislib import load_classifier
from vislib.batch import explain_many, open_batch
from vislib.batch import store as store_module

ROOT = Path(__file__).parents[2]
N_IMAGES, PART_ROWS, N_KILLS = 400, 8, 5
METHODS = ("grad-cam", "random")
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


def start(digits: Path, out: Path) -> subprocess.Popen:
    command = [sys.executable, "-m", "vislib", "batch", str(digits), "--model", "digits", "--methods",
               ",".join(METHODS), "--part-size", str(PART_ROWS), "--out", str(out)]  # fmt: skip
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def tables(out: Path) -> dict[str, int]:
    """The finished parts with what tells whether one was written again."""
    return {path.name: path.stat().st_ino for path in (out / "table").glob("*")} if out.exists() else {}


def killed(digits: Path, out: Path, delay: float) -> None:
    """Starts the command, and kills it some seconds after it has finished a part."""
    before, process = len(tables(out)), start(digits, out)
    until = time.monotonic() + 60
    while len(tables(out)) <= before and process.poll() is None and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(delay)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL, "it was over before it was killed"


def test_killed_five_times_equals_one_run(digits, tmp_path):
    rng = random.Random(SEED)
    out, whole = tmp_path / "killed", tmp_path / "whole"
    for _ in range(N_KILLS):
        before = tables(out)
        killed(digits, out, rng.uniform(0, 0.3))
        assert before.items() <= tables(out).items(), "a finished part was written again"
        assert len(open_batch(out).table()) == open_batch(out).n_finished, "a part is not whole"
    before = tables(out)
    last = start(digits, out)
    said, complaint = last.communicate(timeout=120)
    assert last.returncode == 3, complaint
    assert f"({len(before) * PART_ROWS} of them were finished before)" in said
    assert before.items() <= tables(out).items()
    explain_many(load_classifier("digits"), digits, METHODS, out=whole, part_rows=PART_ROWS)
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

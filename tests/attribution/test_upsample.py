"""Cells of a coarse map land where they belong in the fine one."""

import numpy as np
import pytest

from vislib.attribution.base import upsample


def impulse(n, row, column):
    cells = np.zeros((n, n), np.float32)
    cells[row, column] = 1
    return cells


@pytest.mark.parametrize("cell", range(1, 6))
def test_upsample_impulse_centred_on_its_cell(cell):
    fine = upsample(impulse(7, cell, 3), (224, 224))
    rows, columns = np.indices(fine.shape)
    centre = (cell + 0.5) * 32 - 0.5
    assert (rows * fine).sum() / fine.sum() == pytest.approx(centre, abs=0.05)
    assert (columns * fine).sum() / fine.sum() == pytest.approx(3.5 * 32 - 0.5, abs=0.05)
    peak = np.unravel_index(fine.argmax(), fine.shape)
    assert abs(peak[0] - centre) <= 0.5


@pytest.mark.parametrize("cell", [0, 6])
def test_upsample_impulse_at_the_border_peaks_there(cell):
    fine = upsample(impulse(7, cell, cell), (224, 224))
    corner = -1 if cell else 0
    assert fine[corner, corner] == pytest.approx(1) == fine.max()


def test_upsample_uneven_sizes_centred_as_well():
    fine = upsample(impulse(5, 1, 2), (33, 61))
    rows, columns = np.indices(fine.shape)
    assert (rows * fine).sum() / fine.sum() == pytest.approx(1.5 * 33 / 5 - 0.5, abs=0.05)
    assert (columns * fine).sum() / fine.sum() == pytest.approx(2.5 * 61 / 5 - 0.5, abs=0.05)


def test_upsample_mirrored_map_gives_mirrored_result():
    cells = np.random.default_rng(0).random((7, 7), np.float32)
    np.testing.assert_allclose(upsample(cells[::-1, ::-1], (50, 64)), upsample(cells, (50, 64))[::-1, ::-1], atol=1e-6)


def test_upsample_keeps_range_and_constant():
    cells = np.random.default_rng(0).normal(0, 1e-20, (7, 7)).astype(np.float32)
    fine = upsample(cells, (224, 224))
    assert cells.min() <= fine.min() < fine.max() <= cells.max()
    np.testing.assert_allclose(upsample(np.full((3, 3), 2.5, np.float32), (9, 9)), 2.5, rtol=1e-6)

"""The made-up landscape of six bands: its files hold what they state, and band ratios tell its surfaces apart."""

import json
from pathlib import Path

import numpy as np
import pytest

from scripts.make_samples import write_landscape
from scripts.multiband import BANDS, SPECTRA, landscape

FOLDER = Path(__file__).parents[2] / "sample_images" / "multiband"


@pytest.fixture(scope="module")
def reflectance() -> np.ndarray:
    return np.load(FOLDER / "landscape.npy", allow_pickle=False)


def test_files_are_what_the_script_makes(reflectance, tmp_path):
    write_landscape(tmp_path)
    assert (tmp_path / "landscape.json").read_bytes() == (FOLDER / "landscape.json").read_bytes()
    assert np.allclose(np.load(tmp_path / "landscape.npy"), reflectance, atol=1e-5)
    assert (reflectance.shape, reflectance.dtype) == ((96, 96, len(BANDS)), np.float32)
    assert reflectance.min() >= 0
    assert reflectance.max() <= 1
    assert (FOLDER / "landscape.npy").stat().st_size < 300_000


def test_description_names_the_bands_and_says_that_it_is_made_up():
    about = json.loads((FOLDER / "landscape.json").read_text(encoding="utf-8"))
    assert "made up" in about["origin"]
    assert [(band["name"], band["wavelength_nm"]) for band in about["bands"]] == list(BANDS.items())
    assert about["surfaces"] == list(SPECTRA)


def test_band_ratios_tell_the_surfaces_apart(reflectance):
    band = {name: reflectance[..., number] for number, name in enumerate(BANDS)}
    vegetation_index = (band["near infrared"] - band["red"]) / (band["near infrared"] + band["red"] + 1e-6)
    water_index = (band["green"] - band["near infrared"]) / (band["green"] + band["near infrared"] + 1e-6)
    predicted = np.where(water_index > 0.2, 0, np.where(vegetation_index > 0.5, 1, 2))
    surface = landscape()[1]
    assert (predicted == surface).mean() > 0.9
    assert np.bincount(surface.ravel(), minlength=3).min() > 0.05 * surface.size

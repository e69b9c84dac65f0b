"""What pip installs: the lists of libraries agree, and the wheel has the files of the app."""

import tomllib
from pathlib import Path

import pytest

import vislib
from vislib import shipped

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS = PROJECT["project"]["optional-dependencies"]


def listed(file: str) -> set[str]:
    lines = (ROOT / file).read_text().splitlines()
    return {line for line in lines if line and not line.startswith(("-r", "#"))}


def test_requirements_are_the_library_and_the_app():
    assert listed("requirements.txt") == {*PROJECT["project"]["dependencies"], *EXTRAS["app"]}
    assert listed("requirements-cluster.txt") == set(EXTRAS["cluster"])
    assert set(EXTRAS["medical"]) <= listed("requirements-dev.txt")


def test_wheel_has_what_the_app_needs():
    included = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert set(included) == {"app.py", "pages", "sample_images", ".streamlit/config.toml"}
    for source, place in included.items():
        assert (ROOT / source).exists()
        assert place == f"vislib/_app/{source}"


@pytest.mark.parametrize("is_installed", [True, False])
def test_files_found_where_they_are(is_installed, tmp_path, monkeypatch):
    package = tmp_path / "vislib"
    place = package / "_app" if is_installed else tmp_path
    (place / "sample_images").mkdir(parents=True)
    monkeypatch.setattr(shipped, "_PACKAGE", package)
    assert vislib.sample_path() == place / "sample_images"
    assert shipped.shipped_path("app.py") == place / "app.py"

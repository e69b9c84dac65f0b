"""What pip installs: the lists of libraries agree, and the wheel has the files of the app."""

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

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


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_lock_has_a_version_in_range_for_each_requirement(name):
    """`make lock` renews them."""
    locked = {}
    for line in (ROOT / f"{name}.lock").read_text().splitlines():
        if line and not line.startswith((" ", "#")):
            one = Requirement(line)
            if one.marker is None or one.marker.evaluate():
                locked[canonicalize_name(one.name)] = next(iter(one.specifier)).version
    files = {
        "requirements": ["requirements"],
        "requirements-dev": ["requirements", "requirements-cluster", "requirements-dev"],
    }
    for file in files[name]:
        for line in listed(f"{file}.txt"):
            wanted = Requirement(line)
            assert locked[canonicalize_name(wanted.name)] in wanted.specifier, wanted


def test_version_is_the_same_everywhere():
    citation = (ROOT / "CITATION.cff").read_text()
    assert f"version: {vislib.__version__}\n" in citation
    assert f"## {vislib.__version__}" in (ROOT / "CHANGELOG.md").read_text()


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

"""Every public name has an example in its docstring, and the examples run."""

import doctest
import inspect

import numpy as np
import pytest

import vislib

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
MODULES = [vislib, *(value for name in vislib.__all__ if inspect.ismodule(value := getattr(vislib, name)))]


def is_documented(value) -> bool:
    """Whether it is a function or a class, not a constant or a module."""
    return inspect.isclass(value) or inspect.isroutine(value)


def documented() -> dict[str, object]:
    """The public functions and classes of vislib and its public modules that have an example, each once."""
    found: dict[object, str] = {}
    for module in MODULES:
        for name, value in vars(module).items():
            if is_documented(value) and ">>>" in (value.__doc__ or "") and value.__module__.startswith("vislib"):
                found.setdefault(value, f"{module.__name__}.{name}")
    return {name: value for value, name in found.items()}


@pytest.fixture(scope="module")
def names() -> dict:
    """What every example has: the digit network and the digit 3 of the samples."""
    image = vislib.load_image(vislib.sample_path("digits/3.png"))
    return {"vislib": vislib, "np": np, "classifier": vislib.load_classifier("digits"), "image": image}


@pytest.mark.parametrize("name", [name for name in vislib.__all__ if is_documented(getattr(vislib, name))])
def test_public_name_has_an_example(name):
    assert ">>>" in (inspect.getdoc(getattr(vislib, name)) or ""), f"add an Example: section to vislib.{name}"


@pytest.mark.parametrize("name", sorted(documented()))
def test_example_runs(name, names, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    value = documented()[name]
    (found,) = doctest.DocTestFinder(recurse=False).find(value, name, globs=dict(names))
    said: list[str] = []
    failed, tried = doctest.DocTestRunner(optionflags=FLAGS).run(found, out=said.append)
    assert tried
    assert not failed, "".join(said)

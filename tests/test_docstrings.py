"""Every public name has an example in its docstring, and the examples run."""

import doctest
import inspect

import numpy as np
import pytest

import vislib

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
MODULES = [vislib, *(value for name in vislib.__all__ if inspect.ismodule(value := getattr(vislib, name)))]


def public_names() -> list[tuple[str, str]]:
    """(module, name) of the public functions and classes, each once."""
    found: dict[object, tuple[str, str]] = {}
    for module in MODULES:
        own = [name for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__]
        for name in getattr(module, "__all__", None) or own:
            value = vars(module).get(name, f"{module.__name__}.{name}")  # one that is imported later is a class
            is_kept = isinstance(value, str) or inspect.isclass(value) or inspect.isroutine(value)
            if is_kept and not name.startswith("_") and getattr(value, "__module__", "vislib").startswith("vislib"):
                found.setdefault(value, (module.__name__, name))
    return list(found.values())


@pytest.fixture(scope="module")
def names() -> dict:
    """What every example has: the digit network and the digit 3 of the samples."""
    image = vislib.load_image(vislib.sample_path("digits/3.png"))
    return {"vislib": vislib, "np": np, "classifier": vislib.load_classifier("digits"), "image": image}


@pytest.mark.parametrize(("module", "name"), public_names())
@pytest.mark.filterwarnings("ignore::vislib.VislibWarning")  # show() without a notebook
def test_example_runs(module, name, names, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    value = getattr(next(one for one in MODULES if one.__name__ == module), name)
    tests = doctest.DocTestFinder().find(value, name, globs=dict(names))  # with those of a class's methods
    assert any(test.examples for test in tests if test.name == name), (
        f"add an Example: section to the docstring of {module}.{name}"
    )
    said: list[str] = []
    for test in tests:
        failed, _ = doctest.DocTestRunner(optionflags=FLAGS).run(test, out=said.append)
        assert not failed, "".join(said)
